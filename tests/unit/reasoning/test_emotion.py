"""Emotions: the weighted sum, its parts, culture, grades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import emotion
from redheart_core.text.features import Cue, CueKind
from redheart_core.vocabulary.emotions import EMOTIONS, GOEMOTIONS, KOTE, Grade
from tests.unit.reasoning.strategies import UNIT, cue, cues, passage

PARTS = st.fixed_dictionaries({name: UNIT for name in EMOTIONS})
MAYBE_PARTS = st.fixed_dictionaries({name: st.none() | UNIT for name in EMOTIONS})
MOVES = {"han": {"sorrow": 0.35, "joy": -0.2}}


def feeling(name: str, weight: float, **more: object) -> Cue:
    return cue(CueKind.EMOTION, emotions={name: weight}, **more)


@given(PARTS, MAYBE_PARTS, PARTS)
def test_the_score_is_the_weighted_sum_of_its_parts(
    rule: dict[str, float], neural: dict[str, float | None], cultural: dict[str, float]
) -> None:
    scores = emotion.emotion_scores(rule=rule, neural=neural, cultural=cultural, weights=emotion.PART_WEIGHTS)
    for name, part in neural.items():
        if part is None:
            expected = (0.3 * rule[name] + 0.2 * cultural[name]) / 0.5
        else:
            expected = 0.3 * rule[name] + 0.5 * part + 0.2 * cultural[name]
        assert scores[name] == pytest.approx(expected, abs=1e-12)
        assert 0.0 <= scores[name] <= 1.0 + 1e-12


@given(PARTS, MAYBE_PARTS)
def test_without_culture_the_score_is_the_reading_of_rule_and_model(
    rule: dict[str, float], neural: dict[str, float | None]
) -> None:
    known = {"rule": rule, "neural": neural, "weights": emotion.PART_WEIGHTS}
    cultural = emotion.emotion_cultural(activations={}, moves={}, **known)
    scores = emotion.emotion_scores(cultural=cultural, **known)
    for name, score in scores.items():
        assert score == pytest.approx(cultural[name], abs=1e-12)


def test_a_concept_moves_only_the_emotions_it_names() -> None:
    still = dict.fromkeys(EMOTIONS, 0.5)
    cultural = emotion.emotion_cultural(
        rule=still, neural=still, activations={"han": 0.5}, moves=MOVES, weights=emotion.PART_WEIGHTS
    )
    assert cultural["sorrow"] == pytest.approx(0.675)
    assert cultural["joy"] == pytest.approx(0.4)
    assert {value for name, value in cultural.items() if name not in MOVES["han"]} == {0.5}


def test_a_keyword_raises_its_emotion_and_negation_takes_it_back() -> None:
    plain = emotion.emotion_rule(features=passage(feeling("sadness", 0.9)), similarities={})
    negated = emotion.emotion_rule(features=passage(feeling("sadness", 0.9, negated=True)), similarities={})
    assert plain["sadness"] > 0.4
    assert negated["sadness"] < 0.2
    assert plain["neutral"] < negated["neutral"]


def test_an_intensified_keyword_counts_more_and_a_long_passage_dilutes_it() -> None:
    plain = emotion.emotion_rule(features=passage(feeling("joy", 0.6)), similarities={})["joy"]
    very = emotion.emotion_rule(features=passage(feeling("joy", 0.6, strength=1.5)), similarities={})["joy"]
    assert very > plain


def test_likeness_to_a_prototype_fills_what_keywords_leave_open() -> None:
    alike = emotion.emotion_rule(features=passage(), similarities={"pride": 0.6})
    assert alike["pride"] == pytest.approx(0.2)
    assert alike["shock"] == 0.0


@given(cues((CueKind.EMOTION, CueKind.EXCLAMATION)), st.dictionaries(st.sampled_from(list(EMOTIONS)), UNIT))
def test_rule_scores_stay_in_their_range(present: list[Cue], similarities: dict[str, float]) -> None:
    scores = emotion.emotion_rule(features=passage(*present), similarities=similarities)
    assert set(scores) == set(EMOTIONS)
    assert all(0.0 <= score <= 1.0 for score in scores.values())


def test_the_passage_language_decides_which_data_set_speaks() -> None:
    go, ko = dict.fromkeys(GOEMOTIONS, 0.2), dict.fromkeys(KOTE, 0.8)
    english = emotion.emotion_neural(goemotions=go, kote=ko, language="en")
    korean = emotion.emotion_neural(goemotions=go, kote=ko, language="ko")
    assert english["sadness"] == 0.2
    assert korean["sadness"] == pytest.approx(0.35 * 0.2 + 0.65 * 0.8)
    assert english["fatigue"] == korean["fatigue"] == 0.8
    assert emotion.emotion_neural(goemotions=go, kote=None, language="ko")["fatigue"] is None


@given(PARTS)
def test_the_four_grades_of_a_category_sum_to_its_score(scores: dict[str, float]) -> None:
    nuances = emotion.emotion_nuances(scores=scores)
    assert len(nuances) == 112
    for name in GOEMOTIONS:
        assert sum(nuances[f"{name}.{grade.value}"] for grade in Grade) == pytest.approx(scores[name], abs=1e-12)


def test_a_stronger_score_is_a_stronger_grade() -> None:
    weak = emotion.emotion_nuances(scores=dict.fromkeys(EMOTIONS, 0.15))
    strong = emotion.emotion_nuances(scores=dict.fromkeys(EMOTIONS, 0.9))
    assert weak["joy.faint"] == pytest.approx(0.15)
    assert strong["joy.overwhelming"] == pytest.approx(0.9)


def test_the_strongest_emotion_must_stand_out_and_is_never_neutral() -> None:
    scores = dict.fromkeys(EMOTIONS, 0.1) | {"neutral": 0.9, "fatigue": 0.5}
    assert emotion.strongest_emotion(scores=scores, floor=0.3) == {"name": "fatigue", "score": 0.5}
    assert emotion.strongest_emotion(scores=scores, floor=0.6)["name"] is None


def test_agreement_is_full_for_equal_parts_and_none_when_one_sees_nothing() -> None:
    some = dict.fromkeys(EMOTIONS, 0.0) | {"joy": 0.6}
    assert emotion.emotion_agreement(rule=some, neural=dict(some)) == 1.0
    assert emotion.emotion_agreement(rule=dict.fromkeys(EMOTIONS, 0.0), neural=dict(some)) is None
