"""Bootstrap intervals: independent units are drawn with replacement, the metric is computed anew each time.

Dimensions: R replicates, U units, S sums per unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redheart_core.training.official.scoring import Array, Sums

REPLICATES = 2_000
LEVEL = 0.95
SEED = 20_251_124
CHUNK_CELLS = 4_000_000
"""Most counts held at once; 32 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A percentile interval at ``LEVEL``."""

    low: float
    high: float


def interval(metric: Sums, *, replicates: int = REPLICATES, seed: int = SEED) -> Interval:
    """Return the percentile interval of a metric over its own units.

    Source:
        Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
    """
    return _percentiles(metric.combine(_resampled_sums(metric.parts_US, replicates, seed)))


def difference(first: Sums, second: Sums, *, replicates: int = REPLICATES, seed: int = SEED) -> Interval:
    """Return the interval of ``first`` minus ``second`` when both answered the same units (a paired bootstrap).

    Raises:
        ValueError: They have different units.
    """
    if len(first.parts_US) != len(second.parts_US):
        raise ValueError(f"{len(first.parts_US)} units against {len(second.parts_US)}; a pair needs the same units")
    values_R = [metric.combine(_resampled_sums(metric.parts_US, replicates, seed)) for metric in (first, second)]
    return _percentiles(values_R[0] - values_R[1])


def _resampled_sums(parts_US: Array, replicates: int, seed: int) -> Array:
    """Return (R, S) sums. The draws depend on the seed and on the number of units only, so that they pair."""
    num_units, num_sums = parts_US.shape
    if num_units == 0:
        raise ValueError("there is no unit to draw from")
    generator = np.random.default_rng(seed)
    sums_RS = np.empty((replicates, num_sums))
    chunk = max(1, CHUNK_CELLS // num_units)
    for start in range(0, replicates, chunk):
        rows = min(chunk, replicates - start)
        drawn = generator.integers(num_units, size=(rows, num_units))
        cells = (drawn + num_units * np.arange(rows)[:, None]).ravel()
        counts_RU = np.bincount(cells, minlength=rows * num_units).reshape(rows, num_units)
        sums_RS[start : start + rows] = counts_RU.astype(np.float64) @ parts_US
    return sums_RS


def _percentiles(values_R: Array) -> Interval:
    low, high = np.quantile(values_R, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(low=float(low), high=float(high))
