"""From which score on an output counts as said, chosen on development rows that metrics are not measured on.

Emotions, for macro-F1: each category has its own threshold, between two answers. One needs no labels: where scores are
probabilities, the best threshold is half of the best F1 they promise. The other is the threshold with the best F1 on
the labels, which a rare category has too few of. The more labels, the more the second one counts.

Source: Lipton, Elkan and Naryanaswamy 2014, "Optimal thresholding of classifiers to maximize F1 measure",
https://arxiv.org/abs/1402.1892.

Dimensions: N rows, C outputs of a family, K candidates.
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
CANDIDATES = tuple(step / 100 for step in range(2, 70))
HALF = 0.5
LABELS_FOR_HALF = 30
"""Rows with a category at which its labels count as much as its probabilities do."""
SMOOTHED = 9
"""Neighbouring candidates whose F1 is averaged: the best of a ragged curve is luck."""
LOWEST, HIGHEST = 0.03, 0.6


def fit_thresholds(
    predictions: Iterable[Prediction], temperatures: Mapping[Family, float]
) -> dict[Family, tuple[float, ...]]:
    """Choose the thresholds of every family for which one half is a poor one.

    A family that several data sets teach is chosen for on all of their rows together. Traits get the threshold with the
    best share of groups that are entirely right.
    """
    pooled: dict[Family, list[tuple[Tensor, Tensor]]] = {}
    chosen: dict[Family, tuple[float, ...]] = {}
    for prediction in predictions:
        objective = prediction.task.objective
        if isinstance(objective, EmotionObjective):
            scores_NC = torch.sigmoid(prediction.logits[objective.family] / temperatures[objective.family])
            pooled.setdefault(objective.family, []).append((scores_NC, prediction.target_BK[:, :-2] > HALF))
        elif isinstance(objective, JudgedObjective) and prediction.task.name in EXACT_MATCH_TASKS:
            logits_N = prediction.logits[objective.family][:, objective.column] / temperatures[objective.family]
            best = _best_exact_match(prediction, torch.sigmoid(logits_N))
            chosen[objective.family] = (best,) * len(OUTPUTS[objective.family])
    for family, parts in pooled.items():
        scores_NC, labels_NC = (torch.cat(side) for side in zip(*parts, strict=True))
        chosen[family] = tuple(round(value, 4) for value in f1_thresholds(scores_NC, labels_NC).tolist())
    return chosen


def f1_thresholds(scores_NC: Tensor, labels_NC: Tensor) -> Tensor:
    """Return one threshold per category, (C,), for the best macro-F1 on other rows of the same kind."""
    counts_C = labels_NC.sum(dim=0)
    trust_C = counts_C / (counts_C + LABELS_FOR_HALF)
    by_labels_C, by_scores_C = _best_by_labels(scores_NC, labels_NC), _best_by_scores(scores_NC)
    return torch.sigmoid(trust_C * torch.logit(by_labels_C) + (1 - trust_C) * torch.logit(by_scores_C))


def _best_by_labels(scores_NC: Tensor, labels_NC: Tensor) -> Tensor:
    candidates_K = torch.tensor(CANDIDATES)
    said_KC = torch.stack([(scores_NC >= candidate).sum(dim=0) for candidate in CANDIDATES])
    hits_KC = torch.stack([((scores_NC >= candidate) & labels_NC).sum(dim=0) for candidate in CANDIDATES])
    f1_KC = 2.0 * hits_KC / (said_KC + labels_NC.sum(dim=0)).clamp(min=1)
    padded_CK = torch.nn.functional.pad(f1_KC.T[:, None], (SMOOTHED // 2, SMOOTHED // 2), mode="replicate")
    smooth_CK = torch.nn.functional.avg_pool1d(padded_CK, SMOOTHED, stride=1)[:, 0]
    return candidates_K[smooth_CK.argmax(dim=1)]


def _best_by_scores(scores_NC: Tensor) -> Tensor:
    """Return half of the best F1 that the scores promise, taken as probabilities."""
    ordered_NC = scores_NC.double().sort(dim=0, descending=True).values
    said_N1 = torch.arange(1, len(ordered_NC) + 1)[:, None]
    promised_NC = 2.0 * ordered_NC.cumsum(dim=0) / (said_N1 + ordered_NC.sum(dim=0))
    return (promised_NC.amax(dim=0) / 2).clamp(LOWEST, HIGHEST).float()


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
