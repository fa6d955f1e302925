"""A step whose modules have all stopped learning gives its loss, and moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.amp.grad_scaler import GradScaler

from redheart_core.training.batches import Batch
from redheart_core.training.evaluation import Metric
from redheart_core.training.gradients import GradientPass, MicroBatch
from redheart_core.training.happenings import EventKind
from redheart_core.training.sampling import Draw
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.techniques.sweet_spots import SweetSpotsConfig, freeze
from redheart_core.training.trainer import Ending, Trainer
from redheart_core.training.weight_update import WeightUpdate
from tests.checkpoints import random_tiny_model
from tests.small_training import STAGE, Recorder, small_config, small_items, small_tasks, small_trainer

PAIRS_ONLY = "analyzers.bentham_calculator"
DRAW = Draw(task=small_tasks()[0], parts=frozenset())


class _Scale(nn.Module):
    """A model of one weight; the loss of a batch is the weight times the mean target."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))

    def loss(self, batch: Batch, draw: Draw) -> torch.Tensor:
        return torch.stack([self.weight * batch.target_BK.mean(), self.weight.detach() * 0])


def _gradient_pass(model: _Scale, *, scaled: bool) -> GradientPass:
    scaler = GradScaler("cpu", init_scale=1.0, enabled=scaled)
    return GradientPass(model, model.loss, device=torch.device("cpu"), scaler=scaler)


def _halves() -> Sequence[MicroBatch]:
    """Return two micro-batches of the six judgements: three good ones (mean target 1), three bad ones (0)."""
    items = small_items()["judged"]
    return [MicroBatch(items=items[:3]), MicroBatch(items=items[3:])]


def test_micro_batches_count_alike_in_loss_and_gradient() -> None:
    model = _Scale()
    parts_P = _gradient_pass(model, scaled=False).run(_halves(), DRAW, on_shrink=pytest.fail)
    assert parts_P.tolist() == [1.0, 0.0]
    assert model.weight.grad is not None
    assert model.weight.grad.item() == 0.5


@pytest.mark.parametrize("scaled", [False, True])
def test_a_pass_with_nothing_to_learn_gives_the_same_loss_and_no_gradient(scaled: bool) -> None:
    model = _Scale()
    _gradient_pass(model, scaled=scaled).run(_halves(), DRAW, on_shrink=pytest.fail)
    freeze(model, ["weight"])
    parts_P = _gradient_pass(model, scaled=scaled).run(_halves(), DRAW, on_shrink=pytest.fail)
    assert parts_P.tolist() == [1.0, 0.0]
    assert model.weight.grad is None


def _weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in trainer.model.named_parameters()}


def test_a_training_of_a_frozen_model_reports_every_step_and_moves_nothing() -> None:
    trainer = small_trainer(small_config(gradient_norms_every=1), recorder := Recorder())
    freeze(trainer.model, [name for name, _ in trainer.model.named_parameters()])
    before = _weights(trainer)
    assert trainer.run() is Ending.FINISHED
    assert len(recorder.steps) == STAGE.steps
    assert all(record.loss > 0 and record.gradient_norms == {} for record in recorder.steps)
    assert all(torch.equal(value, before[name]) for name, value in _weights(trainer).items())


@pytest.mark.parametrize("scaled", [False, True])
def test_an_update_without_gradients_moves_nothing_and_the_next_one_with_some_does(scaled: bool) -> None:
    model = random_tiny_model()
    update = WeightUpdate(model, small_config(precision=MixedPrecision.FP32), torch.device("cpu"))
    update.scaler = GradScaler("cpu", init_scale=1.0, enabled=scaled)
    update.begin_stage()
    before = model.backbone.embedding.token.weight.detach().clone()
    losses_P = torch.tensor([0.5, 0.25])
    for step in (1, 2):
        assert update.take(losses_P, step=step, task="judged").losses == (0.5, 0.25)
    assert torch.equal(model.backbone.embedding.token.weight, before)
    torch.autograd.backward(update.scaler.scale(model.backbone.embedding.token.weight.sum()))
    update.take(losses_P, step=3, task="judged")
    assert not torch.equal(model.backbone.embedding.token.weight, before)


def _metric(task: str, value: float) -> Metric:
    return Metric(task=task, name="accuracy", value=value, baseline=0.0, num_rows=1)


def test_sweet_spots_that_freeze_all_that_a_step_runs_let_the_run_go_on() -> None:
    """Judgements get worse as pairs get better: what serves both stands still, and only a module of pairs learns on."""
    seen: list[dict[str, torch.Tensor]] = []

    def validate(model: nn.Module) -> tuple[Metric, ...]:
        seen.append({name: value.detach().clone() for name, value in model.named_parameters()})
        return _metric("judged", 0.5 - len(seen) / 64), _metric("pairs", 0.5 + len(seen) / 64)

    config = small_config(
        replace(STAGE, steps=16),
        sweet_spots=SweetSpotsConfig(patience=2, noise_multiple=0.0),
        validate_every=1,
        all_parts_share=0.0,
        other_part_share=0.0,
    )
    trainer = small_trainer(config, recorder := Recorder(), validate=validate)
    assert trainer.run() is Ending.FINISHED
    frozen_at = max(event.step for event in recorder.events if event.kind is EventKind.SWEET_SPOT)
    later = [record for record in recorder.steps if record.step > frozen_at]
    assert {record.task for record in later} == {"judged", "pairs"}
    for record in later:
        before, after = seen[record.step - 2], seen[record.step - 1]
        moved = {name for name in before if not torch.equal(before[name], after[name])}
        assert all(name.startswith(PAIRS_ONLY) for name in moved)
        assert bool(moved) == (record.task == "pairs")
