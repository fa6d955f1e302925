"""Calibration: whether what is said with probability p happens in a share p of the cases.

Dimensions: N statements, each a probability with what came true.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from redheart_core.training.official.scoring import Array

NUM_BINS = 15
MOST_BINS = 200
"""More than this many monotonic bins change nothing that is shown."""
NUM_DRAWS = 200
DRAWS_SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Statements of similar probability."""

    low: float
    high: float
    """Smallest and largest probability in it."""
    predicted: float
    """Mean probability."""
    observed: float
    """Share that came true."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Expected calibration error of one family's outputs, after its temperature."""

    family: str
    temperature: float
    statements: int
    """Row and output pairs that were compared; outputs of a family are pooled."""
    ece_equal_mass: float
    """Over 15 bins of equally many statements."""
    ece_equal_width: float
    """Over 15 bins of equal width on [0, 1]."""
    ece_of_chance: float
    """What ``ece_equal_mass`` would be on average if every probability were exactly right: bins of few statements miss
    by luck. Below about this value nothing can be told."""
    ece_monotonic: float
    """Over as many bins of equally many statements as there can be without a bin in which less came true than in the
    one below it: fewer bins for fewer statements, so that luck counts less."""
    monotonic_bins: int
    """How many these are."""
    base_rate: float
    bins: tuple[ReliabilityBin, ...]
    """The 15 bins of equal mass, lowest first."""


def calibrate(family: str, temperature: float, probabilities_N: Array, true_N: Array) -> Calibration:
    """Compare probabilities with what came true.

    Raises:
        ValueError: The two differ in shape, there are none, or a probability lies outside [0, 1].

    Source:
        Guo et al. 2017, https://arxiv.org/abs/1706.04599 (equal width); Nguyen and O'Connor 2015,
        https://arxiv.org/abs/1508.05154 (equal mass); Roelofs et al. 2022, https://arxiv.org/abs/2012.08668 (monotonic;
        theirs squares the errors, ours takes them as they are, like the other two).
    """
    if probabilities_N.shape != true_N.shape or probabilities_N.ndim != 1 or not len(true_N):
        raise ValueError(f"probabilities are {probabilities_N.shape}, labels {true_N.shape}; both must be one vector")
    if probabilities_N.min() < 0.0 or probabilities_N.max() > 1.0:
        raise ValueError(f"probabilities go from {probabilities_N.min()} to {probabilities_N.max()}, beyond [0, 1]")
    mass_bin_N = _equal_mass(probabilities_N, NUM_BINS)
    by_mass = _bins(probabilities_N, true_N, mass_bin_N)
    monotonic = _most_monotonic_bins(probabilities_N, true_N)
    by_width = _bins(probabilities_N, true_N, _equal_width(probabilities_N))
    return Calibration(
        family=family,
        temperature=temperature,
        statements=len(true_N),
        ece_equal_mass=_expected_error(by_mass),
        ece_equal_width=_expected_error(by_width),
        ece_of_chance=_error_of_chance(probabilities_N, mass_bin_N),
        ece_monotonic=_expected_error(monotonic),
        monotonic_bins=len(monotonic),
        base_rate=float(true_N.mean()),
        bins=by_mass,
    )


def _equal_mass(probabilities_N: Array, num_bins: int) -> NDArray[np.int64]:
    """Return the bin of each statement by rank; statements of one probability stay in the bin of their first."""
    ordered = np.sort(probabilities_N)
    first_rank_N = np.searchsorted(ordered, probabilities_N, side="left")
    return np.asarray(first_rank_N * num_bins // len(probabilities_N), dtype=np.int64)


def _equal_width(probabilities_N: Array) -> NDArray[np.int64]:
    return np.minimum((probabilities_N * NUM_BINS).astype(np.int64), NUM_BINS - 1)


def _bins(probabilities_N: Array, true_N: Array, bin_N: NDArray[np.int64]) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(
            low=float(probabilities_N[members].min()),
            high=float(probabilities_N[members].max()),
            predicted=float(probabilities_N[members].mean()),
            observed=float(true_N[members].mean()),
            count=int(members.sum()),
        )
        for place in range(int(bin_N.max()) + 1)
        if (members := bin_N == place).any()
    )


def _most_monotonic_bins(probabilities_N: Array, true_N: Array) -> tuple[ReliabilityBin, ...]:
    """Raise the number of bins until one of them came true less often than the one below it; the last good ones."""
    kept = _bins(probabilities_N, true_N, _equal_mass(probabilities_N, 1))
    for num_bins in range(2, MOST_BINS + 1):
        bins = _bins(probabilities_N, true_N, _equal_mass(probabilities_N, num_bins))
        if any(above.observed < below.observed for below, above in pairwise(bins)):
            break
        kept = bins
    return kept


def _expected_error(bins: tuple[ReliabilityBin, ...]) -> float:
    total = sum(entry.count for entry in bins)
    return sum(entry.count * abs(entry.predicted - entry.observed) for entry in bins) / total


def _error_of_chance(probabilities_N: Array, bin_N: NDArray[np.int64]) -> float:
    """Return the mean error, in bins of equal mass, over labels that are drawn from the probabilities themselves."""
    draw = np.random.default_rng(DRAWS_SEED)
    said = np.bincount(bin_N, weights=probabilities_N, minlength=NUM_BINS)
    errors = []
    for _ in range(NUM_DRAWS):
        true_N = draw.random(len(probabilities_N)) < probabilities_N
        came_true = np.bincount(bin_N, weights=true_N, minlength=NUM_BINS)
        errors.append(np.abs(said - came_true).sum() / len(probabilities_N))
    return float(np.mean(errors))
