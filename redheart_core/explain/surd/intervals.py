"""Intervals of every term, of each kind, of the total and of the leak, from drawn populations.

Letters: K terms, Q numbers (terms, kinds, total, leak), T target states, R replicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from redheart_core.explain.surd.labels import Labels
from redheart_core.explain.surd.measure import target_entropy
from redheart_core.explain.surd.replicates import Replicates, Resampled
from redheart_core.explain.surd.report import Interval, TermKind
from redheart_core.explain.surd.significance import basic_interval

Floats = NDArray[np.float64]


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


def intervals(boot: Resampled, terms_K: Floats, target_T: Floats, labels: Labels, *, level: float) -> Intervals:
    """Return the intervals round the plug-in terms."""
    observed_Q = _numbers(terms_K[:, None], target_T[:, None], labels)[:, 0]
    drawn_QR = _of(boot.drawn, labels)
    found = [
        basic_interval(value, drawn_R, level=level, origin=origin)
        for value, drawn_R, origin in zip(
            observed_Q.tolist(), drawn_QR, _origin(boot, observed_Q, drawn_QR, labels).tolist(), strict=True
        )
    ]
    num_terms, kinds = len(labels.keys), labels.present
    total, leak = found[-2:]
    return Intervals(
        terms=tuple(found[:num_terms]),
        kinds=dict(zip(kinds, found[num_terms:-2], strict=True)),
        total=total,
        leak=replace(leak, low=min(1.0, leak.low), high=min(1.0, leak.high)),
    )


def _origin(boot: Resampled, observed_Q: Floats, drawn_QR: Floats, labels: Labels) -> Floats:
    """Return the numbers that the drawn ones are to be compared with.

    Where each population was drawn once more, bias is extrapolated: it was ``drawn - observed`` in the first draw and
    ``again - drawn`` in the second, so the samples themselves carry about ``2 first - second``.
    """
    if boot.origin is not None:
        return _of(boot.origin, labels)[:, 0]
    if boot.again is None:
        return observed_Q
    drawn_Q, again_Q = drawn_QR.mean(axis=1), _of(boot.again, labels).mean(axis=1)
    return np.asarray(2.0 * observed_Q - 2.0 * drawn_Q + again_Q, dtype=np.float64)


def _of(replicates: Replicates, labels: Labels) -> Floats:
    return _numbers(labels.values(replicates.terms()), replicates.target_TR, labels)


def _numbers(terms_KR: Floats, target_TR: Floats, labels: Labels) -> Floats:
    """Put the sum of each kind, the total and the leak below the terms, shape (Q, R)."""
    total_R = terms_KR.sum(axis=0)
    entropy_R = np.array([target_entropy(target_T) for target_T in target_TR.T])
    leak_R = 1.0 - total_R / np.where(entropy_R > 0, entropy_R, np.inf)
    return np.concatenate([terms_KR, labels.by_kind(terms_KR), total_R[None], leak_R[None]])
