"""The rules of the ten variables: what each cue does, and that harm only accumulates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import bentham
from redheart_core.reasoning.evidence import Observation, accumulate, is_averted
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.vocabulary.language import Language
from tests.unit.reasoning.strategies import cue, cues, passage

NOTHING = passage()
HARMS = (CueKind.HARM, CueKind.DEATH, CueKind.SELF_DAMAGE)


def test_without_evidence_a_rule_answers_its_prior() -> None:
    answer = bentham.external_cost_base(option=NOTHING, situation=NOTHING, prior=0.1)
    assert answer == {"value": pytest.approx(0.1), "weight": 0, "evidence": []}


def test_a_negated_harm_is_no_harm() -> None:
    option = passage(cue(CueKind.HARM, 0.9, negated=True))
    assert bentham.external_cost_base(option=option, situation=NOTHING, prior=0.0)["value"] == 0.0


def test_the_evidence_names_the_cue_it_rests_on() -> None:
    option = passage(cue(CueKind.VIRTUE), cue(CueKind.HARM, 0.5, at=3))
    answer = bentham.external_cost_base(option=option, situation=NOTHING, prior=0.0)
    assert [(source, index) for source, index, _ in answer["evidence"]] == [("option", 1)]
    assert answer["value"] == pytest.approx(0.45)


def test_doing_nothing_is_charged_with_the_harm_it_lets_happen() -> None:
    situation = passage(cue(CueKind.DEATH))
    acting = bentham.external_cost_base(option=passage(), situation=situation, prior=0.0)["value"]
    omitting = bentham.external_cost_base(option=passage(cue(CueKind.OMISSION)), situation=situation, prior=0.0)[
        "value"
    ]
    assert acting == 0.0
    assert omitting > 0.2


def test_a_harm_that_a_rescue_prevents_is_averted() -> None:
    text = "saves five people from dying now."
    rescue = Cue(kind=CueKind.BENEFIT, entry="save", start=0, end=5, value=0.8)
    death = Cue(kind=CueKind.DEATH, entry="die", start=23, end=28)
    found = TextFeatures(text=text, language=Language.ENGLISH, words=(), cues=(rescue, death))
    assert is_averted(found, death)
    assert bentham.harms(found, "option") == []


def test_a_rescue_by_killing_averts_nothing() -> None:
    text = "saves five people by killing one."
    rescue = Cue(kind=CueKind.BENEFIT, entry="save", start=0, end=5, value=0.8)
    death = Cue(kind=CueKind.DEATH, entry="kill", start=21, end=28)
    found = TextFeatures(text=text, language=Language.ENGLISH, words=(), cues=(rescue, death))
    assert not is_averted(found, death)


def test_in_korean_the_rescue_follows_the_harm() -> None:
    text = "다섯 명이 죽는 것을 막아요"
    death = Cue(kind=CueKind.DEATH, entry="죽", start=6, end=8)
    rescue = Cue(kind=CueKind.BENEFIT, entry="막", start=12, end=14, value=0.8)
    assert is_averted(TextFeatures(text=text, language=Language.KOREAN, words=(), cues=(death, rescue)), death)
    text = "한 명을 죽이고 다섯 명을 살려요"
    death = Cue(kind=CueKind.DEATH, entry="죽이", start=5, end=8)
    rescue = Cue(kind=CueKind.BENEFIT, entry="살리", start=14, end=17, value=0.8)
    assert not is_averted(TextFeatures(text=text, language=Language.KOREAN, words=(), cues=(death, rescue)), death)


@pytest.mark.parametrize(
    ("days", "expected"), [(0.0, 0.0), (36_500.0, 1.0), (1e9, 1.0)], ids=["none", "a century", "longer"]
)
def test_duration_is_logarithmic_in_days(days: float, expected: float) -> None:
    option = passage(cue(CueKind.DURATION, days))
    answer = bentham.duration_base(option=option, situation=NOTHING, prior=0.5)
    assert answer["value"] == pytest.approx((0.5 + expected) / 2)


def test_negation_reverses_a_probability() -> None:
    likely = bentham.certainty_base(option=passage(cue(CueKind.CERTAINTY, 0.9)), situation=NOTHING, prior=0.5)
    unlikely = passage(cue(CueKind.CERTAINTY, 0.9, negated=True))
    assert likely["value"] == pytest.approx(0.7)
    assert bentham.certainty_base(option=unlikely, situation=NOTHING, prior=0.5)["value"] == pytest.approx(0.3)


def test_extent_takes_the_option_before_the_parties_before_the_situation() -> None:
    situation = passage(cue(CueKind.PEOPLE, 1e6))
    people = [["staff", 99, 0.0]]
    from_option = bentham.extent_base(
        option=passage(cue(CueKind.PEOPLE, 999_999.0)), situation=situation, parties=people, prior=0.05
    )
    from_parties = bentham.extent_base(option=NOTHING, situation=situation, parties=people, prior=0.05)
    from_situation = bentham.extent_base(option=NOTHING, situation=situation, parties=[], prior=0.05)
    assert from_option["value"] == pytest.approx(1.0, abs=1e-6)
    assert from_parties["value"] == pytest.approx(1 / 3, abs=1e-3)
    assert from_situation["value"] == 1.0


def test_help_for_the_vulnerable_redistributes_and_harm_to_them_does_not() -> None:
    helped = passage(cue(CueKind.BENEFIT, 0.8), cue(CueKind.VULNERABLE, 0.9, at=2))
    harmed = passage(cue(CueKind.HARM, 0.8), cue(CueKind.VULNERABLE, 0.9, at=2))
    assert bentham.redistribution_effect_base(option=helped, situation=NOTHING, prior=0.0)["value"] > 0.3
    assert bentham.redistribution_effect_base(option=harmed, situation=NOTHING, prior=0.0)["value"] == 0.0


@given(cues(), st.sampled_from(HARMS), st.floats(0.0, 1.0))
def test_adding_a_harm_never_lowers_costs_and_never_raises_the_hedonic_value(
    present: list[Cue], kind: CueKind, severity: float
) -> None:
    before, after = passage(*present), passage(*present, cue(kind, severity, at=20))
    for rule in (bentham.external_cost_base, bentham.self_damage_base, bentham.intensity_base):
        first = rule(option=before, situation=NOTHING, prior=0.1)["value"]
        assert rule(option=after, situation=NOTHING, prior=0.1)["value"] >= first - 1e-12
    first = bentham.hedonic_base(option=before, situation=NOTHING)["value"]
    assert bentham.hedonic_base(option=after, situation=NOTHING)["value"] <= first + 1e-12


@given(cues(), cues())
def test_every_rule_stays_in_its_range(option_cues: list[Cue], situation_cues: list[Cue]) -> None:
    option, situation = passage(*option_cues), passage(*situation_cues)
    for variable, rule in bentham.VARIABLE_RULES.items():
        extra = {"parties": []} if variable.value == "extent" else {}
        answer = rule(option=option, situation=situation, prior=0.2, **extra)
        assert 0.0 <= answer["value"] <= 1.0
        assert answer["weight"] >= 0.0
    assert -1.0 <= bentham.hedonic_base(option=option, situation=situation)["value"] <= 1.0


def test_no_single_cue_is_certain() -> None:
    certain = Observation(source="option", cue=0, value=1.0, weight=1.5)
    assert accumulate(0.0, [certain]) == pytest.approx(0.98)
