"""Student's t by known values, and the correction for texts that fits share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redheart_core.explain.concepts.significance import above_chance, against_random, two_sided_p


@given(st.floats(0.0, 50.0))
@example(1e-8)
@settings(deadline=None)
def test_one_and_two_degrees_have_closed_forms(statistic: float) -> None:
    assert two_sided_p(statistic, 1.0) == pytest.approx(1.0 - 2.0 / math.pi * math.atan(statistic), rel=1e-9)
    assert two_sided_p(-statistic, 2.0) == pytest.approx(1.0 - statistic / math.sqrt(2.0 + statistic**2), abs=1e-12)


@pytest.mark.parametrize(("degrees", "quantile"), [(5, 2.570582), (10, 2.228139), (29, 2.045230), (1e9, 1.959964)])
def test_tabulated_quantiles_leave_five_per_cent(degrees: float, quantile: float) -> None:
    assert two_sided_p(quantile, degrees) == pytest.approx(0.05, abs=1e-6)


def test_the_variance_of_shared_texts_is_counted_once() -> None:
    scores, chance = [0.2, 0.4, 0.6], [0.1, 0.3]
    variance = 0.04 * (1 / 3 + 1.0)
    other = 0.02 / 2
    test = against_random(scores, chance)
    assert test.statistic == pytest.approx(0.2 / math.sqrt(variance + other))
    assert test.degrees == pytest.approx((variance + other) ** 2 / (variance**2 / 2 + other**2))
    assert test.p_value == pytest.approx(two_sided_p(test.statistic, test.degrees))


def test_scores_without_spread_differ_for_certain_or_not_at_all() -> None:
    assert against_random([1.0, 1.0], [0.5, 0.5]).p_value == 0.0
    assert against_random([0.5, 0.5], [0.5, 0.5]).p_value == 1.0


def test_accuracy_is_tested_on_one_side() -> None:
    assert above_chance([0.9, 0.85, 0.95, 0.9]) < 0.002
    assert above_chance([0.1, 0.15, 0.05, 0.1]) > 0.998
    assert above_chance([0.4, 0.6, 0.4, 0.6]) == pytest.approx(0.5)


def test_one_score_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two scores on each side, not 1"):
        against_random([0.5], [0.5, 0.6])


def test_random_concepts_would_often_pass_an_ordinary_test() -> None:
    """What the correction is for: means of halves of one set, against means of independent sets."""
    generator = np.random.default_rng(0)
    corrected, ordinary = 0, 0
    for _ in range(300):
        texts_N = generator.normal(size=80)
        scores = [generator.permutation(texts_N)[:40].mean() - generator.normal(size=40).mean() for _ in range(30)]
        chance = [generator.normal(size=40).mean() - generator.normal(size=40).mean() for _ in range(30)]
        corrected += against_random(scores, chance).p_value < 0.05
        spread = math.sqrt((np.var(scores, ddof=1) + np.var(chance, ddof=1)) / 30)
        ordinary += two_sided_p((np.mean(scores) - np.mean(chance)) / spread, 58) < 0.05
    assert corrected / 300 <= 0.07
    assert ordinary / 300 > 0.3
