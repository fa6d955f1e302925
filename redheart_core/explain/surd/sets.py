"""The source sets of a decomposition, in the one order every array here uses: by size, then lexicographic.

A set is a bit mask inside the calculation (bit ``k`` is source ``k + 1``) and a tuple of 1-based numbers outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError

MAX_SOURCES = 12
"""Above this the 2^N redundancies can no longer be read, and hardly be computed."""

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceSets:
    """All source sets up to an order."""

    num_sources: int
    max_order: int
    keys: tuple[Key, ...]
    """1-based source numbers of each set."""
    sizes_S: NDArray[np.intp]
    masks_S: NDArray[np.intp]
    all_keys: tuple[Key, ...]
    """The sets of every size, those above ``max_order`` included: redundancies are not truncated."""
    all_masks: NDArray[np.intp]

    @property
    def num_singles(self) -> int:
        """Sets of one source; they come first."""
        return self.num_sources


def key_mask(key: Key) -> int:
    """Return the bit mask of a set of 1-based source numbers."""
    return sum(1 << (source - 1) for source in key)


@lru_cache(maxsize=64)
def source_sets(num_sources: int, max_order: int | None) -> SourceSets:
    """Return the sets of up to ``max_order`` sources.

    Raises:
        InputError: Too many sources, none, or an order outside 1 to ``num_sources``.
    """
    if not 1 <= num_sources <= MAX_SOURCES:
        raise InputError(
            code="surd_sources",
            en=f"{num_sources} sources were given; between 1 and {MAX_SOURCES} can be decomposed.",
            ko=f"원천 변수가 {num_sources}개예요. 1개부터 {MAX_SOURCES}개까지 분해할 수 있어요.",
        )
    order = num_sources if max_order is None else max_order
    if not 1 <= order <= num_sources:
        raise InputError(
            code="surd_order",
            en=f"The highest order is {order}; with {num_sources} sources it must lie between 1 and {num_sources}.",
            ko=f"최대 차수가 {order}인데, 원천 변수가 {num_sources}개일 때는 1부터 {num_sources}까지여야 해요.",
        )
    every = _keys(num_sources, num_sources)
    keys = _keys(num_sources, order)
    return SourceSets(
        num_sources=num_sources,
        max_order=order,
        keys=keys,
        sizes_S=np.array([len(key) for key in keys], dtype=np.intp),
        masks_S=np.array([key_mask(key) for key in keys], dtype=np.intp),
        all_keys=every,
        all_masks=np.array([key_mask(key) for key in every], dtype=np.intp),
    )


def _keys(num_sources: int, order: int) -> tuple[Key, ...]:
    sources = range(1, num_sources + 1)
    return tuple(key for size in range(1, order + 1) for key in combinations(sources, size))
