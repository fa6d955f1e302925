"""Specific information from coded samples, set by set, for tables too large to hold.

Memory is a few arrays of the number of rows per level of the lattice; no array has the size of the full table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.sets import SourceSets

DENSE_CELLS = 65_536
"""A (T, A) table of up to this many cells is counted in place, however few the rows are."""
CELLS_PER_ROW = 4
"""Above ``DENSE_CELLS``, a table is still counted in place with up to this many cells per row; else rows are sorted."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger[Any]]
"""States in the narrowest type that holds them: half of the time here is moving memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Coded samples, or the occupied cells of a table with their weights."""

    target: Codes
    sources: tuple[Codes, ...]
    sizes: tuple[int, ...]
    """States of the target, then of each source."""
    weights: Floats | None = None
    """None counts each row once."""

    def __post_init__(self) -> None:
        if float(np.prod(np.array(self.sizes, dtype=np.float64))) > 2.0**62:
            raise InputError(
                code="surd_states",
                en=f"The states {self.sizes} multiply to more than 2^62 cells. Use fewer bins or fewer sources.",
                ko=f"상태 수 {self.sizes}를 곱하면 2^62칸이 넘어요. 구간이나 원천 변수를 줄여 주세요.",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowInformation:
    """What ``rows_information`` measures, by source set and target state."""

    information_ST: Floats
    """``i(t; A)`` in bits."""
    joint_ST: NDArray[np.intp]
    """Occupied cells of the (t, A) row."""
    occupied_S: NDArray[np.intp]
    """Occupied cells of A."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """The occupied cells of one (T, A) table, or all of them."""

    target: Integers
    mass: Floats
    source_mass: Floats
    """Mass of the A state that each cell belongs to."""
    num_sources: int
    """Occupied A states."""


def narrow(codes: NDArray[np.integer[Any]], states: int) -> Codes:
    """Return states in the narrowest type that holds all of them."""
    return codes.astype(np.min_scalar_type(max(states - 1, 0)), copy=False)


def target_mass(rows: Rows) -> Floats:
    """Return the count or weight of each target state, shape (T,)."""
    return np.bincount(rows.target, weights=rows.weights, minlength=rows.sizes[0]).astype(np.float64)


def rows_information(rows: Rows, sets: SourceSets) -> RowInformation:
    """Return ``i(t; A)`` and the occupied cells of every source set."""
    mass_T = target_mass(rows)
    place = {key: index for index, key in enumerate(sets.keys)}
    shape = (len(sets.keys), rows.sizes[0])
    information, joint = np.zeros(shape), np.zeros(shape, dtype=np.intp)
    occupied = np.zeros(shape[0], dtype=np.intp)
    for key, states, codes in _walk(rows, sets.max_order, (), 1, rows.target):
        cells = _cells(codes, states, rows)
        index = place[key]
        information[index] = _specific(cells, mass_T)
        joint[index] = np.bincount(cells.target[cells.mass > 0], minlength=rows.sizes[0])
        occupied[index] = cells.num_sources
    return RowInformation(information_ST=information, joint_ST=joint, occupied_S=occupied)


def _walk(
    rows: Rows, max_order: int, key: tuple[int, ...], states: int, codes: Codes
) -> Iterator[tuple[tuple[int, ...], int, Codes]]:
    """Yield each set with its number of states and the rows' (T, A) codes; a set reuses the codes of its prefix."""
    for source in range(key[-1] if key else 0, len(rows.sources)):
        size = rows.sizes[source + 1]
        kind = np.min_scalar_type(rows.sizes[0] * states * size - 1)
        deeper = np.multiply(codes, kind.type(size), dtype=kind)
        deeper += rows.sources[source]
        inner = (*key, source + 1)
        yield inner, states * size, deeper
        if len(inner) < max_order:
            yield from _walk(rows, max_order, inner, states * size, deeper)


def _cells(codes: Codes, states: int, rows: Rows) -> _Cells:
    cells = states * rows.sizes[0]
    if cells <= max(DENSE_CELLS, CELLS_PER_ROW * len(codes)):
        return _counted(codes, states, rows)
    return _sorted(codes, states, rows)


def _counted(codes: Codes, states: int, rows: Rows) -> _Cells:
    target_states = rows.sizes[0]
    table = np.bincount(codes, weights=rows.weights, minlength=states * target_states).reshape(target_states, states)
    source_X = table.sum(axis=0)
    target, source = np.nonzero(table)
    return _Cells(
        target=target,
        mass=table[target, source].astype(np.float64),
        source_mass=source_X[source].astype(np.float64),
        num_sources=int(np.count_nonzero(source_X)),
    )


def _sorted(codes: Codes, states: int, rows: Rows) -> _Cells:
    """Sort by A state, then target state, so that cells and A states are runs."""
    target = rows.target.astype(np.int64)
    keys = (codes.astype(np.int64) - target * states) * rows.sizes[0] + target
    if rows.weights is None:
        keys, counts = np.unique(keys, return_counts=True)
        mass = counts.astype(np.float64)
    else:
        keys, inverse = np.unique(keys, return_inverse=True)
        mass = np.bincount(inverse, weights=rows.weights)
    source = keys // rows.sizes[0]
    starts = np.flatnonzero(np.diff(source, prepend=-1))
    lengths = np.diff(starts, append=len(source))
    return _Cells(
        target=keys - source * rows.sizes[0],
        mass=mass,
        source_mass=np.repeat(np.add.reduceat(mass, starts), lengths),
        num_sources=int(np.count_nonzero(np.add.reduceat(mass, starts))),
    )


def _specific(cells: _Cells, mass_T: Floats) -> Floats:
    """Return ``i(t; A)`` of one set, shape (T,)."""
    occupied = cells.mass > 0
    target, mass = cells.target[occupied], cells.mass[occupied]
    # p(t | x) / p(t); the order of the divisions keeps tiny probabilities from underflowing.
    share = mass / cells.source_mass[occupied] * (mass_T.sum() / mass_T[target])
    summed = np.bincount(target, weights=mass * np.log2(share), minlength=len(mass_T))
    return np.asarray(summed / np.where(mass_T > 0, mass_T, 1.0), dtype=np.float64)
