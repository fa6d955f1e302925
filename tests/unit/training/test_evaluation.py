"""Evaluation: temperatures are found where they are known, predictions keep pairs and groups together."""

from __future__ import annotations

import pytest
import torch

from redheart_core.training.evaluation import Prediction, fit_temperatures, measure
from redheart_core.training.objectives import JudgedObjective, PleasureObjective
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.reading import OUTPUTS, Family


def _task(name: str, objective: JudgedObjective | PleasureObjective) -> Task:
    return Task(name=name, objective=objective, train=(), dev=(), files=())


def _judged(name: str, column_logits: torch.Tensor, labels: torch.Tensor, groups: tuple[str, ...]) -> Prediction:
    logits = torch.zeros(len(labels), len(OUTPUTS[Family.REASONING]))
    logits[:, OUTPUTS[Family.REASONING].index("just")] = column_logits
    return Prediction(
        task=_task(name, JudgedObjective(Family.REASONING, "just")),
        logits={Family.REASONING: logits},
        target_BK=labels[:, None],
        groups=groups,
    )


@pytest.mark.parametrize("factor", [0.7, 1.0, 2.5])
def test_a_known_temperature_is_recovered(factor: float) -> None:
    generator = torch.Generator().manual_seed(0)
    honest = 2 * torch.randn(4_000, generator=generator)
    labels = (torch.rand(4_000, generator=generator) < torch.sigmoid(honest)).float()
    prediction = _judged("justice", factor * honest, labels, ("g",) * 4_000)
    fitted = fit_temperatures([prediction], [Family.REASONING])[Family.REASONING]
    assert fitted == pytest.approx(factor, rel=0.12)


def test_a_family_without_anything_to_fit_on_keeps_its_logits() -> None:
    assert fit_temperatures([], [Family.VAD]) == {Family.VAD: 1.0}


def test_justice_is_measured_by_row_and_by_whole_group() -> None:
    labels = torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    logits = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0])
    accuracy, exact = measure(_judged("justice", logits, labels, ("a",) * 4 + ("b",) * 4))
    assert (accuracy.value, accuracy.baseline) == (7 / 8, 0.5)
    assert (exact.name, exact.value, exact.baseline) == ("exact match, 2 groups of 4", 0.5, 0.0)


def test_pairs_are_measured_on_the_hedonic_value_and_on_the_stand_in() -> None:
    logits = {
        Family.HEDONIC: torch.tensor([[1.0], [-1.0], [0.0], [0.0]]),
        Family.BENTHAM: torch.zeros(4, len(OUTPUTS[Family.BENTHAM])),
    }
    task = _task("utilitarianism", PleasureObjective())
    measured = measure(Prediction(task=task, logits=logits, target_BK=torch.ones(2, 1), groups=("a", "b")))
    assert [metric.value for metric in measured] == [0.5, 0.5]
    assert [metric.baseline for metric in measured] == [0.5, 0.5]
