"""Specific information of every source set from a full table of counts, for many replicates at once.

Letters: T target states, X one axis per source, R replicates, S source sets (``sets.SourceSets`` order).

``i(t; A) = sum over x_A of p(x_A | t) log2(p(t | x_A) / p(t))``, in bits. Every marginal down the subset lattice sits
in one padded table, whose axis of source k has one more place for "source k summed out"; so each marginal cell is
added up, and its logarithm taken, once. Replicates lie on the last axis, which keeps the inner loops long.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.sets import SourceSets

Floats = NDArray[np.float64]
Index = tuple[int | slice, ...]
BLOCK_CELLS = 500_000
"""Padded cells whose logarithms are taken at once: large tables go by target state, in less and warmer memory."""
Cell = TypeVar("Cell", bound=np.generic)


def table_information(counts_TXR: NDArray[np.generic], sets: SourceSets) -> Floats:
    """Return ``i(t; A)`` in bits, shape (S, T, R); 0 for a target state that never occurs.

    Args:
        counts_TXR: Counts or probabilities, not negative, not all zero in any replicate.
        sets: The source sets to measure; their number of sources equals the number of X axes.
    """
    padded: Floats = _padded(counts_TXR.astype(np.float64, copy=False), np.add)
    everything: Index = (slice(None), *[-1] * sets.num_sources)
    target_TR = padded[everything].copy()
    sources_XR = padded.sum(axis=0)
    sources_XR[sources_XR == 0] = 1.0
    lift = _broadcast(_lift(target_TR), padded.ndim)
    block = max(1, BLOCK_CELLS // sources_XR.size)
    blocks = [slice(start, start + block) for start in range(0, len(padded), block)]
    information_TAR = np.concatenate([_weighed(padded[part], sources_XR, lift[part]) for part in blocks])
    information_STR = information_TAR[:, _lattice_index(sets)].transpose(1, 0, 2)
    return information_STR / np.where(target_TR > 0, target_TR, 1.0)


def _weighed(padded: Floats, sources_XR: Floats, lift: Floats) -> Floats:
    """Return ``n p(t) i(t; A)`` of some target states for every place of the lattice, shape (T, 2^N, R)."""
    share = padded / sources_XR
    share *= lift
    # An empty cell has weight 0, so any finite logarithm serves: 0 log 0 = 0 without a branch.
    np.maximum(share, np.finfo(np.float64).tiny, out=share)
    np.log2(share, out=share)
    share *= padded
    return _per_set(share)


def table_occupancy(counts_TX: NDArray[np.generic], sets: SourceSets) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the occupied cells of each (T, A) table by target state, shape (S, T), and of each A table, shape (S,)."""
    padded = _padded((counts_TX != 0).view(np.uint8)[..., None], np.bitwise_or)
    index = _lattice_index(sets)
    # Single precision counts exactly up to 2^24, far above the largest table, and is quicker to add than integers.
    joint_TS = _per_set(padded.astype(np.float32))[:, index, 0]
    sources_S = _per_set(np.bitwise_or.reduce(padded, axis=0)[None].astype(np.float32))[0, index, 0]
    return joint_TS.T.astype(np.intp), sources_S.astype(np.intp)


def _padded(counts_TXR: NDArray[Cell], merge: np.ufunc) -> NDArray[Cell]:
    """Return the table with one more place on each source axis, which holds that axis merged."""
    target_states, *sizes, replicates = counts_TXR.shape
    padded = np.empty((target_states, *(size + 1 for size in sizes), replicates), dtype=counts_TXR.dtype)
    original: Index = (slice(None), *(slice(size) for size in sizes))
    padded[original] = counts_TXR
    # Last axis first: the axes behind the one that is merged are then whole, and run as one long loop.
    for axis in range(len(sizes), 0, -1):
        size = sizes[axis - 1]
        before: Index = (slice(None), *(slice(other) for other in sizes[: axis - 1]))
        merge.reduce(padded[(*before, slice(size))], axis=axis, out=padded[(*before, size)])
    return padded


def _per_set(padded: NDArray[Cell]) -> NDArray[Cell]:
    """Sum the padded table over the values of each source axis apart from its extra place: shape (T, 2^N, R)."""
    for axis in range(1, padded.ndim - 1):
        before: Index = (slice(None),) * axis
        folded = np.empty((*padded.shape[:axis], 2, *padded.shape[axis + 1 :]), dtype=padded.dtype)
        np.sum(padded[(*before, slice(-1))], axis=axis, out=folded[(*before, 0)])
        folded[(*before, 1)] = padded[(*before, -1)]
        padded = folded
    return padded.reshape(padded.shape[0], -1, padded.shape[-1])


def _lattice_index(sets: SourceSets) -> NDArray[np.intp]:
    """Return where ``_per_set`` puts each set: per source axis 0 means kept and 1 summed out, first source slowest."""
    weights = 1 << np.arange(sets.num_sources)[::-1]
    kept = (sets.masks_S[:, None] >> np.arange(sets.num_sources)) & 1
    return np.asarray(((1 - kept) * weights).sum(axis=1), dtype=np.intp)


def _lift(target_TR: Floats) -> Floats:
    """Return ``1 / p(t)``, and 1 for a state that never occurs."""
    total_R: Floats = target_TR.sum(axis=0)
    return total_R / np.where(target_TR > 0, target_TR, total_R)


def _broadcast(values_TR: Floats, ndim: int) -> Floats:
    return values_TR.reshape(values_TR.shape[0], *(1,) * (ndim - 2), values_TR.shape[1])
