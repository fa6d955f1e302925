"""Intervals of paired differences, against numbers worked out by hand and by simulation."""

from __future__ import annotations

import math

import pytest
import torch

from redheart_core.training.paired import mean_difference, pooled_deviation, t_quantile


def test_the_interval_of_three_differences_is_wide():
    result = mean_difference([1.0, 2.0, 3.0])
    # Deviation 1, so half the width is t(2) / sqrt(3) = 4.3027 / 1.7321.
    assert (result.mean, result.high - result.mean) == (2.0, pytest.approx(2.4842, abs=1e-3))
    assert not result.is_above_zero
    assert mean_difference([2.0, 2.1, 2.2]).is_above_zero
    assert mean_difference([-2.0, -2.1, -2.2]).is_below_zero


def test_intervals_hold_the_truth_as_often_as_they_say():
    generator = torch.Generator().manual_seed(0)
    draws = (0.3 + torch.randn(4000, 3, generator=generator)).tolist()
    held = sum(interval.low <= 0.3 <= interval.high for interval in map(mean_difference, draws))
    assert held / len(draws) == pytest.approx(0.95, abs=0.015)


def test_quantiles_are_those_of_the_distribution():
    # Closed forms: t(1) is the Cauchy distribution; for two degrees of freedom the quantile is algebraic.
    assert t_quantile(1) == pytest.approx(math.tan(math.pi * 0.475), abs=1e-3)
    assert t_quantile(2) == pytest.approx(0.95 * math.sqrt(2 / (4 * 0.975 * 0.025)), abs=1e-3)
    assert t_quantile(500) == t_quantile(20) == pytest.approx(2.086)
    with pytest.raises(ValueError, match="at least two values, not 1"):
        mean_difference([1.0])


def test_the_pooled_deviation_ignores_what_lies_between_groups():
    assert pooled_deviation([[1.0, 3.0], [101.0, 103.0]]) == pytest.approx(math.sqrt(2))
    assert pooled_deviation([[1.0], [5.0]]) == 0.0
