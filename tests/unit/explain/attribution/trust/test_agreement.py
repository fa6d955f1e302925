"""Agreement of methods, and one method under several baselines."""

from __future__ import annotations

import pytest

from redheart_core.explain.attribution.trust.agreement import agreements, baseline_strip, check_agreement
from redheart_core.explain.attribution.trust.verdict import CheckName, Reason, Verdict

OWN = (3.0, -2.0, 1.0, 0.5)
SAME = (6.0, -4.0, 2.0, 1.0)
OPPOSITE = (-3.0, 2.0, -1.0, -0.5)


def test_every_two_methods_are_compared() -> None:
    found = agreements({"a": OWN, "b": SAME, "c": OPPOSITE})
    assert [(each.first, each.second, each.tau) for each in found] == [("a", "b", 1), ("a", "c", -1), ("b", "c", -1)]
    assert [each.overlap for each in found] == [1.0, 1.0, 1.0]


def test_methods_are_judged_by_their_mean_and_baselines_by_the_worst() -> None:
    others = {"b": SAME, "c": OPPOSITE, "d": SAME}
    method = check_agreement(CheckName.METHOD_AGREEMENT, OWN, others)
    baseline = check_agreement(CheckName.BASELINE_AGREEMENT, OWN, others)
    assert (method.value, method.verdict) == (pytest.approx(1 / 3), Verdict.DOUBTFUL)
    assert (baseline.value, baseline.verdict) == (-1, Verdict.FAILED)
    assert not baseline.is_essential


@pytest.mark.parametrize(
    ("others", "reason"), [({}, Reason.NOT_ASKED), ({"b": (1.0, 1.0, 1.0, 1.0)}, Reason.CONSTANT_SCORES)]
)
def test_nothing_to_compare_with_is_no_agreement(others: dict[str, tuple[float, ...]], reason: Reason) -> None:
    check = check_agreement(CheckName.METHOD_AGREEMENT, OWN, others)
    assert (check.verdict, check.reason) == (Verdict.NOT_APPLICABLE, reason)


def test_the_strip_shows_words_that_change_sides_and_ranks() -> None:
    strip = baseline_strip("pad", {"pad": OWN, "mask": (3.0, 2.0, 0.5, 1.0), "zero": (3.0, -2.0, 1.0, -0.01)})
    mask, zero = strip.rows
    assert mask.sign_flips == (False, True, False, False)
    assert mask.rank_changes == (0, 0, 1, -1)
    # The last word changes its sign as well, but is too small for that to mean anything.
    assert zero.sign_flips == (False, False, False, False)
    assert strip.num_flipped == 1
