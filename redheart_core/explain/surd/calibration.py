"""The population that interval replicates are drawn from when the samples themselves are too few to stand for it.

Resampling adds plug-in bias a second time, and reflecting takes it off again; but it adds too little: a cell that the
samples missed can never be drawn, so at a few samples per cell the reflected interval of the total still sits a quarter
too high. What is drawn from here is a mixture of the samples' shares with their main-effects fit, which fills the
missed cells, and mixed so that the total it would show on average is the total that was observed. Its own total is then
the bias-corrected one. That expectation needs no draws: only entropies of counts enter it.

Letters: T target states, X one axis per source.

Sources: MacKinnon and Smith 1998, "Approximate bias correction in econometrics" (bias taken where it was produced);
Hausser and Strimmer 2009, https://arxiv.org/abs/0811.3579 (shrinking cells towards a simple model).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALVINGS = 20
_LARGE_MEAN = 100.0
"""From this mean count on the excess follows its series."""
_MOST_COUNT = 400
_GRID = 2_001


def calibrated_shares(shares_TX: Floats, fitted_TX: Floats, num_samples: int) -> Floats:
    """Mix observed and fitted shares so that samples drawn from the mixture show the observed total on average.

    Args:
        shares_TX: Observed shares; add up to 1.
        fitted_TX: ``draws.main_effects`` of them.
        num_samples: Independent samples behind the shares.
    """
    observed = _total(shares_TX)
    fitted_TX = fitted_TX / fitted_TX.sum()
    if expected_total(fitted_TX, num_samples) >= observed:
        return fitted_TX
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        mixed_TX = (1.0 - middle) * shares_TX + middle * fitted_TX
        low, high = (middle, high) if expected_total(mixed_TX, num_samples) > observed else (low, middle)
    return np.asarray((1.0 - low) * shares_TX + low * fitted_TX, dtype=np.float64)


def expected_total(shares_TX: Floats, num_samples: int) -> float:
    """Return the plug-in I(T; all sources) that samples of a population show on average, in bits."""
    target_T = shares_TX.reshape(len(shares_TX), -1).sum(axis=1)
    sources_X = shares_TX.sum(axis=0).ravel()
    joint = shares_TX.ravel()
    return _total(shares_TX) + (
        _entropy_bias(target_T, num_samples) + _entropy_bias(sources_X, num_samples) - _entropy_bias(joint, num_samples)
    )


def _total(shares_TX: Floats) -> float:
    target_T, sources_X = shares_TX.reshape(len(shares_TX), -1).sum(axis=1), shares_TX.sum(axis=0)
    return _entropy(target_T) + _entropy(sources_X) - _entropy(shares_TX)


def _entropy(shares: Floats) -> float:
    occupied = shares[shares > 0]
    return float(-(occupied * np.log2(occupied)).sum())


def _entropy_bias(shares: Floats, num_samples: int) -> float:
    """Return E[plug-in H] - H in bits; counts are binomial, whose excess is the Poisson one times 1 - p."""
    occupied = shares[shares > 0]
    excess = _excess(num_samples * occupied) * (1.0 - occupied)
    return -float(excess.sum()) / (num_samples * math.log(2.0))


def _excess(mean: Floats) -> Floats:
    """Return E[k ln k] - m ln m of Poisson counts k with mean m."""
    roots, values = _excess_grid()
    series = 0.5 + 1.0 / (12.0 * np.maximum(mean, 1.0)) + 1.0 / (12.0 * np.maximum(mean, 1.0) ** 2)
    return np.where(mean < _LARGE_MEAN, np.interp(np.sqrt(mean), roots, values), series)


@lru_cache(maxsize=1)
def _excess_grid() -> tuple[Floats, Floats]:
    """Return the excess over a grid of square roots of the mean, where it is smooth."""
    counts = np.arange(_MOST_COUNT)
    weighed = counts * np.log(np.maximum(counts, 1))
    factorials = np.array([math.lgamma(count + 1) for count in counts])
    roots = np.linspace(0.0, math.sqrt(_LARGE_MEAN), _GRID)
    mean = np.maximum(roots**2, np.finfo(np.float64).tiny)[:, None]
    chances = np.exp(-mean + counts * np.log(mean) - factorials)
    values = chances @ weighed - mean[:, 0] * np.log(mean[:, 0])
    return roots, np.asarray(values, dtype=np.float64)
