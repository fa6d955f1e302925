"""EMA and LLRD: what they do to weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind
from redheart_core.training.optimization.rules import average_decay
from redheart_core.training.optimization.study import Choice, System
from redheart_core.training.parameter_groups import parameter_groups, rates_of_groups
from redheart_core.training.techniques import decision
from redheart_core.training.techniques.layer_rates import LayerRatesConfig
from redheart_core.training.techniques.weight_average import AverageConfig, WeightAverage
from tests.checkpoints import random_tiny_model
from tests.small_training import STAGE, Recorder, small_config, small_trainer

WEIGHT = "backbone.encoder.0.up.weight"


def test_the_average_follows_its_formula() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, 0.0)
    average = WeightAverage(layer, AverageConfig(decay=0.5))
    expected = 0.0
    for number, value in enumerate((1.0, 2.0, 4.0)):
        torch.nn.init.constant_(layer.weight, value)
        average.update(layer)
        decay = average_decay(number + 1, decay=0.5)
        expected = value if number == 0 else decay * expected + (1 - decay) * value
    with average.applied(layer):
        assert layer.weight.item() == pytest.approx(expected)
    assert layer.weight.item() == 4.0


def test_validation_and_the_end_see_the_average_and_the_next_step_does_not() -> None:
    seen: list[torch.Tensor] = []

    def look(model: torch.nn.Module) -> tuple[Metric, ...]:
        seen.append(model.get_parameter(WEIGHT).detach().clone())
        return ()

    recorder = Recorder()
    averaged = small_trainer(small_config(average=AverageConfig(decay=0.9), validate_every=6), recorder, validate=look)
    averaged.run()
    plain = small_trainer(small_config(validate_every=6), plain_recorder := Recorder(), validate=look)
    plain.run()
    assert recorder.losses == plain_recorder.losses
    assert not torch.equal(seen[0], seen[2])
    assert torch.equal(seen[1], averaged.model.get_parameter(WEIGHT))
    assert not torch.equal(averaged.model.get_parameter(WEIGHT), plain.model.get_parameter(WEIGHT))
    assert any(detail.startswith("average: lies ") for detail in recorder.details(EventKind.TECHNIQUE_ACTED))


def test_rates_fall_from_the_outputs_to_the_embedding() -> None:
    model = random_tiny_model()
    groups = parameter_groups(model, small_config(layer_rates=LayerRatesConfig(decay=0.5)))
    factor = {id(parameter): group.factor for group in groups for parameter in group.parameters}
    rates = {name: factor[id(parameter)] for name, parameter in model.named_parameters()}
    top = len(model.backbone.encoder) - 1
    assert rates["backbone.output_projection.up.weight"] == 0.5
    assert rates[f"backbone.encoder.{top}.up.weight"] == 0.25
    assert rates["backbone.encoder.0.up.weight"] == 0.5 ** (top + 2) == rates["backbone.conditioning.up.weight"]
    assert rates["backbone.embedding.token.weight"] == 0.5 ** (top + 3) == min(rates.values())
    assert {rate for name, rate in rates.items() if not name.startswith("backbone.")} == {1.0}


def test_every_trainable_parameter_is_in_exactly_one_group() -> None:
    model = random_tiny_model()
    model.backbone.embedding.requires_grad_(requires_grad=False)
    grouped = [
        id(parameter)
        for group in parameter_groups(model, small_config(layer_rates=LayerRatesConfig()))
        for parameter in group.parameters
    ]
    assert sorted(grouped) == sorted(id(own) for own in model.parameters() if own.requires_grad)


def test_slow_layers_move_less_and_the_table_is_reported() -> None:
    moved = {}
    for decay in (0.1, 1.0):
        trainer = small_trainer(
            small_config(replace(STAGE, steps=3), layer_rates=LayerRatesConfig(decay=decay)), recorder := Recorder()
        )
        before = trainer.model.get_parameter(WEIGHT).detach().clone()
        trainer.run()
        moved[decay] = float((trainer.model.get_parameter(WEIGHT) - before).norm().detach())
        (table,) = [text for text in recorder.details(EventKind.TECHNIQUE_ACTED) if text.startswith("layer_rates")]
        assert table == rates_of_groups(trainer.update.optimizer.groups).detail
    assert moved[0.1] < 0.05 * moved[1.0]


def test_a_rule_is_not_followed_against_the_recorded_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(system: System) -> Choice:
        return Choice.LEARNED if system is System.AVERAGING else Choice.RULE

    monkeypatch.setattr(decision, "default_choice", choose)
    with pytest.raises(ConfigError, match="prefers the learned system for averaging"):
        small_trainer(small_config(average=AverageConfig()))
    small_trainer(small_config(layer_rates=LayerRatesConfig()))
