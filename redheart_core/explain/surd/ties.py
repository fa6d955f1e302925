"""Source sets that the samples cannot tell apart, and the populations in which they are exactly alike.

A decomposition sorts sets by i(t; A). Where two sets are equally informative the terms have a kink there: the unique
term is the larger less the second largest, which is never negative, so samples show it too large and a resampling of
those samples, whose order is no longer open, cannot see by how much. The bootstrap is not consistent at such a point.
Drawing around a point where sets within reach of each other are exactly alike is: the noise then opens the order as it
did in the samples. The right origin is not known where sets are near each other but not alike; so an interval is the
union of both (``intervals``). Within reach are sets whose i(t; A) differ by at most sqrt(ln n) standard errors of the
difference, a bound that grows slowly enough to let go of any true difference as samples come in.

The labels of sets of two or more sources do not bend but jump at a tie: the whole step goes to the set that is passed
first. No resampling covers a jump; there the term is found twice, passed first and passed last.

Letters: S source sets, T target states, R replicates, G sets of one group, P passed first and passed last.

Sources: Fang and Santos 2019, "Inference on directionally differentiable functions", https://arxiv.org/abs/1404.3763
(inconsistency, and the remedy at a known kink); Andrews and Soares 2010, "Inference for parameters defined by moment
inequalities using generalized moment selection" (the bound sqrt(ln n); why neither origin alone will do nearby).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.measure import Measured
from redheart_core.explain.surd.replicates import Replicates
from redheart_core.explain.surd.sets import SourceSets
from redheart_core.explain.surd.split import running_maximum

CLOSE_SHARE = 0.01
"""Labels whose swap would move less than this share of the total are neither flagged nor left open."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TiedSets:
    """Sets of one size that are alike about one target state, as far as the samples can tell."""

    state: int
    members: tuple[int, ...]
    """Places in S, from least to most informative; two or more."""
    bits: float
    """What their order decides: the step that goes to whichever is passed first; 0 for single sources."""


def tied_sets(measured: Measured, drawn_STR: Floats, num_units: int) -> tuple[TiedSets, ...]:
    """Return the groups within each size and target state.

    Args:
        measured: The samples.
        drawn_STR: i(t; A) of the drawn populations, which tells the standard errors.
        num_units: Independent units behind the samples.
    """
    reach = math.sqrt(math.log(num_units))
    ladder_ST = running_maximum(measured.information_ST[..., None], measured.sets)[..., 0]
    found = []
    for members in _by_size(measured.sets):
        floor_T = ladder_ST[: members[0]].max(axis=0, initial=0.0)
        for state, weight in enumerate(measured.target_T.tolist()):
            ascending = members[np.argsort(measured.information_ST[members, state], kind="stable")]
            for group in _groups(measured.information_ST[ascending, state], drawn_STR[ascending, state], reach):
                tied = tuple(ascending[group].tolist())
                step = 0.0 if members[0] == 0 else float(ladder_ST[tied[-1], state] - floor_T[state])
                if weight > 0 and len(tied) > 1:
                    found.append(TiedSets(state=state, members=tied, bits=weight * step))
    return tuple(found)


def made_alike(information_ST: Floats, groups: Iterable[TiedSets]) -> Floats:
    """Return what to add to i(t; A) so that the sets of each group share their mean, shape (S, T)."""
    shift_ST = np.zeros_like(information_ST)
    for group in groups:
        members = list(group.members)
        shift_ST[members, group.state] = (
            information_ST[members, group.state].mean() - information_ST[members, group.state]
        )
    return shift_ST


def open_labels(groups: Iterable[TiedSets], total: float) -> tuple[int, ...]:
    """Return the sets, as places in S, whose label a tie could move by more than a trifle of the total, in bits."""
    moved: dict[int, float] = {}
    for group in groups:
        for member in group.members:
            moved[member] = moved.get(member, 0.0) + group.bits
    return tuple(sorted(member for member, bits in moved.items() if bits > max(0.0, CLOSE_SHARE * total)))


def first_and_last(population: Replicates, place: int, groups: Iterable[TiedSets]) -> Floats:
    """Return one synergy as it is if its set is passed first of every group it is in, and if it is passed last.

    Passed last, a set that is exactly alike with others has no step of its own left.

    Args:
        population: The samples and the drawn populations.
        place: The set, as a place in S; two or more sources.
        groups: All groups of tied sets.

    Returns:
        The term in bits, shape (2, R).
    """
    sets = population.sets
    ladder_STR = running_maximum(population.information_STR, sets)
    floor_TR = ladder_STR[sets.sizes_S < sets.sizes_S[place]].max(axis=0)
    rivals = set(np.flatnonzero(sets.sizes_S == sets.sizes_S[place]).tolist())
    tied = {group.state: set(group.members) for group in groups if place in group.members}
    term_PR = np.zeros((2, population.target_TR.shape[1]))
    for state, weight_R in enumerate(population.target_TR):
        own_R = ladder_STR[place, state]
        others_SR = ladder_STR[sorted(rivals - tied.get(state, {place})), state]
        passed_R = np.where(others_SR <= own_R, others_SR, 0.0).max(axis=0, initial=0.0)
        step_R = weight_R * (own_R - np.maximum(passed_R, floor_TR[state]))
        term_PR[: 1 if state in tied else 2] += step_R
    return term_PR


def _by_size(sets: SourceSets) -> Iterator[NDArray[np.intp]]:
    for size in range(1, sets.max_order + 1):
        yield np.flatnonzero(sets.sizes_S == size)


def _groups(ascending_G: Floats, drawn_GR: Floats, reach: float) -> Sequence[slice]:
    """Cut sorted values wherever one lies out of reach of the lowest of its group, so that groups form no chains."""
    cuts = [0]
    for place in range(1, len(ascending_G)):
        gap = ascending_G[place] - ascending_G[cuts[-1]]
        if gap > reach * (drawn_GR[place] - drawn_GR[cuts[-1]]).std():
            cuts.append(place)
    return [slice(start, stop) for start, stop in zip(cuts, [*cuts[1:], len(ascending_G)], strict=True)]
