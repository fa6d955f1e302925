"""Evaluation: temperatures are found where they are known, predictions keep pairs and groups together."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from redheart_core.errors import OutOfDeviceMemoryError
from redheart_core.model.network import ModelOutput, RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.evaluation import Prediction, fit_temperatures, measure, predict
from redheart_core.training.objectives import JudgedObjective, PleasureObjective
from redheart_core.training.tasks import Example, Task
from redheart_core.vocabulary.reading import OUTPUTS, READ_FAMILIES, Family
from tests.checkpoints import SENTENCES, random_tiny_model, tiny_tokenizer_bytes


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


class _SmallDevice(torch.nn.Module):
    """A model on a device that holds a few passages at once."""

    def __init__(self, model: RedHeartModel, passages: int) -> None:
        super().__init__()
        self.model, self.passages = model, passages
        self.refused = 0

    def forward(self, ids_RT: torch.Tensor, *others: torch.Tensor) -> ModelOutput:
        if ids_RT.shape[0] > self.passages:
            self.refused += 1
            raise OutOfDeviceMemoryError("the device is full")
        output: ModelOutput = self.model(ids_RT, *others)
        return output


def test_a_prediction_is_finished_in_smaller_batches_where_memory_runs_out(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    pairs = [((text, ""), (other, "")) for text, other in zip(SENTENCES, reversed(SENTENCES), strict=True)]
    examples = tuple(Example(passages=pair, target=(1.0,), group=str(place)) for place, pair in enumerate(pairs))
    task = Task(name="pairs", objective=PleasureObjective(), train=(), dev=examples, files=())
    items = tokenize(examples, Tokenizer.from_file(path), max_tokens=TINY.max_tokens)
    model = random_tiny_model().eval()
    small = _SmallDevice(model, passages=4)
    whole, pieces = predict(model, task, items), predict(small, task, items)  # type: ignore[arg-type]
    assert small.refused > 0
    assert pieces.groups == whole.groups
    for family in READ_FAMILIES:
        torch.testing.assert_close(pieces.logits[family], whole.logits[family], atol=1e-5, rtol=1e-4)
    first, second = (model(*_alone(items[0], side)).logits[Family.HEDONIC] for side in (0, 1))
    place = whole.groups.index("0")
    rows = whole.logits[Family.HEDONIC][[place, place + len(items)]]
    torch.testing.assert_close(rows, torch.cat([first, second]), atol=1e-5, rtol=1e-4)


def _alone(item: Item, side: int) -> tuple[torch.Tensor, ...]:
    ids = torch.tensor([item.encodings[side].ids])
    return ids, torch.ones_like(ids, dtype=torch.bool), torch.tensor([item.encodings[side].segments])


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
    assert (exact.name, exact.value, exact.baseline) == ("exact match, groups of 4", 0.5, 0.0)


def test_pairs_are_measured_on_the_hedonic_value_and_on_the_stand_in() -> None:
    logits = {
        Family.HEDONIC: torch.tensor([[1.0], [-1.0], [0.0], [0.0]]),
        Family.BENTHAM: torch.zeros(4, len(OUTPUTS[Family.BENTHAM])),
    }
    task = _task("utilitarianism", PleasureObjective())
    measured = measure(Prediction(task=task, logits=logits, target_BK=torch.ones(2, 1), groups=("a", "b")))
    assert [metric.value for metric in measured] == [0.5, 0.5]
    assert [metric.baseline for metric in measured] == [0.5, 0.5]
