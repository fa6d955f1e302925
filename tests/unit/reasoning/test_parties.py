"""Who is affected, and what lasts."""

from __future__ import annotations

import pytest
from hypothesis import given

from redheart_core.reasoning import parties
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.vocabulary.language import Language
from tests.unit.reasoning.strategies import SIGNED, UNIT, VARIABLES, passage

TEXT = "The nurse helps the child, but hurts the driver."
OPTION = TextFeatures(
    text=TEXT,
    language=Language.ENGLISH,
    words=(),
    cues=(
        Cue(kind=CueKind.BENEFIT, entry="help", start=10, end=15, value=0.8),
        Cue(kind=CueKind.HARM, entry="hurt", start=31, end=36, value=0.8),
    ),
)


def test_given_parties_come_before_those_the_text_names() -> None:
    text = "Three patients wait."
    people = Cue(kind=CueKind.PEOPLE, entry="number", start=0, end=14, value=3.0)
    weak = Cue(kind=CueKind.VULNERABLE, entry="patient", start=6, end=14, value=0.7)
    found = TextFeatures(text=text, language=Language.ENGLISH, words=(), cues=(people, weak))
    given_party = [["family", 4, 0.2]]
    assert parties.affected_parties(situation=found, given=given_party) == given_party
    assert parties.affected_parties(situation=found, given=[]) == [["Three patients", 3, 0.0], ["patients", 1, 0.7]]


def test_each_party_is_read_from_the_clauses_that_name_it() -> None:
    effects = parties.party_effects(
        option=OPTION, hedonic=0.2, parties=[["the child", 1, 0.0], ["the driver", 1, 0.0], ["the town", 9, 0.0]]
    )
    assert effects["the child"] > 0.5
    assert effects["the driver"] < -0.5
    assert effects["the town"] == pytest.approx(0.1)


def test_a_loss_weighs_more_on_the_vulnerable_and_a_gain_does_not() -> None:
    def effect(name: str, vulnerability: float) -> float:
        return parties.party_effects(option=OPTION, hedonic=0.0, parties=[[name, 1, vulnerability]])[name]

    assert effect("driver", 0.4) < effect("driver", 0.0)
    assert effect("child", 1.0) == effect("child", 0.0)


@given(SIGNED, UNIT)
def test_effects_stay_in_their_range(hedonic: float, vulnerability: float) -> None:
    effects = parties.party_effects(option=passage(), hedonic=hedonic, parties=[["someone", 1, vulnerability]])
    assert -1.0 <= effects["someone"] <= 1.0


@given(SIGNED, VARIABLES, UNIT)
def test_long_term_impact_is_bounded_and_costs_lower_it(
    hedonic: float, variables: dict[str, float], temporal: float
) -> None:
    impact = parties.long_term_impact(hedonic=hedonic, variables=variables, temporal=temporal)
    costly = parties.long_term_impact(hedonic=hedonic, variables=variables | {"external_cost": 1.0}, temporal=temporal)
    assert -1.0 <= costly <= impact <= 1.0
