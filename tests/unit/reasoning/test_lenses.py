"""Duties, character, and the score that joins the lenses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import lenses
from redheart_core.text.features import Cue, CueKind
from tests.unit.reasoning.strategies import UNIT, cue, cues, passage

CREDENCES = {"utilitarian": 0.5, "deontological": 0.3, "virtue_ethics": 0.2}


@pytest.mark.parametrize("kind", lenses.NORM_WEIGHTS)
def test_a_broken_duty_lowers_and_a_kept_one_raises_the_deontological_lens(kind: CueKind) -> None:
    broken = lenses.deontological_base(option=passage(cue(kind, -1.0)))["value"]
    kept = lenses.deontological_base(option=passage(cue(kind, 1.0)))["value"]
    assert broken < 0.5 < kept


def test_not_lying_is_not_lying() -> None:
    lie = lenses.deontological_base(option=passage(cue(CueKind.HONESTY, -1.0)))["value"]
    denied = lenses.deontological_base(option=passage(cue(CueKind.HONESTY, -1.0, negated=True)))["value"]
    assert lie < 0.5 < denied


def test_a_duty_merely_mentioned_is_no_evidence() -> None:
    assert lenses.deontological_base(option=passage(cue(CueKind.LAW, 0.0)))["value"] is None
    assert lenses.virtue_base(option=passage())["value"] is None


@given(cues(), st.floats(0.1, 1.0))
def test_adding_a_harm_never_raises_the_deontological_lens(present: list[Cue], severity: float) -> None:
    before = lenses.deontological_base(option=passage(*present))["value"]
    after = lenses.deontological_base(option=passage(*present, cue(CueKind.HARM, severity, at=20)))["value"]
    assert after <= (0.5 if before is None else before) + 1e-12


def test_the_ethical_score_is_the_credence_weighted_mean() -> None:
    values = {"utilitarian": 0.6, "deontological": 0.2, "virtue_ethics": 0.9}
    assert lenses.ethical_score(lenses=values, credences=CREDENCES) == pytest.approx(0.54)


def test_an_absent_lens_is_left_out_and_never_counts_as_one_half() -> None:
    values = {"utilitarian": 0.9, "deontological": None, "virtue_ethics": None}
    assert lenses.ethical_score(lenses=values, credences=CREDENCES) == pytest.approx(0.9)


def test_no_lens_at_all_is_an_error() -> None:
    nothing = {"utilitarian": None, "deontological": None, "virtue_ethics": None}
    with pytest.raises(ValueError, match="No lens with a credence above zero"):
        lenses.ethical_score(lenses=nothing, credences=CREDENCES)


@given(UNIT, UNIT, UNIT, st.floats(0.0, 0.3))
def test_the_interval_holds_the_score(first: float, second: float, third: float, spread: float) -> None:
    values = {"utilitarian": first, "deontological": second, "virtue_ethics": third}
    score = lenses.ethical_score(lenses=values, credences=CREDENCES)
    interval = lenses.score_interval(
        score=score, lenses=values, deviations=dict.fromkeys(values, spread), credences=CREDENCES, width=1.0
    )
    assert interval["low"] <= score + 1e-12
    assert score <= interval["high"] + 1e-12
    assert interval["deviation"] == pytest.approx(spread * (0.5**2 + 0.3**2 + 0.2**2) ** 0.5)


def test_the_mean_of_outputs_ignores_refused_ones() -> None:
    assert lenses.mean_of_known(dutiful=0.2, just=None, acceptable=0.6) == pytest.approx(0.4)
    assert lenses.mean_of_known(dutiful=None) is None
