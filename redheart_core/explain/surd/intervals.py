"""Intervals of every term, of each kind, of the total and of the leak, from drawn populations.

Where the samples leave the order of source sets open (``ties``), an interval is the union of two: from the populations
as they were drawn, and from the same populations moved to where those sets are exactly alike. The first is right where
the order is clear, the second where it is a tie, and in between the truth lies between them. A synergy whose label is
open is found as if its set were passed first, and as if it were passed last.

Letters: K terms, Q numbers (terms, kinds, total, leak), S source sets, T target states, R replicates,
P passed first and passed last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.labels import Labels
from redheart_core.explain.surd.measure import Measured, target_entropies
from redheart_core.explain.surd.replicates import Replicates, Resampled
from redheart_core.explain.surd.report import Interval, TermKind
from redheart_core.explain.surd.significance import basic_intervals
from redheart_core.explain.surd.ties import TiedSets, first_and_last, made_alike, open_labels, tied_sets

Floats = NDArray[np.float64]
Bounds = NDArray[np.float64]
"""Lower ends in row 0, upper ends in row 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """What the drawn populations leave open; None where there are too few samples for an interval."""

    terms: tuple[Interval, ...] | None
    kinds: Mapping[TermKind, Interval]
    total: Interval | None
    leak: Interval | None

    @classmethod
    def none(cls) -> Self:
        """Return no interval at all."""
        return cls(terms=None, kinds={}, total=None, leak=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """All populations side by side: the samples, the one that was drawn from, and the drawn ones."""

    together: Replicates

    def moved(self, shift_ST: Floats) -> _View:
        """Draw round another origin: all but the samples themselves move."""
        information_STR = self.together.information_STR + shift_ST[..., None]
        information_STR[..., 0] = self.together.information_STR[..., 0]
        return replace(self, together=replace(self.together, information_STR=information_STR))

    def bounds(self, numbers_QR: Floats, level: float) -> Bounds:
        """Return the ends of the intervals of some numbers of these populations, shape (2, Q)."""
        return basic_intervals(numbers_QR[:, 0], numbers_QR[:, 2:], level=level, origin_Q=numbers_QR[:, 1])


def intervals(boot: Resampled, measured: Measured, labels: Labels, *, num_units: int, level: float) -> Intervals:
    """Return the intervals round the plug-in numbers."""
    drawn = _side_by_side(boot, measured)
    groups = tied_sets(measured, boot.drawn.information_STR, num_units)
    alike = drawn.moved(made_alike(drawn.together.information_STR[..., 1], groups))
    views = (drawn, alike) if groups else (drawn,)
    numbers = [_numbers(view.together, labels) for view in views]
    bounds = _union(view.bounds(numbers_QR, level) for view, numbers_QR in zip(views, numbers, strict=True))
    for place in open_labels(groups, float(numbers[0][-2, 0])):
        column = labels.synergies.start + place - labels.sets.num_singles
        bounds[:, column] = _open_bounds(views, groups, place, level)
    return _named(bounds, labels)


def _side_by_side(boot: Resampled, measured: Measured) -> _View:
    samples = Replicates(
        information_STR=measured.information_ST[..., None], target_TR=measured.target_T[:, None], sets=measured.sets
    )
    parts = (samples, *_origin_and_drawn(boot, samples))
    together = Replicates(
        information_STR=np.concatenate([part.information_STR for part in parts], axis=-1),
        target_TR=np.concatenate([part.target_TR for part in parts], axis=-1),
        sets=measured.sets,
    )
    return _View(together=together)


def _origin_and_drawn(boot: Resampled, samples: Replicates) -> tuple[Replicates, Replicates]:
    """Return what was drawn from, and what was drawn.

    Where each population was drawn once more, the bias of i(t; A) is extrapolated: it was ``first`` from the samples to
    the drawn and ``second`` from those to the drawn again, so the samples themselves carry about ``2 first - second``.
    That is taken off the origin, and the drawn are moved so as to show the samples' values on average. Moving terms
    instead would take what a tie adds to them for bias that falls with the samples.
    """
    if boot.again is None:
        return boot.origin or samples, boot.drawn
    drawn_ST1, again_ST1 = (each.information_STR.mean(axis=-1, keepdims=True) for each in (boot.drawn, boot.again))
    first_ST1 = drawn_ST1 - samples.information_STR
    bias_ST1 = 2.0 * first_ST1 - (again_ST1 - drawn_ST1)
    return (
        replace(samples, information_STR=samples.information_STR - bias_ST1),
        replace(boot.drawn, information_STR=boot.drawn.information_STR - first_ST1),
    )


def _open_bounds(views: Sequence[_View], groups: Sequence[TiedSets], place: int, level: float) -> Bounds:
    """Return the ends for a synergy whose label ties leave open: from passed last to passed first, in any view."""
    found = (view.bounds(first_and_last(view.together, place, groups), level) for view in views)
    low_P, high_P = _union(found)
    return np.array([low_P.min(), high_P.max()])


def _union(bounds: Iterable[Bounds]) -> Bounds:
    stacked = np.stack(tuple(bounds))
    return np.stack([stacked[:, 0].min(axis=0), stacked[:, 1].max(axis=0)])


def _named(bounds: Bounds, labels: Labels) -> Intervals:
    found = [Interval(low=low, high=high, one_sided=low == 0.0) for low, high in bounds.T.tolist()]
    num_terms, kinds = len(labels.keys), labels.present
    total, leak = found[-2:]
    return Intervals(
        terms=tuple(found[:num_terms]),
        kinds=dict(zip(kinds, found[num_terms:-2], strict=True)),
        total=total,
        leak=replace(leak, low=min(1.0, leak.low), high=min(1.0, leak.high)),
    )


def _numbers(population: Replicates, labels: Labels) -> Floats:
    """Put the sum of each kind, the total and the leak below the terms, shape (Q, R)."""
    terms_KR = labels.values(population.terms())
    total_R = terms_KR.sum(axis=0)
    entropy_R = target_entropies(population.target_TR)
    leak_R = 1.0 - total_R / np.where(entropy_R > 0, entropy_R, np.inf)
    return np.concatenate([terms_KR, labels.by_kind(terms_KR), total_R[None], leak_R[None]])
