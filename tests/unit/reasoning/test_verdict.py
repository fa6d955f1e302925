"""Recommendation, abstention, confidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import verdict
from redheart_core.reasoning.verdict import separation_part
from tests.unit.reasoning.strategies import UNIT


def interval(low: float, high: float) -> dict[str, float]:
    return {"low": low, "high": high, "deviation": (high - low) / 2}


def test_an_option_is_named_when_its_interval_lies_above_all_others() -> None:
    found = verdict.verdict(
        intervals={"a": interval(0.6, 0.8), "b": interval(0.2, 0.5), "c": interval(0.1, 0.55)},
        scores={"a": 0.7, "b": 0.35, "c": 0.3},
    )
    assert found == {"code": "recommended", "leader": "a", "rival": "c"}


def test_overlapping_intervals_are_an_abstention_that_names_both() -> None:
    found = verdict.verdict(intervals={"a": interval(0.4, 0.8), "b": interval(0.3, 0.5)}, scores={"a": 0.6, "b": 0.4})
    assert found == {"code": "overlap", "leader": "a", "rival": "b"}


def test_the_rival_is_whoever_reaches_highest_not_whoever_is_second() -> None:
    found = verdict.verdict(
        intervals={"a": interval(0.6, 0.7), "b": interval(0.45, 0.5), "c": interval(0.1, 0.65)},
        scores={"a": 0.65, "b": 0.48, "c": 0.4},
    )
    assert found["code"] == "overlap"
    assert found["rival"] == "c"


def test_equal_scores_are_a_tie() -> None:
    same = {"a": interval(0.5, 0.5), "b": interval(0.5, 0.5)}
    assert verdict.verdict(intervals=same, scores={"a": 0.5, "b": 0.5})["code"] == "tie"


@given(st.permutations(["a", "b", "c"]), UNIT, UNIT, UNIT)
def test_the_order_of_the_options_does_not_matter(order: list[str], first: float, second: float, third: float) -> None:
    scores = {"a": first, "b": second, "c": third}
    intervals = {name: interval(score - 0.05, score + 0.05) for name, score in scores.items()}
    found = verdict.verdict(intervals=intervals, scores=scores)
    assert found == verdict.verdict(
        intervals={name: intervals[name] for name in order}, scores={name: scores[name] for name in order}
    )


def test_a_missing_module_lowers_the_confidence() -> None:
    full = verdict.completeness(trained=["vad", "hedonic"], wanted=["vad", "hedonic"])
    part = verdict.completeness(trained=["vad"], wanted=["vad", "hedonic"])
    assert full == 1.0
    assert part == pytest.approx(2 / 3)
    known = {"evidence": 0.5, "agreement": 0.7, "separation": 0.6}
    assert verdict.confidence(completeness=part, **known) < verdict.confidence(completeness=full, **known)


def test_confidence_is_the_mean_of_the_parts_that_exist() -> None:
    assert verdict.confidence(completeness=1.0, evidence=0.4, agreement=None, separation=0.8) == pytest.approx(0.6)


def test_agreement_needs_both_sides() -> None:
    assert verdict.agreement(rule=0.5, weight=1.0, neural=-0.5, width=2.0) == pytest.approx(0.5)
    assert verdict.agreement(rule=0.5, weight=0.0, neural=-0.5, width=2.0) is None
    assert verdict.agreement_part(a=None, b=0.5) == 0.5
    assert verdict.agreement_part(a=None) is None


def test_separation_is_the_gap_against_the_spread() -> None:
    intervals = {"a": interval(0.5, 0.7), "b": interval(0.3, 0.5)}
    assert separation_part(scores={"a": 0.6, "b": 0.4}, intervals=intervals) == pytest.approx(0.5)
    still = {"a": interval(0.5, 0.5), "b": interval(0.5, 0.5)}
    assert separation_part(scores={"a": 0.5, "b": 0.5}, intervals=still) == 0.0
