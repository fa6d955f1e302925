"""Whether the scores add up to what they are said to explain: target minus baseline.

Source: the completeness axiom, Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from redheart_core.explain.attribution.result import SMALL_DIFFERENCE, Attribution
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Limits, Reason, Verdict, judged, unjudged

LIMITS = Limits(good=0.01, doubtful=0.05)
"""Relative error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Both sides of the sum, in units of the target."""

    total: float
    """Of all scores, with what belongs to no word."""
    target_value: float
    baseline_value: float
    is_additive: bool
    """Whether the method promises that the two sides are equal."""

    @classmethod
    def of(cls, attribution: Attribution) -> Completeness:
        """Take both sides from an attribution, as it states them."""
        return cls(
            total=attribution.total,
            target_value=attribution.target_value,
            baseline_value=attribution.baseline_value,
            is_additive=attribution.is_additive,
        )

    @property
    def difference(self) -> float:
        """Target minus baseline."""
        return self.target_value - self.baseline_value

    @property
    def error(self) -> float:
        """Sum minus difference, signed."""
        return self.total - self.difference

    @property
    def relative_error(self) -> float | None:
        """Absolute error as a share of the difference; None where that is below ``SMALL_DIFFERENCE``."""
        return None if abs(self.difference) < SMALL_DIFFERENCE else abs(self.error / self.difference)


def check_completeness(sides: Completeness) -> Check:
    """Judge the sum. Without a share, an error above ``SMALL_DIFFERENCE`` fails and a smaller one says nothing."""
    name, share = CheckName.COMPLETENESS, sides.relative_error
    if not math.isfinite(sides.error):
        return unjudged(name, Reason.NOT_FINITE, verdict=Verdict.FAILED)
    if not sides.is_additive:
        return unjudged(name, Reason.NOT_ADDITIVE, value=share)
    if share is None:
        failed = abs(sides.error) > SMALL_DIFFERENCE
        verdict = Verdict.FAILED if failed else Verdict.NOT_APPLICABLE
        return unjudged(name, Reason.BASELINE_TOO_CLOSE, verdict=verdict, value=abs(sides.error))
    return judged(name, share, LIMITS)
