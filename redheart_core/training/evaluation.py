"""Development metrics of a model, each beside what a constant or the majority reaches; and the temperatures.

Dimensions: B items, C outputs of a family, K target columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from redheart_core.model.network import RedHeartModel
from redheart_core.model.outputs import to_output_scale
from redheart_core.runtime.recovery import PieceSize, run_in_pieces
from redheart_core.training import metrics
from redheart_core.training.batches import Item, collate, cut
from redheart_core.training.objectives import (
    BinaryTerm,
    EmotionObjective,
    JudgedObjective,
    PleasureObjective,
    PreferenceObjective,
    VadObjective,
    integrated_surrogate,
)
from redheart_core.training.proxy_objectives import ProxyObjective
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.reading import OUTPUTS, Family

GROUP_SIZES = {"justice": 4, "deontology": 4, "traits": 5}
"""Rows of a group by task, where the official metric counts whole groups."""
EVALUATION_BATCH = 128
TEMPERATURES = tuple(round(0.4 * 1.06**step, 4) for step in range(48))
"""Candidates from 0.4 to about 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured number with its floor."""

    task: str
    name: str
    value: float
    baseline: float
    """What needs no reading: the best constant, the majority, or a coin."""
    num_rows: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """Logits and targets of a whole development set."""

    task: Task
    logits: Mapping[Family, Tensor]
    """(rows, C) by family; for pairs all first passages before all second ones."""
    target_BK: Tensor
    groups: tuple[str, ...]


def predict(model: RedHeartModel, task: Task, items: Sequence[Item]) -> Prediction:
    """Run the model over a development set.

    Raises:
        OutOfDeviceMemoryError: Not even one item fits.
    """
    return Prediction(
        task=task,
        # The sides of a pair come first, then the items: all first passages stand before all second ones.
        logits={family: sides.flatten(0, 1) for family, sides in read_logits(model, items).items()},
        target_BK=torch.tensor([item.target for item in items], dtype=torch.float32),
        groups=tuple(example.group for example in task.dev),
    )


def read_logits(model: RedHeartModel, items: Sequence[Item]) -> Mapping[Family, Tensor]:
    """Return (passages per item, B, C) logits by family in the order of ``items``.

    Items of similar length are read together, in smaller batches where memory runs out. A passage's logits do not
    depend on the others in its batch beyond rounding.

    Raises:
        OutOfDeviceMemoryError: Not even one item fits.
    """
    order = sorted(range(len(items)), key=lambda index: items[index].num_tokens)
    rows: list[Mapping[Family, Tensor]] = []
    fitting = PieceSize()
    model.eval()
    with torch.inference_mode():
        for batch in cut([items[index] for index in order], batch_size=EVALUATION_BATCH, max_batch_tokens=8192):
            rows += run_in_pieces(partial(_logits_by_item, model), batch, size=fitting)
    place_B = torch.tensor(order).argsort()
    return {family: torch.stack([row[family] for row in rows], dim=1)[:, place_B] for family in rows[0]}


def _logits_by_item(model: RedHeartModel, items: Sequence[Item]) -> list[Mapping[Family, Tensor]]:
    """Return (sides, C) by family for each item."""
    batch = collate(items)
    logits = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, batch.ngrams).logits
    by_side = {family: values.float().view(-1, len(items), values.shape[-1]) for family, values in logits.items()}
    return [{family: values[:, place] for family, values in by_side.items()} for place in range(len(items))]


def measure(
    prediction: Prediction,
    temperatures: Mapping[Family, float] | None = None,
    thresholds: Mapping[Family, tuple[float, ...]] | None = None,
) -> list[Metric]:
    """Return the metrics that belong to the task's objective.

    Args:
        prediction: What is measured.
        temperatures: Divisors of the logits by family; one where there is none.
        thresholds: From which score on an output counts as said, by family. Where there is none, the best threshold on
            these very rows for emotions, and one half elsewhere.
    """
    objective = prediction.task.objective
    if isinstance(objective, VadObjective):
        return _measure_ratings(prediction)
    if isinstance(objective, EmotionObjective | JudgedObjective):
        scores_RC = torch.sigmoid(prediction.logits[objective.family] / (temperatures or {}).get(objective.family, 1.0))
        threshold = (thresholds or {}).get(objective.family)
        if isinstance(objective, EmotionObjective):
            return _measure_emotions(prediction, scores_RC, threshold)
        from_half = 0.0 if threshold is None else 0.5 - threshold[objective.column]
        return _measure_judged(prediction, scores_RC[:, objective.column] + from_half)
    if isinstance(objective, ProxyObjective):
        return _measure_proxy(prediction, objective)
    return _measure_pairs(prediction)


def fit_temperatures(predictions: Iterable[Prediction], families: Iterable[Family]) -> dict[Family, float]:
    """Choose for each family the divisor with the smallest cross-entropy on development data; 1 without any."""
    terms = [
        term
        for prediction in predictions
        for term in prediction.task.objective.binary_terms(prediction.logits, prediction.target_BK)
    ]
    return {family: _temperature([term for term in terms if term.family is family]) for family in families}


def _temperature(terms: Sequence[BinaryTerm]) -> float:
    if not terms:
        return 1.0
    return min(TEMPERATURES, key=lambda candidate: sum(_cross_entropy(term, candidate) for term in terms))


def _cross_entropy(term: BinaryTerm, temperature: float) -> float:
    each = binary_cross_entropy_with_logits(term.logits / temperature, term.targets, reduction="none")
    return float((each * term.mask).sum() / term.mask.sum().clamp(min=1.0))


def _measure_emotions(prediction: Prediction, scores_BC: Tensor, threshold: tuple[float, ...] | None) -> list[Metric]:
    labels_BC = prediction.target_BK[:, :-2]
    everything, _ = metrics.best_macro_f1(torch.ones_like(scores_BC), labels_BC)
    if threshold is not None:
        value = metrics.macro_f1(scores_BC - torch.tensor(threshold) + 0.5, labels_BC, 0.5)
        return [_metric(prediction, "macro-F1", value, everything)]
    value, best = metrics.best_macro_f1(scores_BC, labels_BC)
    return [_metric(prediction, f"macro-F1 at the best global threshold ({best:.2f})", value, everything)]


def _measure_ratings(prediction: Prediction) -> list[Metric]:
    ratings = to_output_scale(Family.VAD, prediction.logits[Family.VAD])
    return [
        _metric(
            prediction,
            f"Pearson r, {name}",
            metrics.pearson(ratings[:, column], prediction.target_BK[:, column]),
            0.0,
        )
        for column, name in enumerate(OUTPUTS[Family.VAD])
    ]


def _measure_judged(prediction: Prediction, scores_B: Tensor) -> list[Metric]:
    """Measure scores of which one half and more says yes."""
    labels_B = prediction.target_BK[:, 0]
    majority_B = torch.full_like(labels_B, float(labels_B.mean() >= 0.5))
    measured = [
        _metric(prediction, "accuracy", metrics.accuracy(scores_B, labels_B), metrics.accuracy(majority_B, labels_B))
    ]
    size = GROUP_SIZES.get(prediction.task.name)
    if size is not None:
        value, _ = metrics.exact_match(scores_B, labels_B, prediction.groups, size=size)
        floor, _ = metrics.exact_match(majority_B, labels_B, prediction.groups, size=size)
        measured.append(_metric(prediction, f"exact match, groups of {size}", value, floor))
    return measured


def _measure_proxy(prediction: Prediction, objective: ProxyObjective) -> list[Metric]:
    said_BC, wanted_BC = objective.compared(prediction.logits, prediction.target_BK)
    constant_BC = wanted_BC.median(dim=0).values.expand_as(wanted_BC)
    error, floor = ((values - wanted_BC).abs().mean().item() for values in (said_BC, constant_BC))
    return [_metric(prediction, "mean absolute error against a proxy (lower is better)", error, floor)]


def _measure_pairs(prediction: Prediction) -> list[Metric]:
    if isinstance(prediction.task.objective, PleasureObjective):
        compared = {
            "pairwise accuracy, hedonic value": prediction.logits[Family.HEDONIC][:, 0],
            "pairwise accuracy, stand-in for the integrated score": integrated_surrogate(prediction.logits),
        }
    elif isinstance(prediction.task.objective, PreferenceObjective):
        preferred = prediction.task.objective
        compared = {"choice accuracy": prediction.logits[preferred.family][:, preferred.column]}
    else:
        column = OUTPUTS[Family.REASONING].index("acceptable")
        compared = {"pairwise accuracy, acceptable": prediction.logits[Family.REASONING][:, column]}
    return [
        _metric(prediction, name, metrics.pairwise_accuracy(*scores.chunk(2)), 0.5) for name, scores in compared.items()
    ]


def _metric(prediction: Prediction, name: str, value: float, baseline: float) -> Metric:
    rows = prediction.target_BK.shape[0]
    return Metric(task=prediction.task.name, name=name, value=value, baseline=baseline, num_rows=rows)
