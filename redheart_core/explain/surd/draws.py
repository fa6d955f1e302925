"""Random tables and rows: the population resampled, the target shuffled, the interactions taken out.

Letters: T target states, X one axis per source, R replicates, G independent units.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIT_TOLERANCE = 1e-9
"""Largest change of a cell's probability in one round at which the fit has settled."""
FIT_ROUNDS = 1_000
REFIT_ROUNDS = 8


def multinomial_tables(share_TX: Floats, num_samples: int, replicates: int, rng: np.random.Generator) -> Integers:
    """Draw tables of ``num_samples`` independent samples with the given shares, shape (T, *X, R)."""
    flat = share_TX.ravel() / share_TX.sum()
    occupied = np.flatnonzero(flat)
    drawn = np.zeros((flat.size, replicates), dtype=np.int64)
    drawn[occupied] = rng.multinomial(num_samples, flat[occupied] / flat[occupied].sum(), size=replicates).T
    return drawn.reshape(*share_TX.shape, replicates)


def unit_tables(
    cells: NDArray[np.integer],
    units: NDArray[np.intp],
    shape: tuple[int, ...],
    replicates: int,
    rng: np.random.Generator,
    *,
    again: np.random.Generator | None = None,
) -> Integers:
    """Draw whole units with replacement and count their samples, shape (T, *X, R).

    With ``again``, each population is drawn a second time from itself: what one more resampling does to it.
    """
    num_units, length = int(units.max()) + 1, math.prod(shape)
    drawn = np.empty((length, replicates), dtype=np.int64)
    for replicate in range(replicates):
        members_G = rng.integers(num_units, size=num_units)
        if again is not None:
            members_G = members_G[again.integers(num_units, size=num_units)]
        times_G = np.bincount(members_G, minlength=num_units)
        drawn[:, replicate] = np.bincount(cells, weights=times_G[units], minlength=length)
    return drawn.reshape(*shape, replicates)


def shuffled_tables(counts_TX: Integers, replicates: int, rng: np.random.Generator) -> Integers:
    """Draw tables as if the target had been shuffled: both margins fixed, shape (T, *X, R).

    Each target state in turn takes its samples from those that the earlier states left, a multivariate
    hypergeometric draw; only the tables are drawn, no sample is moved.
    """
    flat = counts_TX.reshape(counts_TX.shape[0], -1)
    sources_X = flat.sum(axis=0)
    occupied = np.flatnonzero(sources_X)
    left_RK = np.tile(sources_X[occupied], (replicates, 1))
    drawn = np.zeros((*flat.shape, replicates), dtype=np.int64)
    for state, count in enumerate(flat.sum(axis=1).tolist()[:-1]):
        taken_RK = _take(left_RK, count, rng, all_alike=state == 0)
        drawn[state, occupied] = taken_RK.T
        left_RK -= taken_RK
    drawn[-1, occupied] = left_RK.T
    return drawn.reshape(*counts_TX.shape, replicates)


def shuffled_unit_tables(
    target: Integers,
    source_cells: Integers,
    units: NDArray[np.intp],
    shape: tuple[int, ...],
    replicates: int,
    rng: np.random.Generator,
    *,
    is_ordered: bool,
) -> Integers:
    """Shuffle whole units' targets and count the samples, shape (T, *X, R); see ``shuffled_target``."""
    length = math.prod(shape)
    stride = length // shape[0]
    drawn = np.empty((length, replicates), dtype=np.int64)
    for replicate in range(replicates):
        cells = shuffled_target(target, units, rng, is_ordered=is_ordered) * stride + source_cells
        drawn[:, replicate] = np.bincount(cells, minlength=length)
    return drawn.reshape(*shape, replicates)


def shuffled_target(
    target: NDArray[np.int64], units: NDArray[np.intp] | None, rng: np.random.Generator, *, is_ordered: bool
) -> NDArray[np.int64]:
    """Shuffle the target over the samples, or whole units' targets over the units.

    With units, the targets of one unit stay together, and the units are laid in a random order against the sources:
    exact where units have one size, and keeping the dependence inside units where they have not. Inside a unit the
    targets keep their order where it is one in time. Elsewhere they are shuffled too: a target that takes the same
    values in every unit (a good and a bad course each) would otherwise never be shuffled at all.
    """
    if units is None:
        return rng.permutation(target)
    places = rng.permutation(int(units.max()) + 1)[units]
    drawn = np.argsort(places, kind="stable") if is_ordered else np.argsort(places + rng.random(len(target)))
    shuffled = np.empty_like(target)
    shuffled[np.argsort(units, kind="stable")] = target[drawn]
    return shuffled


def main_effects(counts_TX: Integers) -> Floats:
    """Return the shares that keep each (T, source) table and the source table, and have no higher interaction.

    Iterative proportional fitting from independence, shape (T, *X).
    """
    shares = (counts_TX / counts_TX.sum())[..., None]
    fitted = shares.sum(axis=tuple(range(1, counts_TX.ndim)), keepdims=True) * shares.sum(axis=0)
    wanted = _kept_tables(shares)
    for _ in range(FIT_ROUNDS):
        before = fitted
        fitted = _fit_round(wanted, fitted)
        if np.abs(fitted - before).max() <= FIT_TOLERANCE:
            break
    return np.asarray(fitted[..., 0], dtype=np.float64)


def main_effects_again(shares_TXR: Floats, start_TX: Floats) -> Floats:
    """Return the main-effects shares of many tables drawn from ``start_TX``, shape (T, *X, R).

    They lie so near to where they were drawn from that a few rounds do; what is missing makes a divergence from them
    larger, never smaller.
    """
    fitted = np.broadcast_to(start_TX[..., None], shares_TXR.shape)
    wanted = _kept_tables(shares_TXR)
    for _ in range(REFIT_ROUNDS):
        fitted = _fit_round(wanted, fitted)
    return fitted


def _kept_tables(shares_TXR: Floats) -> tuple[tuple[tuple[int, ...], Floats], ...]:
    """Return what main effects keep: each (T, source) table and the source table, with the axes that were summed."""
    last = shares_TXR.ndim - 1
    pairs = (tuple(axis for axis in range(1, last) if axis != source) for source in range(1, last))
    return tuple((axes, shares_TXR.sum(axis=axes, keepdims=True)) for axes in (*pairs, (0,)))


def _fit_round(kept: tuple[tuple[tuple[int, ...], Floats], ...], fitted_TXR: Floats) -> Floats:
    """Fit each kept table once."""
    for axes, wanted in kept:
        fitted_TXR = fitted_TXR * _ratio(wanted, fitted_TXR.sum(axis=axes, keepdims=True))
    return fitted_TXR


def _take(left_RK: Integers, count: int, rng: np.random.Generator, *, all_alike: bool) -> Integers:
    if all_alike:
        return rng.multivariate_hypergeometric(left_RK[0], count, size=len(left_RK), method="marginals")
    return np.stack([rng.multivariate_hypergeometric(left_K, count, method="marginals") for left_K in left_RK])


def _ratio(wanted: Floats, present: Floats) -> Floats:
    return np.divide(wanted, present, out=np.zeros_like(wanted), where=present > 0)
