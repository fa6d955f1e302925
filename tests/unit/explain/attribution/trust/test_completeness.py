"""The sum is judged by its share of the difference, and where there is none it says so."""

from __future__ import annotations

import math

import pytest

from redheart_core.explain.attribution.trust.completeness import Completeness, check_completeness
from redheart_core.explain.attribution.trust.verdict import Reason, Verdict
from tests.attributions import hand_made


def _sides(total: float, *, target: float = 1.5, baseline: float = -0.5, is_additive: bool = True) -> Completeness:
    return Completeness(total=total, target_value=target, baseline_value=baseline, is_additive=is_additive)


@pytest.mark.parametrize(
    ("total", "share", "verdict"),
    [
        (2.0, 0.0, Verdict.GOOD),
        (2.018, 0.009, Verdict.GOOD),
        (1.96, 0.02, Verdict.DOUBTFUL),
        (2.2, 0.1, Verdict.FAILED),
        (-2.0, 2.0, Verdict.FAILED),
        (4.0, 1.0, Verdict.FAILED),
    ],
)
def test_the_error_is_a_share_of_target_minus_baseline(total: float, share: float, verdict: Verdict) -> None:
    check = check_completeness(_sides(total))
    assert check.value == pytest.approx(share, abs=1e-12)
    assert check.verdict is verdict


@pytest.mark.parametrize(
    ("total", "verdict"), [(0.0011, Verdict.NOT_APPLICABLE), (0.003, Verdict.FAILED), (-0.9, Verdict.FAILED)]
)
def test_a_baseline_too_close_gives_an_absolute_error_and_no_share(total: float, verdict: Verdict) -> None:
    sides = _sides(total, target=0.0005, baseline=0.0)
    check = check_completeness(sides)
    assert sides.relative_error is None
    assert check.value == pytest.approx(abs(total - 0.0005))
    assert (check.verdict, check.reason) == (verdict, Reason.BASELINE_TOO_CLOSE)


def test_a_method_that_promises_no_sum_is_not_judged_by_one() -> None:
    check = check_completeness(_sides(7.0, is_additive=False))
    assert (check.verdict, check.reason) == (Verdict.NOT_APPLICABLE, Reason.NOT_ADDITIVE)


def test_a_sum_that_is_no_number_has_failed_whatever_was_promised() -> None:
    check = check_completeness(_sides(math.nan, is_additive=False))
    assert (check.verdict, check.reason) == (Verdict.FAILED, Reason.NOT_FINITE)


def test_both_sides_come_from_the_attribution() -> None:
    attribution = hand_made(missing=0.1)
    sides = Completeness.of(attribution)
    assert (sides.error, sides.relative_error) == (attribution.completeness_error, attribution.relative_error)
