"""Base plus adjustment, and the measured uncertainty of the sum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import estimate
from tests.unit.reasoning.strategies import SIGNED, UNIT

WEIGHT = st.floats(0.0, 20.0)


def test_an_adjustment_is_added_and_a_refused_one_changes_nothing() -> None:
    assert estimate.adjusted_variable(base=0.4, adjustment=0.2) == pytest.approx(0.6)
    assert estimate.adjusted_variable(base=0.4, adjustment=None) == 0.4
    assert estimate.adjusted_variable(base=0.9, adjustment=0.25) == 1.0


def test_without_rule_evidence_the_model_decides_the_hedonic_value() -> None:
    adjustment = estimate.hedonic_adjustment(base=0.0, weight=0.0, neural=-0.6, share=0.4)
    assert estimate.adjusted_hedonic(base=0.0, adjustment=adjustment) == pytest.approx(-0.6)


@given(SIGNED, WEIGHT, SIGNED)
def test_the_adjusted_hedonic_value_lies_between_rule_and_model(base: float, weight: float, neural: float) -> None:
    adjustment = estimate.hedonic_adjustment(base=base, weight=weight, neural=neural, share=estimate.RULE_SHARE)
    value = estimate.adjusted_hedonic(base=base, adjustment=adjustment)
    assert min(base, neural) - 1e-12 <= value <= max(base, neural) + 1e-12


@given(WEIGHT, WEIGHT, st.none() | UNIT, UNIT)
def test_more_evidence_never_widens_a_variable(
    first: float, second: float, neural_deviation: float | None, prior: float
) -> None:
    def deviation(weight: float) -> float:
        return estimate.variable_deviation(weight=weight, neural_deviation=neural_deviation, prior_deviation=prior)

    assert deviation(max(first, second)) <= deviation(min(first, second))


def test_disagreement_between_rule_and_model_is_uncertainty() -> None:
    known = {"weight": 3.0, "neural_deviation": 0.1, "prior_deviation": 0.2, "share": 0.4}
    agreed = estimate.mixture_deviation(base=0.5, neural=0.5, **known)
    apart = estimate.mixture_deviation(base=0.5, neural=-0.5, **known)
    assert apart > agreed + 0.2


def test_one_source_alone_has_its_own_spread() -> None:
    alone = {"weight": 3.0, "prior_deviation": 0.2, "share": 0.4}
    rule = estimate.mixture_deviation(base=0.5, neural=None, neural_deviation=None, **alone)
    model = estimate.mixture_deviation(base=None, neural=0.3, neural_deviation=0.07, **alone)
    assert rule == pytest.approx(0.1)
    assert model == 0.07


def test_a_lens_without_any_source_is_absent() -> None:
    assert estimate.blended(base=None, weight=0.0, neural=None, share=0.4) is None
    assert estimate.blended(base=0.7, weight=1.0, neural=None, share=0.4) == 0.7
    assert estimate.blended(base=None, weight=0.0, neural=0.2, share=0.4) == 0.2
    assert estimate.blended(base=1.0, weight=1.0, neural=0.0, share=0.4) == pytest.approx(0.2)
