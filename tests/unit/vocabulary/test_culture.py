"""Cultural profiles: what ships, and what a table of profiles is refused for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.culture import MAX_SHIFT, PROFILES, Concept, Move, parse_profiles
from redheart_core.vocabulary.emotions import EMOTIONS

CONCEPTS = {concept.name: concept for concept in PROFILES["korean"].concepts}


def move(emotion: str = "anger", shift: float = 0.2) -> Move:
    return Move(emotion=emotion, shift=shift, reason_en="Because.", reason_ko="그래서예요.")


def concept(*, sources: tuple[str, ...] = ("A book",), moves: tuple[Move, ...] = ()) -> Concept:
    return Concept(
        name="x",
        english="x",
        korean="엑스",
        description_en="X. Y.",
        description_ko="엑스예요. 와이예요.",
        sources=sources,
        moves=moves,
    )


def shifts(name: str) -> dict[str, float]:
    return {move.emotion: move.shift for move in CONCEPTS[name].moves}


def test_neutral_profile_reads_nothing() -> None:
    assert list(PROFILES) == ["neutral", "korean"]
    assert PROFILES["neutral"].concepts == ()


def test_korean_profile_has_its_five_concepts_by_korean_name() -> None:
    assert {name: concept.korean for name, concept in CONCEPTS.items()} == {
        "jeong": "정",
        "han": "한",
        "chemyeon": "체면",
        "nunchi": "눈치",
        "hwabyung": "화병",
    }


@pytest.mark.parametrize(
    ("name", "strongest"),
    [
        ("jeong", "caring"),
        ("han", "sorrow"),
        ("chemyeon", "embarrassment"),
        ("nunchi", "nervousness"),
        ("hwabyung", "anger"),
    ],
)
def test_each_concept_moves_its_core_emotion_most(name: str, strongest: str) -> None:
    assert max(shifts(name), key=lambda emotion: shifts(name)[emotion]) == strongest


def test_watchful_and_suppressed_concepts_take_comfort_away() -> None:
    assert {name for name in CONCEPTS if shifts(name).get("comfort", 0) < 0} == {"chemyeon", "nunchi", "hwabyung"}


@pytest.mark.parametrize("name", sorted(CONCEPTS))
def test_descriptions_have_two_sentences_in_each_language(name: str) -> None:
    for text in (CONCEPTS[name].description_en, CONCEPTS[name].description_ko):
        assert len(re.findall(r"[.](?: |$)", text)) == 2
        assert "!" not in text


@pytest.mark.parametrize("name", sorted(CONCEPTS))
def test_every_move_is_small_enough_known_and_explained(name: str) -> None:
    for shift in CONCEPTS[name].moves:
        assert shift.emotion in EMOTIONS
        assert 0 < abs(shift.shift) <= MAX_SHIFT
        assert shift.reason_en.endswith(".")
        assert shift.reason_ko.endswith("요.")


@given(st.floats().filter(lambda shift: not 0 < abs(shift) <= MAX_SHIFT))
def test_no_move_leaves_the_bound(shift: float) -> None:
    with pytest.raises(ConfigError, match=re.escape("it must be in [-0.5, 0.5] and not 0.")):
        move(shift=shift)


def test_unknown_emotion_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"Unknown emotion 'rage'\. Known ones: admiration, .*, happiness\."):
        move("rage")


def test_concept_without_a_source_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"The concept 'x' names no source\. Please add one\."):
        concept(sources=())


def test_concept_moving_an_emotion_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"The concept 'x' moves anger more than once\. Merge the moves\."):
        concept(moves=(move(), move(shift=-0.1), move("fear")))


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("not toml", "Expected"),
        ('[p]\nenglish = "P"', "korean"),
        ("p = 3", "attribute"),
        ('[p]\nenglish = "P"\nmood = "?"', "mood"),
        ('[[p.concepts]]\nname = "x"', "moves"),
    ],
)
def test_unreadable_tables_are_refused_with_the_place(source: str, named: str) -> None:
    with pytest.raises(ConfigError, match=f"^The table of cultural profiles cannot be read: .*{named}"):
        parse_profiles(source)
