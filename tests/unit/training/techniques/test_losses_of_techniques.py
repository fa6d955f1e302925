"""Label smoothing and R-Drop change the loss by what their formulas say."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import kl_div

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import collate
from redheart_core.training.happenings import EventKind
from redheart_core.training.objectives import JudgedObjective, PleasureObjective, total_loss
from redheart_core.training.techniques.label_smoothing import LabelSmoothingConfig, SmoothedObjective
from redheart_core.training.techniques.r_drop import RDropConfig, disagreement, symmetric_divergence
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.small_training import STAGE, Recorder, small_config, small_items, small_trainer

JUDGED = JudgedObjective(Family.REASONING, "acceptable")
COLUMN = OUTPUTS[Family.REASONING].index("acceptable")


def _logits(values: list[float]) -> dict[Family, torch.Tensor]:
    logits = torch.zeros(len(values), len(OUTPUTS[Family.REASONING]))
    logits[:, COLUMN] = torch.tensor(values)
    return {Family.REASONING: logits}


def _distance_from_half(model: RedHeartModel) -> float:
    batch = collate(small_items()["judged"])
    model.eval()
    with torch.inference_mode():
        logits = model(batch.ids_RT, batch.mask_RT, batch.segments_RT).logits[Family.REASONING][:, COLUMN]
    return float((torch.sigmoid(logits) - 0.5).abs().mean())


def test_the_smoothed_loss_is_the_divergence_from_smoothed_targets() -> None:
    logits, target_BK = _logits([2.0, -1.0]), torch.tensor([[1.0], [0.0]])
    loss = total_loss(SmoothedObjective(JUDGED, LabelSmoothingConfig(amount=0.1)), logits, target_BK)
    said = torch.sigmoid(torch.tensor([2.0, -1.0]))
    wanted = torch.tensor([0.95, 0.05])
    both = kl_div(torch.stack([said, 1 - said]).log(), torch.stack([wanted, 1 - wanted]), reduction="sum") / 2
    assert loss.item() == pytest.approx(both.item(), rel=1e-5)


def test_the_smoothed_loss_is_zero_at_the_smoothed_target_and_not_at_certainty() -> None:
    smoothed = SmoothedObjective(JUDGED, LabelSmoothingConfig(amount=0.1))
    target_BK = torch.tensor([[1.0]])
    at_target = total_loss(smoothed, _logits([math.log(0.95 / 0.05)]), target_BK)
    certain = total_loss(smoothed, _logits([12.0]), target_BK)
    assert at_target.item() == pytest.approx(0.0, abs=1e-6)
    assert certain.item() > 0.3


def test_smoothing_keeps_trained_probabilities_from_certainty() -> None:
    certainty = {}
    for name, smoothing in (("plain", None), ("smoothed", LabelSmoothingConfig(amount=0.4))):
        trainer = small_trainer(
            small_config(replace(STAGE, steps=30), label_smoothing=smoothing, emphasis={"pairs": 1e-9}),
            recorder := Recorder(),
        )
        trainer.run()
        certainty[name] = _distance_from_half(trainer.model)
        told = [detail for detail in recorder.details(EventKind.TECHNIQUE_ACTED) if "targets moved" in detail]
        assert len(told) == (smoothing is not None)
    assert certainty["smoothed"] < 0.35 < certainty["plain"]


def test_divergence_is_the_mean_of_both_directions() -> None:
    first, second = torch.tensor([0.3, 2.0, -4.0]), torch.tensor([-1.0, 2.0, 3.0])
    p, q = torch.sigmoid(first), torch.sigmoid(second)
    forward = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
    backward = q * (q / p).log() + (1 - q) * ((1 - q) / (1 - p)).log()
    assert torch.allclose(symmetric_divergence(first, second), (forward + backward) / 2, atol=1e-5)
    assert symmetric_divergence(first, second)[1] == 0.0


def test_only_what_the_task_has_targets_for_must_agree() -> None:
    first, second = _logits([1.0, -1.0]), _logits([1.0, -1.0])
    second[Family.REASONING][:, (COLUMN + 1) % 3] = 5.0
    target_BK = torch.tensor([[1.0], [0.0]])
    assert disagreement(JUDGED, first, second, target_BK).item() == 0.0
    second[Family.REASONING][:, COLUMN] = 0.0
    assert disagreement(JUDGED, first, second, target_BK).item() > 0.1


def test_a_task_that_only_ranks_compares_all_its_outputs() -> None:
    first = {family: torch.zeros(2, len(OUTPUTS[family])) for family in PleasureObjective.families}
    second = {family: values + 1.0 for family, values in first.items()}
    assert disagreement(PleasureObjective(), first, second, torch.ones(1, 1)).item() > 0.1


def test_r_drop_makes_two_passes_agree_more() -> None:
    apart = {}
    for alpha in (1e-6, 20.0):
        recorder = Recorder()
        small_trainer(
            small_config(replace(STAGE, steps=20), r_drop=RDropConfig(alpha=alpha), emphasis={"pairs": 1e-9}), recorder
        ).run()
        apart[alpha] = sum(record.losses["r_drop"] / alpha for record in recorder.steps[-8:])
        assert recorder.details(EventKind.TECHNIQUE_ACTED)[1].startswith("r_drop: added ")
    assert apart[20.0] < 0.5 * apart[1e-6]


def test_impossible_amounts_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"label_smoothing.amount is 1.0"):
        LabelSmoothingConfig(amount=1.0)
    with pytest.raises(ConfigError, match=r"r_drop.alpha is 0.0"):
        RDropConfig(alpha=0.0)
