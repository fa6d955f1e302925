"""From which score on an output counts as said, chosen on development rows that metrics are not measured on.

Dimensions: N rows, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from redheart_core.training import metrics
from redheart_core.training.evaluation import GROUP_SIZES, Prediction
from redheart_core.training.objectives import EmotionObjective, JudgedObjective
from redheart_core.vocabulary.reading import OUTPUTS, Family

EXACT_MATCH_TASKS = frozenset({"traits"})
"""Tasks whose official metric counts whole groups, and which have far more of one answer than of the other."""
CANDIDATES = tuple(step / 100 for step in range(5, 96))
HALF = 0.5


def fit_thresholds(
    predictions: Iterable[Prediction], temperatures: Mapping[Family, float]
) -> dict[Family, tuple[float, ...]]:
    """Choose the threshold of every family for which one half is a poor one.

    Emotions: one threshold for all categories of a data set, the best macro-F1; rare categories alone have too few rows
    for one of their own. A family learned from several data sets gets the mean of their thresholds. Traits: the best
    share of groups that are entirely right.
    """
    chosen: dict[Family, list[float]] = {}
    for prediction in predictions:
        objective = prediction.task.objective
        if isinstance(objective, EmotionObjective):
            scores_NC = torch.sigmoid(prediction.logits[objective.family] / temperatures[objective.family])
            _, threshold = metrics.best_macro_f1(scores_NC, prediction.target_BK[:, :-2])
            chosen.setdefault(objective.family, []).append(threshold)
        elif isinstance(objective, JudgedObjective) and prediction.task.name in EXACT_MATCH_TASKS:
            logits_N = prediction.logits[objective.family][:, objective.column] / temperatures[objective.family]
            chosen.setdefault(objective.family, []).append(_best_exact_match(prediction, torch.sigmoid(logits_N)))
    return {family: (sum(found) / len(found),) * len(OUTPUTS[family]) for family, found in chosen.items()}


def _best_exact_match(prediction: Prediction, scores_N: Tensor) -> float:
    """Return the middle of the thresholds that reach the best exact match; one half without complete groups."""
    size = GROUP_SIZES[prediction.task.name]
    labels_N = prediction.target_BK[:, 0]
    reached = {
        candidate: metrics.exact_match(scores_N - candidate + HALF, labels_N, prediction.groups, size=size)[0]
        for candidate in CANDIDATES
    }
    best = max(reached.values())
    if best == 0.0:
        return HALF
    tied = [candidate for candidate, value in reached.items() if value == best]
    return tied[len(tied) // 2]
