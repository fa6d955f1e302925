"""Cutting a text into parts, and what each part can become."""

from __future__ import annotations

import pytest

from redheart_core.explain.surd.ensemble.edits import EditKind, alterations
from redheart_core.explain.surd.ensemble.parts import cut
from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind
from redheart_core.vocabulary.language import Language
from tests.fakes import HOSTILE

ENGLISH = "The brakes have failed. The car can go straight and hit five pedestrians, or swerve and hit one worker."
KOREAN = "치매가 있는 어머니를 2년 동안 모셨는데, 한숨도 못 자요. 형은 돈은 보내지만 모실 수는 없대요."


@pytest.mark.parametrize("text", [ENGLISH, KOREAN, HOSTILE, "a b c d e f g h", "...", "한 글자"])
@pytest.mark.parametrize("wanted", [1, 2, 3, 5])
def test_the_parts_joined_again_are_the_text(text: str, wanted: int) -> None:
    parts = cut(text, wanted)
    assert len(parts) <= wanted
    if parts:
        assert "".join(parts) == text


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, Language.ENGLISH), (KOREAN, Language.KOREAN)])
def test_sentences_are_parted_before_clauses(text: str, language: Language) -> None:
    first, second = cut(text, 2)
    assert first.rstrip().endswith(".")
    assert len(cut(text, 4)) == 4
    assert second in text


def test_a_text_without_words_has_no_parts() -> None:
    assert cut("  … !!! ", 3) == ()


def test_a_text_of_few_words_is_not_cut_below_two() -> None:
    assert cut("one two three", 3) == ("one two three",)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("It will kill five people.", EditKind.NEGATED, "It will not kill five people."),
        ("It will kill five people.", EditKind.STRENGTHENED, "It will terribly kill five people."),
        ("It will kill five people.", EditKind.WEAKENED, "It will slightly kill five people."),
        ("It will kill five people.", EditKind.AMOUNT, "It will kill 50 people."),
        ("이등병을 보호하고,", EditKind.NEGATED, "이등병을 보호하지 않고,"),
        ("담임에게 알린다.", EditKind.NEGATED, "담임에게 알리지 않는다."),
        ("보증금 1억 5천만 원을 잃는다.", EditKind.AMOUNT, "보증금 1,500,000,000 원을 잃는다."),
        ("친구를 때리고 도망쳤다.", EditKind.STRENGTHENED, "친구를 매우 때리고 도망쳤다."),
    ],
)
def test_edits_do_what_they_say_in_both_languages(text: str, kind: EditKind, expected: str) -> None:
    language = Language.KOREAN if "가" <= text[0] <= "힣" else Language.ENGLISH
    assert expected in [one.text for one in alterations(text, language) if one.kind is kind]


def test_a_swapped_word_is_one_of_the_same_kind() -> None:
    found = [
        one.text for one in alterations("They abandon the child.", Language.ENGLISH) if one.kind is EditKind.SWAPPED
    ]
    assert found
    for text in found:
        assert text != "They abandon the child."
        kinds = {cue.kind for cue in extract_features(text, Language.ENGLISH).cues}
        assert kinds & {CueKind.HARM, CueKind.VULNERABLE}


@pytest.mark.parametrize("text", ["", HOSTILE, "\u202eabc", "\ud800 lone", "1" * 400, "아" * 300, "not " * 50])
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.KOREAN, Language.MIXED])
def test_any_text_can_be_handed_in_and_none_comes_back_unchanged(text: str, language: Language) -> None:
    found = alterations(text, language)
    assert text not in [one.text for one in found]
    assert found == alterations(text, language)


def test_no_edit_brings_words_of_self_harm() -> None:
    for text in ("I want to live and to help them.", "죽음이 무서워서 도망친다."):
        for one in alterations(text, Language.ENGLISH):
            assert not extract_features(one.text).of_kind(CueKind.SELF_HARM)
