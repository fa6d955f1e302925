"""Official metrics, each written as a function of sums over independent units, so that a bootstrap can resample it.

Definitions are constants. Two numbers decide about a metric: what was decided and what is true; how the decision came
about (a network, a constant, a coin) makes no difference, so that model and baselines go through the same lines.

Dimensions: N rows, C columns (categories, ratings), U independent units, S sums per unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Units = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """A metric of one set of decisions."""

    name: str
    unit: str
    """What is resampled: rows, or groups of rows that share a scenario."""
    parts_US: Array
    combine: Callable[[Array], Array]
    """Maps sums (..., S) to values (...)."""

    @property
    def value(self) -> float:
        """The metric on all units."""
        return float(self.combine(self.parts_US.sum(axis=0)))


def accuracy(decided_N: Array, true_N: Array, unit_N: Units, *, name: str = "accuracy", unit: str = "row") -> Sums:
    """Return the share of rows that are right; a decision of one half (a tie) counts half.

    Args:
        decided_N: 0, 1, or 0.5 where two passages tie.
        true_N: 0 or 1.
        unit_N: Number of the independent unit of each row, from 0 without gaps.
        name: What the metric is called.
        unit: What the units are.
    """
    _require_same(decided_N, true_N)
    right_N = 1.0 - np.abs(decided_N - true_N)
    parts_US = _summed(np.stack([right_N, np.ones_like(right_N)], axis=1), unit_N)
    return Sums(name=name, unit=unit, parts_US=parts_US, combine=_ratio)


def exact_match(decided_N: Array, true_N: Array, unit_N: Units, *, size: int) -> Sums:
    """Return the share of groups of exactly ``size`` rows of which every row is right; other groups do not count."""
    _require_same(decided_N, true_N)
    counted_US = _summed(np.stack([decided_N == true_N, np.ones_like(true_N)], axis=1).astype(float), unit_N)
    whole_U = counted_US[:, 1] == size
    right_U = (counted_US[whole_U, 0] == size).astype(float)
    parts_US = np.stack([right_U, np.ones_like(right_U)], axis=1)
    return Sums(name=f"exact match, groups of {size}", unit="group", parts_US=parts_US, combine=_ratio)


def macro_f1(decided_NC: Array, true_NC: Array) -> Sums:
    """Return the mean over categories of F1, a category without any hit counting zero."""
    return Sums(name="macro-F1", unit="row", parts_US=_confusion(decided_NC, true_NC), combine=_mean_f1)


def micro_f1(decided_NC: Array, true_NC: Array) -> Sums:
    """Return F1 over all decisions of all categories together."""
    counts_US = _confusion(decided_NC, true_NC).reshape(len(true_NC), 3, -1).sum(axis=2)
    return Sums(name="micro-F1", unit="row", parts_US=counts_US, combine=_mean_f1)


def binary_macro_f1(decided_N: Array, true_N: Array) -> Sums:
    """Return the mean of the F1 of yes and the F1 of no."""
    _require_same(decided_N, true_N)
    return macro_f1(np.stack([decided_N, 1.0 - decided_N], axis=1), np.stack([true_N, 1.0 - true_N], axis=1))


def pearson(predicted_N: Array, true_N: Array, *, name: str) -> Sums:
    """Return the correlation, zero for a constant prediction.

    Moments are taken around the means of the whole set: the sums of squares then lose no digits.
    """
    _require_same(predicted_N, true_N)
    x, y = predicted_N - predicted_N.mean(), true_N - true_N.mean()
    parts_US = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    return Sums(name=name, unit="row", parts_US=parts_US, combine=_correlation)


def mean_absolute_error(predicted_N: Array, true_N: Array, *, name: str) -> Sums:
    """Return the mean distance; lower is better."""
    _require_same(predicted_N, true_N)
    parts_US = np.stack([np.abs(predicted_N - true_N), np.ones_like(true_N)], axis=1)
    return Sums(name=name, unit="row", parts_US=parts_US, combine=_ratio)


def _confusion(decided_NC: Array, true_NC: Array) -> Array:
    """Return hits, decisions and truths (N, 3C) per row."""
    if decided_NC.ndim != 2 or decided_NC.shape != true_NC.shape:
        raise ValueError(f"decisions are {decided_NC.shape}, labels {true_NC.shape}; both must be one (rows, columns)")
    return np.concatenate([decided_NC * true_NC, decided_NC, true_NC], axis=1)


def _mean_f1(sums_S: Array) -> Array:
    hits, said, true = np.split(sums_S, 3, axis=-1)
    return np.asarray((2.0 * hits / np.maximum(said + true, 1.0)).mean(axis=-1))


def _ratio(sums_S: Array) -> Array:
    return np.asarray(sums_S[..., 0] / np.maximum(sums_S[..., 1], 1.0))


def _correlation(sums_S: Array) -> Array:
    count, x, y, xx, yy, xy = np.moveaxis(sums_S, -1, 0)
    scale = np.sqrt(np.maximum(xx - x * x / count, 0.0) * np.maximum(yy - y * y / count, 0.0))
    return np.asarray(np.where(scale > 1e-12, (xy - x * y / count) / np.maximum(scale, 1e-12), 0.0))


def _summed(values_NS: Array, unit_N: Units) -> Array:
    sums_US = np.zeros((int(unit_N.max(initial=-1)) + 1, values_NS.shape[1]))
    np.add.at(sums_US, unit_N, values_NS)
    return sums_US


def _require_same(first_N: Array, second_N: Array) -> None:
    if first_N.ndim != 1 or first_N.shape != second_N.shape:
        raise ValueError(f"expected two vectors of one length, got {first_N.shape} and {second_N.shape}")
