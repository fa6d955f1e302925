"""Metrics as plain functions on scores and labels. Definitions are constants: nothing depends on the epoch.

Dimensions: N rows, C categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from torch import Tensor

THRESHOLDS = tuple(step / 100 for step in range(2, 90))


def macro_f1(scores_NC: Tensor, labels_NC: Tensor, threshold: float) -> float:
    """Return the mean over categories of F1, a category without any hit counting zero."""
    if scores_NC.shape != labels_NC.shape:
        raise ValueError(f"scores are {tuple(scores_NC.shape)}, labels {tuple(labels_NC.shape)}")
    said, true = scores_NC >= threshold, labels_NC > 0.5
    hits = (said & true).sum(dim=0).float()
    return float((2 * hits / (said.sum(dim=0) + true.sum(dim=0)).clamp(min=1)).mean())


def best_macro_f1(scores_NC: Tensor, labels_NC: Tensor) -> tuple[float, float]:
    """Return the best macro-F1 with one threshold for all categories, and that threshold."""
    return max((macro_f1(scores_NC, labels_NC, threshold), threshold) for threshold in THRESHOLDS)


def accuracy(scores_N: Tensor, labels_N: Tensor) -> float:
    """Return the share of scores on the right side of one half."""
    _require_same(scores_N, labels_N)
    return float(((scores_N >= 0.5) == (labels_N > 0.5)).float().mean())


def exact_match(scores_N: Tensor, labels_N: Tensor, groups: Sequence[str], *, size: int) -> tuple[float, int]:
    """Return the share of groups of exactly ``size`` rows in which every row is right, and how many there are."""
    _require_same(scores_N, labels_N)
    right_by_group: dict[str, list[bool]] = defaultdict(list)
    for right, group in zip(((scores_N >= 0.5) == (labels_N > 0.5)).tolist(), groups, strict=True):
        right_by_group[group].append(right)
    complete = [all(rights) for rights in right_by_group.values() if len(rights) == size]
    return (sum(complete) / len(complete) if complete else 0.0), len(complete)


def pairwise_accuracy(first_N: Tensor, second_N: Tensor) -> float:
    """Return the share of pairs whose first is scored higher; a tie counts half."""
    _require_same(first_N, second_N)
    return float(((first_N > second_N).float() + 0.5 * (first_N == second_N).float()).mean())


def pearson(predicted_N: Tensor, measured_N: Tensor) -> float:
    """Return the correlation, zero for a constant prediction."""
    _require_same(predicted_N, measured_N)
    x, y = predicted_N.double() - predicted_N.double().mean(), measured_N.double() - measured_N.double().mean()
    scale = x.norm() * y.norm()
    return float((x @ y) / scale) if scale > 1e-12 else 0.0


def _require_same(first_N: Tensor, second_N: Tensor) -> None:
    if first_N.ndim != 1 or first_N.shape != second_N.shape:
        raise ValueError(f"expected two vectors of one length, got {tuple(first_N.shape)}, {tuple(second_N.shape)}")
