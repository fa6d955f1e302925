"""Nearest cases: exact cosine search, chunk by chunk, so that memory does not grow with the store.

Dimensions: N items of a chunk, D numbers of a vector, K nearest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redheart_core.data.chunks.chunk_file import OpenChunk
from redheart_core.data.chunks.codec import Floats, dequantise
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.errors import DataError

Doubles = npt.NDArray[np.float64]
DECIMALS = 6
"""Similarities are rounded before they are compared: equal vectors then tie exactly, wherever they lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestCase:
    """A stored case and how alike it is."""

    id: str
    text: str
    similarity: float
    """Cosine of the two vectors, -1 to 1; 0 where the stored vector is zero."""
    index: int
    """Place in the store."""
    label: str = ""
    """What people said of it; empty where the store has no label."""


def nearest_cases(store: ChunkStore, vector: Floats, k: int = 10) -> tuple[NearestCase, ...]:
    """Return the ``k`` cases whose vectors have the largest cosine with ``vector`` (D,), the best first.

    Cases that tie are ordered by identifier, then by place.

    Raises:
        DataError: The vector has another dimension, is zero or unsound, or a chunk is damaged.
    """
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least one case.")
    query_D = _unit(store, vector)
    best: list[NearestCase] = []
    for number in range(store.num_chunks):
        least = best[-1].similarity if len(best) == k else -np.inf
        found = _candidates(store.chunk(number), number * store.chunk_items, query_D, k, least)
        best = sorted([*best, *found], key=lambda case: (-case.similarity, case.id, case.index))[:k]
    return tuple(best)


def _candidates(chunk: OpenChunk, first: int, query_D: Doubles, k: int, least: float) -> Iterator[NearestCase]:
    """Yield the cases of a chunk that may be among the ``k`` best: its own best and all that tie with the last one."""
    similarity_N = _similarities(chunk, query_D)
    wanted = min(k, len(similarity_N))
    bound = max(least, float(np.partition(similarity_N, -wanted)[-wanted]))
    offsets = np.flatnonzero(similarity_N >= bound)
    cases = chunk.cases() if len(offsets) else ()
    for offset in offsets.tolist():
        case = cases[offset]
        similarity = float(similarity_N[offset])
        yield NearestCase(id=case.id, text=case.text, similarity=similarity, index=first + offset, label=case.label)


def _similarities(chunk: OpenChunk, query_D: Doubles) -> Doubles:
    rows_ND = dequantise(chunk.span()).astype(np.float64)
    length_N = np.sqrt(np.einsum("nd,nd->n", rows_ND, rows_ND))
    dot_N = rows_ND @ query_D
    # Adding zero turns -0.0 into 0.0.
    similarity_N: Doubles = np.round(np.divide(dot_N, length_N, out=np.zeros_like(dot_N), where=length_N > 0), DECIMALS)
    return similarity_N + 0.0


def _unit(store: ChunkStore, vector: Floats) -> Doubles:
    if vector.shape != (store.encoder.dimension,):
        raise DataError(
            f"{store.directory}: a vector of shape {vector.shape} cannot be compared with vectors of dimension "
            f"{store.encoder.dimension}. Encode with {store.encoder.name!r}; vectors are never padded or cut."
        )
    wide_D = vector.astype(np.float64)
    length = float(np.linalg.norm(wide_D))
    if not np.isfinite(length) or length == 0.0:
        raise DataError(f"The vector has the length {length}; it has no direction to compare.")
    return wide_D / length
