"""What a check says: a number, the limits it is held to, and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What to make of a check, or of all of them."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    """Nothing can be said, for a stated reason. Never a pass."""


class CheckName(StrEnum):
    """Every check, in the order of a report."""

    COMPLETENESS = "completeness"
    """Distance of the sum from target minus baseline, as a share of the latter; absolute where there is no share."""
    COMPREHENSIVENESS = "comprehensiveness"
    """Mean fall of the target while words are taken out in the order of their scores, in its units; high is good."""
    SUFFICIENCY = "sufficiency"
    """Mean fall of the target while only the highest words are left, in its units; low is good."""
    POSITIVE_COMPREHENSIVENESS = "positive_comprehensiveness"
    """Comprehensiveness of the words above zero only."""
    POSITIVE_SUFFICIENCY = "positive_sufficiency"
    """Sufficiency of the words above zero only."""
    LEAVE_ONE_OUT = "leave_one_out"
    """Kendall's tau-b between scores and the fall of the target when one word is taken out."""
    INFIDELITY = "infidelity"
    """Mean squared error of predicted falls over the mean squared fall: 0 is perfect, 1 as good as no map."""
    RANDOM_TARGET = "random_target"
    """Median tau-b between this map and those of other outputs; low is good."""
    RANDOMISATION = "randomisation"
    """Mean tau-b between this map and those of models with shuffled weights; low is good."""
    MAX_SENSITIVITY = "max_sensitivity"
    """Largest relative change of the map under small changes of the inputs; low is good."""
    METHOD_AGREEMENT = "method_agreement"
    """Mean tau-b between this map and those of other methods."""
    BASELINE_AGREEMENT = "baseline_agreement"
    """Lowest tau-b between this map and those under other baselines."""


class Reason(StrEnum):
    """Why a check says what it says, where its number does not explain it."""

    NOT_ADDITIVE = "not_additive"
    """The method promises no sum."""
    BASELINE_TOO_CLOSE = "baseline_too_close"
    """The baseline is too close to the passage to state a share."""
    NOT_FINITE = "not_finite"
    """A score is infinite or not a number."""
    CONSTANT_SCORES = "constant_scores"
    """All words have the same score, which says nothing about any of them."""
    CONSTANT_TARGET = "constant_target"
    """The target does not depend on the words at all."""
    TOO_FEW_WORDS = "too_few_words"
    """With so few words chance alone orders them rightly too often."""
    NO_POSITIVE_WORDS = "no_positive_words"
    """No word speaks for the target."""
    NOT_ASKED = "not_asked"
    """Runs on request only, or needs maps to compare with."""


class Quantity(StrEnum):
    """What a check's limits are limits of."""

    VALUE = "value"
    SHARE_OF_RANDOM = "share_of_random"
    """The share of random maps that do at least as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Up to where a number is good, and up to where doubtful; beyond that the check has failed."""

    good: float
    doubtful: float
    quantity: Quantity = Quantity.VALUE

    @property
    def higher_is_better(self) -> bool:
        """Whether the limits are reached from below."""
        return self.good > self.doubtful

    def verdict(self, number: float) -> Verdict:
        """Judge a number. What is not a number has failed."""
        if math.isnan(number):
            return Verdict.FAILED
        sign = -1 if self.higher_is_better else 1
        if sign * number <= sign * self.good:
            return Verdict.GOOD
        return Verdict.DOUBTFUL if sign * number <= sign * self.doubtful else Verdict.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """What random maps reach in one metric."""

    mean: float
    low: float
    """Between this and ``high`` lie 95 % of random maps."""
    high: float
    share_as_good: float
    """Share of random maps, the judged one counted in, that do at least as well as it."""
    num_maps: int

    def is_outside(self, value: float) -> bool:
        """Return whether a value lies outside the band, on either side."""
        return not self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of one map."""

    name: CheckName
    verdict: Verdict
    is_essential: bool
    """Whether the whole map fails with it."""
    value: float | None = None
    limits: Limits | None = None
    noise: NoiseFloor | None = None
    """What random maps reach; None where the check is not held against them."""
    reason: Reason | None = None


ESSENTIAL = frozenset(
    {
        CheckName.COMPLETENESS,
        CheckName.COMPREHENSIVENESS,
        CheckName.SUFFICIENCY,
        CheckName.INFIDELITY,
        CheckName.RANDOM_TARGET,
        CheckName.RANDOMISATION,
    }
)
"""A map that fails one of these is wrong, or is about something else. The others say how far to rely on it."""


def judged(name: CheckName, value: float, limits: Limits) -> Check:
    """Return a check whose value itself is held to limits."""
    verdict = limits.verdict(value)
    return Check(name=name, verdict=verdict, is_essential=name in ESSENTIAL, value=value, limits=limits)


def unjudged(
    name: CheckName, reason: Reason, *, verdict: Verdict = Verdict.NOT_APPLICABLE, value: float | None = None
) -> Check:
    """Return a check that a reason decides."""
    return Check(name=name, verdict=verdict, is_essential=name in ESSENTIAL, value=value, reason=reason)


def overall(checks: tuple[Check, ...]) -> Verdict:
    """Return the verdict on the map: one essential failure fails it, an essential doubt or another failure is a doubt.

    A mere doubt of a check that is not essential says too little: with many checks, chance alone brings one.
    """
    essential = {check.verdict for check in checks if check.is_essential}
    others = {check.verdict for check in checks if not check.is_essential}
    if Verdict.FAILED in essential:
        return Verdict.FAILED
    if Verdict.DOUBTFUL in essential or Verdict.FAILED in others:
        return Verdict.DOUBTFUL
    # Agreement alone is no evidence: several maps can be wrong together.
    return Verdict.GOOD if Verdict.GOOD in essential else Verdict.NOT_APPLICABLE
