"""Whether methods tell the same story, and whether one method tells it against every baseline.

Agreement is no proof: several maps can be wrong together. Disagreement is a reason to doubt.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from redheart_core.explain.attribution.trust.rank_correlation import kendall_tau_b, ranks, top_overlap
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Limits, Reason, judged, unjudged

TOP_WORDS = 3
LIMITS = Limits(good=0.5, doubtful=0.2)
"""Kendall's tau-b: at 0.5 three pairs of words in four stand in the same order."""
MATERIAL_SHARE = 0.05
"""A score below this share of the map's largest is too small for its sign to mean anything."""

Scores = Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two maps of the same words."""

    first: str
    second: str
    tau: float | None
    """Kendall's tau-b; None where one map is constant."""
    overlap: float
    """Share of the ``TOP_WORDS`` most important words that both have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """The map under one baseline, beside the one under the baseline in use."""

    baseline: str
    scores: tuple[float, ...]
    tau: float | None
    sign_flips: tuple[bool, ...]
    """By word: whether it changes sides. Only words that matter under both baselines can."""
    rank_changes: tuple[int, ...]
    """By word: how many ranks it falls (positive) or rises (negative)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineStrip:
    """One method under several baselines."""

    reference: str
    """Baseline in use."""
    rows: tuple[BaselineRow, ...]

    @property
    def num_flipped(self) -> int:
        """Words that change sides under at least one baseline."""
        return sum(any(flips) for flips in zip(*(row.sign_flips for row in self.rows), strict=True))


def agreements(maps: Mapping[str, Scores]) -> tuple[Agreement, ...]:
    """Compare every two maps of the same words."""
    return tuple(
        Agreement(
            first=first,
            second=second,
            tau=kendall_tau_b(maps[first], maps[second]),
            overlap=top_overlap(maps[first], maps[second], TOP_WORDS),
        )
        for first, second in combinations(maps, 2)
    )


def baseline_strip(reference: str, maps: Mapping[str, Scores]) -> BaselineStrip:
    """Compare the maps under all other baselines with the one under ``reference``."""
    own = maps[reference]
    rows = tuple(_row(name, own, scores) for name, scores in maps.items() if name != reference)
    return BaselineStrip(reference=reference, rows=rows)


def check_agreement(name: CheckName, own: Scores, others: Mapping[str, Scores]) -> Check:
    """Judge by the mean over methods, or by the worst of the baselines; constant maps are left out."""
    taus = [tau for scores in others.values() if (tau := kendall_tau_b(own, scores)) is not None]
    if not others:
        return unjudged(name, Reason.NOT_ASKED)
    if not taus:
        return unjudged(name, Reason.CONSTANT_SCORES)
    return judged(name, min(taus) if name is CheckName.BASELINE_AGREEMENT else statistics.fmean(taus), LIMITS)


def _row(name: str, own: Scores, scores: Scores) -> BaselineRow:
    floors = [MATERIAL_SHARE * max(map(abs, each), default=0.0) for each in (own, scores)]
    flips = tuple(
        before * after < 0 and abs(before) >= floors[0] and abs(after) >= floors[1]
        for before, after in zip(own, scores, strict=True)
    )
    changes = tuple(after - before for before, after in zip(ranks(own), ranks(scores), strict=True))
    return BaselineRow(
        baseline=name, scores=tuple(scores), tau=kendall_tau_b(own, scores), sign_flips=flips, rank_changes=changes
    )
