"""Verdicts follow from stated limits, and only evidence makes a map good."""

from __future__ import annotations

import math

import pytest

from redheart_core.explain.attribution.trust.verdict import (
    Check,
    CheckName,
    Limits,
    Reason,
    Verdict,
    judged,
    overall,
    unjudged,
)

LOW, HIGH = Limits(good=0.1, doubtful=0.5), Limits(good=0.5, doubtful=0.1)


@pytest.mark.parametrize(
    ("limits", "number", "verdict"),
    [
        (LOW, 0.1, Verdict.GOOD),
        (LOW, 0.11, Verdict.DOUBTFUL),
        (LOW, 0.51, Verdict.FAILED),
        (HIGH, 0.5, Verdict.GOOD),
        (HIGH, 0.49, Verdict.DOUBTFUL),
        (HIGH, 0.09, Verdict.FAILED),
        (LOW, math.nan, Verdict.FAILED),
        (HIGH, math.nan, Verdict.FAILED),
    ],
)
def test_limits_decide_from_the_side_that_they_name(limits: Limits, number: float, verdict: Verdict) -> None:
    assert limits.verdict(number) is verdict


def _check(name: CheckName, number: float) -> Check:
    return judged(name, number, LOW)


GOOD, FAILED = _check(CheckName.COMPLETENESS, 0.0), _check(CheckName.COMPLETENESS, 1.0)
WEAK, NONE = _check(CheckName.METHOD_AGREEMENT, 1.0), unjudged(CheckName.COMPREHENSIVENESS, Reason.TOO_FEW_WORDS)


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((GOOD, NONE), Verdict.GOOD),
        ((GOOD, WEAK), Verdict.DOUBTFUL),
        ((GOOD, _check(CheckName.SUFFICIENCY, 0.3)), Verdict.DOUBTFUL),
        ((GOOD, _check(CheckName.LEAVE_ONE_OUT, 0.3)), Verdict.GOOD),
        ((FAILED, WEAK, NONE), Verdict.FAILED),
        ((NONE,), Verdict.NOT_APPLICABLE),
        ((_check(CheckName.METHOD_AGREEMENT, 0.0), NONE), Verdict.NOT_APPLICABLE),
    ],
)
def test_one_essential_failure_fails_and_nothing_judged_is_no_pass(checks: tuple[Check, ...], verdict: Verdict) -> None:
    assert overall(checks) is verdict
