"""Specific information of coded samples where the order is cut: small tables of a few more sources than asked, shared.

All pairs of eight sources lie in eleven tables of three sources each, so a dozen passes over the samples serve where
thirty-six would be needed set by set.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.rows import RowInformation, Rows, rows_information
from redheart_core.explain.surd.sets import Key, SourceSets, source_sets
from redheart_core.explain.surd.table import table_information, table_occupancy

ROWS_PER_CELL = 8
"""A shared table is worth its marginals while there are this many rows to each of its cells."""
MOST_SHARED = 6
"""Sources of a shared table."""
MOST_CHOICES = 5_000
"""Candidate tables beyond which a cover is not looked for."""


def information_of_rows(rows: Rows, sets: SourceSets) -> RowInformation:
    """Return ``i(t; A)`` and the occupied cells of every source set, by whichever way passes the rows least."""
    size = shared_size(rows, sets)
    return rows_information(rows, sets) if size is None else _shared_information(rows, sets, size)


def shared_size(rows: Rows, sets: SourceSets) -> int | None:
    """Return how many sources each shared table should have; None where working set by set is better."""
    if sets.max_order == sets.num_sources:
        return None
    target, *sizes = rows.sizes
    largest = sorted(sizes, reverse=True)
    fits = [
        size
        for size in range(sets.max_order + 1, min(sets.num_sources, MOST_SHARED) + 1)
        if target * math.prod(largest[:size]) * ROWS_PER_CELL <= len(rows.target)
        and math.comb(sets.num_sources, size) <= MOST_CHOICES
    ]
    return max(fits, default=None)


@lru_cache(maxsize=64)
def covering(num_sources: int, order: int, size: int) -> tuple[Key, ...]:
    """Return sets of ``size`` sources that contain every set of ``order`` sources; greedily few of them."""
    left = set(combinations(range(1, num_sources + 1), order))
    choices = {chosen: set(combinations(chosen, order)) for chosen in combinations(range(1, num_sources + 1), size)}
    found = []
    while left:
        best = max(choices, key=lambda chosen: len(choices[chosen] & left))
        left -= choices[best]
        found.append(best)
    return tuple(found)


def _shared_information(rows: Rows, sets: SourceSets, size: int) -> RowInformation:
    place = {key: index for index, key in enumerate(sets.keys)}
    shape = (len(sets.keys), rows.sizes[0])
    information, joint = np.zeros(shape), np.zeros(shape, dtype=np.intp)
    occupied = np.zeros(shape[0], dtype=np.intp)
    inner = source_sets(size, sets.max_order)
    for shared in covering(sets.num_sources, sets.max_order, size):
        counts = _counts(rows, shared)
        at = [place[tuple(shared[source - 1] for source in key)] for key in inner.keys]
        information[at] = table_information(counts[..., None], inner)[..., 0]
        joint[at], occupied[at] = table_occupancy(counts, inner)
    return RowInformation(information_ST=information, joint_ST=joint, occupied_S=occupied)


def _counts(rows: Rows, shared: Key) -> NDArray[np.generic]:
    sizes = (rows.sizes[0], *(rows.sizes[source] for source in shared))
    kind = np.min_scalar_type(math.prod(sizes) - 1)
    cells = rows.target.astype(kind)
    for source, size in zip(shared, sizes[1:], strict=True):
        cells *= kind.type(size)
        cells += rows.sources[source - 1]
    return np.bincount(cells, weights=rows.weights, minlength=math.prod(sizes)).reshape(sizes)
