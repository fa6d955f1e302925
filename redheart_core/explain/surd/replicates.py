"""Specific information of many random populations, drawn and measured a few at a time.

Letters: S source sets, T target states, X one axis per source, R replicates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.calibration import calibrated_shares
from redheart_core.explain.surd.cover import information_of_rows
from redheart_core.explain.surd.draws import (
    main_effects,
    multinomial_tables,
    shuffled_tables,
    shuffled_target,
    shuffled_unit_tables,
    unit_tables,
)
from redheart_core.explain.surd.measure import prefers_table
from redheart_core.explain.surd.observations import Observations
from redheart_core.explain.surd.rows import Rows, narrow, target_mass
from redheart_core.explain.surd.sets import SourceSets
from redheart_core.explain.surd.split import Split, split
from redheart_core.explain.surd.table import table_information

CHUNK_CELLS = 400_000
"""Padded cells measured at once: small enough to stay near the processor."""

Floats = NDArray[np.float64]
Draw = Callable[[int], NDArray[np.int64]]
"""From a number of replicates to tables, shape (T, *X, R)."""
Told = Callable[[int], None]
"""Told how many replicates are done; may raise to end the work."""


def untold(done: int) -> None:
    """Listen to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replicates:
    """What random populations give."""

    information_STR: Floats
    target_TR: Floats
    """p(t)."""
    sets: SourceSets

    def terms(self) -> Split:
        """Decompose every replicate."""
        return split(self.information_STR, self.target_TR, self.sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """Populations drawn for intervals, and what they are to be compared with."""

    drawn: Replicates
    origin: Replicates | None
    """The population that was drawn from, as one replicate, where it is not the samples themselves."""
    again: Replicates | None
    """One population drawn from each drawn one, where that tells how bias falls from one draw to the next."""


def resampled(
    observations: Observations, sets: SourceSets, replicates: int, rng: np.random.Generator, told: Told = untold
) -> Resampled:
    """Draw populations of as many independent units; bins stay as they are.

    Independent samples come from the calibrated mixture (see ``calibration``). Units are drawn whole, and once more
    from what was drawn. Where the full table is too large the rows are resampled, without either.
    """
    if not _fits_table(observations, sets):
        drawn = _from_rows(_resampled_rows(observations, replicates, rng), sets, told)
        return Resampled(drawn=drawn, origin=None, again=None)
    if observations.units is not None:
        return _resampled_units(observations, observations.units, sets, replicates, rng, told)
    counts = observations.table()
    shares, total = counts / counts.sum(), observations.num_samples
    mixed = calibrated_shares(shares, main_effects(counts), total)
    return Resampled(
        drawn=_from_tables(
            lambda size: multinomial_tables(mixed, total, size, rng), observations, sets, replicates, told
        ),
        origin=_measured(mixed[..., None], sets),
        again=None,
    )


def _resampled_units(
    observations: Observations,
    units: NDArray[np.intp],
    sets: SourceSets,
    replicates: int,
    rng: np.random.Generator,
    told: Told,
) -> Resampled:
    cells, shape = observations.cells(), observations.sizes
    seed = int(rng.integers(2**32))

    def draw(again: np.random.Generator | None) -> Draw:
        # One seed for both, so that what is drawn again comes from the very populations that were drawn.
        first = np.random.default_rng(seed)
        return lambda size: unit_tables(cells, units, shape, size, first, again=again)

    once = _from_tables(draw(None), observations, sets, replicates, lambda done: told(done // 2))
    twice = _from_tables(draw(rng), observations, sets, replicates, lambda done: told((replicates + done) // 2))
    return Resampled(drawn=once, origin=None, again=twice)


def independent(
    observations: Observations, sets: SourceSets, replicates: int, rng: np.random.Generator, told: Told = untold
) -> Replicates:
    """Shuffle the target over the independent units: both margins stay fixed."""
    if not _fits_table(observations, sets):
        return _from_rows(_shuffled_rows(observations, replicates, rng), sets, told)
    units = observations.units
    if units is None:
        counts = observations.table()
        return _from_tables(lambda size: shuffled_tables(counts, size, rng), observations, sets, replicates, told)
    shape, target = observations.sizes, observations.target.astype(np.int64)
    cells = observations.cells() - target * math.prod(shape[1:])
    return _from_tables(
        lambda size: shuffled_unit_tables(target, cells, units, shape, size, rng, is_ordered=observations.is_ordered),
        observations,
        sets,
        replicates,
        told,
    )


def _fits_table(observations: Observations, sets: SourceSets) -> bool:
    return prefers_table(observations.sizes, observations.num_samples, len(sets.keys))


def _from_tables(draw: Draw, observations: Observations, sets: SourceSets, replicates: int, told: Told) -> Replicates:
    target_states, *sizes = observations.sizes
    chunk = max(1, CHUNK_CELLS // (target_states * math.prod(size + 1 for size in sizes)))
    information = np.empty((len(sets.keys), target_states, replicates))
    target = np.empty((target_states, replicates))
    for start in range(0, replicates, chunk):
        measured = _measured(draw(min(chunk, replicates - start)), sets)
        part = slice(start, start + measured.target_TR.shape[-1])
        information[..., part], target[:, part] = measured.information_STR, measured.target_TR
        told(part.stop)
    return Replicates(information_STR=information, target_TR=target, sets=sets)


def _measured(tables_TXR: NDArray[np.generic], sets: SourceSets) -> Replicates:
    """Measure tables of counts or shares, shape (T, *X, R)."""
    mass_TR = tables_TXR.reshape(tables_TXR.shape[0], -1, tables_TXR.shape[-1]).sum(axis=1)
    return Replicates(
        information_STR=table_information(tables_TXR, sets), target_TR=mass_TR / mass_TR.sum(axis=0), sets=sets
    )


def _from_rows(drawn: Iterator[Rows], sets: SourceSets, told: Told) -> Replicates:
    information, target = [], []
    for done, rows in enumerate(drawn, start=1):
        information.append(information_of_rows(rows, sets).information_ST)
        mass = target_mass(rows)
        target.append(mass / mass.sum())
        told(done)
    return Replicates(information_STR=np.stack(information, axis=-1), target_TR=np.stack(target, axis=-1), sets=sets)


def _resampled_rows(observations: Observations, replicates: int, rng: np.random.Generator) -> Iterator[Rows]:
    rows, num_units = observations.rows(), observations.num_units
    for _ in range(replicates):
        times = np.bincount(rng.integers(num_units, size=num_units), minlength=num_units).astype(np.float64)
        yield _kept(rows, times if observations.units is None else times[observations.units])


def _kept(rows: Rows, weights: Floats) -> Rows:
    kept = weights > 0
    sources = tuple(codes[kept] for codes in rows.sources)
    return Rows(target=rows.target[kept], sources=sources, sizes=rows.sizes, weights=weights[kept])


def _shuffled_rows(observations: Observations, replicates: int, rng: np.random.Generator) -> Iterator[Rows]:
    rows, target = observations.rows(), observations.target.astype(np.int64)
    for _ in range(replicates):
        shuffled = shuffled_target(target, observations.units, rng, is_ordered=observations.is_ordered)
        yield replace(rows, target=narrow(shuffled, rows.sizes[0]))
