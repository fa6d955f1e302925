"""From specific information to redundant, unique and synergistic terms, for many replicates with one stable sort.

Letters: T target states, R replicates, S source sets, M bit masks (2^N).

A set of size l is clipped from below at the largest value of the smaller sets. In exact arithmetic nothing changes,
since excluded sets get no step either way; in rounded arithmetic it keeps a pair that ties with a single behind it, so
one stable sort of the whole list serves all orders. Without the clip the split goes wrong from five sources on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.sets import SourceSets

TIE_BITS = 1e-12
"""Sets of one size whose specific information differs by no more count as tied."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Terms of all replicates, in bits."""

    common_MR: Floats
    """By bit mask: redundancy of the set, unique information where the mask has one bit."""
    synergy_SR: Floats
    """By source set; zero for single sources."""

    @property
    def total_R(self) -> Floats:
        """The sum of all terms."""
        total: Floats = self.common_MR.sum(axis=0) + self.synergy_SR.sum(axis=0)
        return total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ladder:
    """The sets of each target state and replicate from least to most informative."""

    order_TRS: NDArray[np.intp]
    step_TRS: Floats
    """What each set adds to the one before it, in bits; not negative."""


def split(information_STR: Floats, target_TR: Floats, sets: SourceSets) -> Split:
    """Give every step of information to the sources that share it.

    Args:
        information_STR: ``i(t; A)`` in bits; small negative values and broken monotonicity are mended.
        target_TR: p(t).
        sets: The order of S.
    """
    ladder = _regrouped(_ladder(information_STR, sets), sets)
    weighted = ladder.step_TRS * target_TR[:, :, None]
    singles = sets.num_singles
    passed = np.cumsum(1 << ladder.order_TRS[..., :singles], axis=-1)
    sharing = (1 << sets.num_sources) - 1 - passed + (1 << ladder.order_TRS[..., :singles])
    return Split(
        common_MR=_collect(sharing, weighted[..., :singles], 1 << sets.num_sources),
        synergy_SR=_collect(ladder.order_TRS[..., singles:], weighted[..., singles:], len(sets.keys)),
    )


def tie_groups(
    information_STR: Floats, target_TR: Floats, sets: SourceSets
) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Return the tied sets of two or more sources and the bits their order decides, for one replicate.

    Each element holds indices into S, ascending, so that the first one is the set that received the bits.
    """
    ladder = _regrouped(_ladder(information_STR, sets), sets)
    found: dict[tuple[int, ...], float] = {}
    for order_S, step_S, weight in zip(
        ladder.order_TRS[:, 0], ladder.step_TRS[:, 0], target_TR[:, 0].tolist(), strict=True
    ):
        opens_S = _opens_group(order_S, step_S, sets)
        if opens_S.all():
            continue
        starts = np.flatnonzero(opens_S)
        for members in np.split(np.arange(len(order_S)), starts[1:]):
            bits = float(step_S[members].sum())
            if len(members) > 1 and bits > TIE_BITS and sets.sizes_S[order_S[members[0]]] > 1 and weight > 0:
                group = tuple(sorted(int(index) for index in order_S[members]))
                found[group] = found.get(group, 0.0) + weight * bits
    return tuple(sorted(found.items()))


def running_maximum(information_STR: Floats, sets: SourceSets) -> Floats:
    """Raise each set to the largest value of all smaller sets, and to 0."""
    clipped = np.maximum(information_STR, 0.0)
    floor_TR = clipped[: sets.num_singles].max(axis=0)
    for size in range(2, sets.max_order + 1):
        first, last = np.searchsorted(sets.sizes_S, [size, size + 1])
        np.maximum(clipped[first:last], floor_TR, out=clipped[first:last])
        floor_TR = clipped[first:last].max(axis=0)
    return clipped


def _ladder(information_STR: Floats, sets: SourceSets) -> _Ladder:
    clipped_TRS = np.ascontiguousarray(running_maximum(information_STR, sets).transpose(1, 2, 0))
    order = np.argsort(clipped_TRS, axis=-1, kind="stable")
    ascending = np.take_along_axis(clipped_TRS, order, axis=-1)
    return _Ladder(order_TRS=order, step_TRS=np.diff(ascending, axis=-1, prepend=0.0))


def _opens_group(order: NDArray[np.intp], step: Floats, sets: SourceSets) -> NDArray[np.bool_]:
    """Return where a set is not tied with the one before it."""
    sizes = sets.sizes_S[order]
    opens = np.ones(order.shape, dtype=np.bool_)
    opens[..., 1:] = (step[..., 1:] > TIE_BITS) | (sizes[..., 1:] != sizes[..., :-1])
    return opens


def _regrouped(ladder: _Ladder, sets: SourceSets) -> _Ladder:
    """Give the step of tied sets to the first key among them. Exact ties already are so, by the stable sort.

    Single sources stay as they are: between them a tie decides nothing, since its step is 0.
    """
    singles = sets.num_singles
    order, step = ladder.order_TRS[..., singles:], ladder.step_TRS[..., singles:]
    if not ((step > 0.0) & (step <= TIE_BITS)).any():
        return ladder
    opens = _opens_group(order, step, sets)
    rank = np.argsort(np.cumsum(opens, axis=-1) * len(sets.keys) + order, axis=-1, kind="stable")
    owner = np.maximum.accumulate(np.where(opens, np.arange(order.shape[-1]), 0), axis=-1)
    whole = np.zeros_like(step)
    for place in range(order.shape[-1]):
        at = owner[..., place : place + 1]
        np.put_along_axis(whole, at, np.take_along_axis(whole, at, -1) + step[..., place : place + 1], -1)
    return _Ladder(
        order_TRS=np.concatenate([ladder.order_TRS[..., :singles], np.take_along_axis(order, rank, axis=-1)], axis=-1),
        step_TRS=np.concatenate([ladder.step_TRS[..., :singles], whole], axis=-1),
    )


def _collect(index_TRK: NDArray[np.intp], bits_TRK: Floats, length: int) -> Floats:
    """Add up the bits per index and replicate: shape (length, R)."""
    replicates = index_TRK.shape[1]
    flat = index_TRK * replicates + np.arange(replicates)[:, None]
    summed = np.bincount(flat.ravel(), weights=bits_TRK.ravel(), minlength=length * replicates)
    return summed.astype(np.float64, copy=False).reshape(length, replicates)
