"""What a person asks about, checked at the edge: every refusal in both languages, and what survives cleaning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import InputError
from redheart_core.vocabulary.dilemma import (
    MAX_NAME_LENGTH,
    MAX_OPTIONS,
    MAX_PARTIES,
    MAX_PARTY_COUNT,
    MAX_TEXT_LENGTH,
    Dilemma,
    Option,
    Party,
    clean_passage,
)

PLAIN_TEXT = st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=60)


def clean(text: str) -> str:
    return clean_passage(text, what_en="passage", what_ko="글")


def options(*names: str) -> tuple[Option, ...]:
    return tuple(Option(name=name) for name in names)


def outcome(text: str) -> str:
    try:
        return f"cleaned:{clean(text)}"
    except InputError as problem:
        return problem.code


def refusal(code: str, english: str, korean: str, problem: InputError) -> None:
    assert problem.code == code
    assert problem.message("en") == english
    assert problem.message("ko") == korean


def test_surrounding_blanks_are_dropped_and_inner_ones_stay() -> None:
    assert clean("  두 사람이\n 다퉜어요. \t") == "두 사람이\n 다퉜어요."


def test_compatibility_forms_become_one_form() -> None:
    assert clean("ＡＢＣ ①") == "ABC 1"
    assert clean(unicodedata.normalize("NFD", "한글")) == "한글"


def test_right_to_left_and_zero_width_marks_are_dropped() -> None:
    assert clean("pay\u202e the\u200b \u2067fine\ufeff") == "pay the fine"


def test_joined_emoji_stay_joined() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean(f"{family} 우리 가족") == f"{family} 우리 가족"


def test_markup_is_text_like_any_other() -> None:
    assert clean("<script>alert(1)</script> **bold**") == "<script>alert(1)</script> **bold**"


def test_longest_passage_is_read_and_one_more_character_is_refused() -> None:
    assert len(clean("가" * MAX_TEXT_LENGTH)) == MAX_TEXT_LENGTH
    with pytest.raises(InputError) as caught:
        clean("가" * (MAX_TEXT_LENGTH + 1))
    refusal(
        "too_long",
        "The passage has 20,001 characters; at most 20,000 can be read. Please shorten it.",
        "글: 20,001자예요. 20,000자까지 읽을 수 있으니 줄여 주세요.",
        caught.value,
    )


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u3000", "\u202e\u200b"])
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        clean(text)
    refusal(
        "empty",
        "The passage is empty. Please write at least one sentence.",
        "글: 비어 있어요. 한 문장 이상 적어 주세요.",
        caught.value,
    )


@pytest.mark.parametrize(("text", "named"), [("a\x00b", "U+0000"), ("\x1b[31m", "U+001B"), ("\ud800", "U+D800")])
def test_control_characters_are_refused_and_named(text: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        clean(text)
    refusal(
        "control_characters",
        f"The passage contains control characters ({named}). Please remove them.",
        f"글: 제어 문자({named})가 있어요. 지우고 다시 시도해 주세요.",
        caught.value,
    )


def test_at_most_five_control_characters_are_named() -> None:
    with pytest.raises(InputError) as caught:
        clean("".join(map(chr, range(1, 9))))
    assert caught.value.message("en").count("U+") == 5


@pytest.mark.parametrize("count", [0, -1, MAX_PARTY_COUNT + 1, 10**12, True])
def test_impossible_party_counts_are_refused(count: int) -> None:
    with pytest.raises(InputError) as caught:
        Party(name="이웃", count=count)
    refusal(
        "party_count",
        f"“이웃” has {count:,} people; it must be a whole number from 1 to 10,000,000,000.",
        f"‘이웃’의 사람 수가 {count:,}명이에요. 1에서 10,000,000,000 사이의 정수여야 해요.",
        caught.value,
    )


@pytest.mark.parametrize("vulnerability", [-0.1, 1.1, float("nan"), float("inf")])
def test_vulnerability_outside_zero_to_one_is_refused(vulnerability: float) -> None:
    with pytest.raises(InputError) as caught:
        Party(name="neighbour", vulnerability=vulnerability)
    refusal(
        "party_vulnerability",
        f"The vulnerability of “neighbour” is {vulnerability}; it must be between 0 and 1.",
        f"‘neighbour’의 취약성이 {vulnerability}예요. 0에서 1 사이여야 해요.",
        caught.value,
    )


def test_bounds_of_a_party_are_allowed() -> None:
    everyone = Party(name="everyone", count=MAX_PARTY_COUNT, vulnerability=1)
    assert (everyone.count, everyone.vulnerability) == (MAX_PARTY_COUNT, 1)


def test_party_name_is_cleaned_and_has_its_own_limit() -> None:
    assert Party(name="  ＡＢ ").name == "AB"
    with pytest.raises(InputError) as caught:
        Party(name="a" * (MAX_NAME_LENGTH + 1))
    refusal(
        "too_long",
        "The name of a party has 201 characters; at most 200 can be read. Please shorten it.",
        "당사자 이름: 201자예요. 200자까지 읽을 수 있으니 줄여 주세요.",
        caught.value,
    )


def test_blank_option_is_refused_by_its_own_name() -> None:
    with pytest.raises(InputError) as caught:
        Option(name=" ")
    assert caught.value.code == "empty"
    assert caught.value.message("en").startswith("The option is empty.")
    assert caught.value.message("ko").startswith("선택지")


def test_blank_situation_is_refused_by_its_own_name() -> None:
    with pytest.raises(InputError) as caught:
        Dilemma(situation="", options=options("go", "stay"))
    assert caught.value.message("en").startswith("The situation is empty.")
    assert caught.value.message("ko").startswith("상황 설명")


def test_one_option_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Dilemma(situation="A choice", options=options("go"))
    refusal(
        "too_few_options",
        "There is 1 option; a dilemma needs at least 2. Please add one.",
        "선택지가 1개예요. 적어도 2개가 필요하니 더 적어 주세요.",
        caught.value,
    )


def test_eight_options_are_compared_and_nine_are_refused() -> None:
    names = [f"option {number}" for number in range(MAX_OPTIONS + 1)]
    assert len(Dilemma(situation="A choice", options=options(*names[:MAX_OPTIONS])).options) == 8
    with pytest.raises(InputError) as caught:
        Dilemma(situation="A choice", options=options(*names))
    refusal(
        "too_many_options",
        "There are 9 options; at most 8 can be compared. Please remove some.",
        "선택지가 9개예요. 8개까지 비교할 수 있으니 줄여 주세요.",
        caught.value,
    )


@pytest.mark.parametrize("twin", ["Tell him", "tell  HIM", " Ｔell him\u200b"])
def test_options_that_differ_only_in_case_width_or_blanks_are_refused(twin: str) -> None:
    with pytest.raises(InputError) as caught:
        Dilemma(situation="A choice", options=options("Tell him", twin))
    shown = Option(name=twin).name
    refusal(
        "identical_options",
        f"Two options are the same: “{shown}”. Please make them differ.",
        f"선택지 두 개가 똑같아요: ‘{shown}’. 서로 다르게 적어 주세요.",
        caught.value,
    )


def test_more_than_twenty_parties_are_refused() -> None:
    parties = tuple(Party(name=f"party {number}") for number in range(MAX_PARTIES + 1))
    assert len(Dilemma(situation="A choice", options=options("a", "b"), parties=parties[:-1]).parties) == 20
    with pytest.raises(InputError) as caught:
        Dilemma(situation="A choice", options=options("a", "b"), parties=parties)
    refusal(
        "too_many_parties",
        "There are 21 parties; at most 20 can be read. Please merge some.",
        "당사자가 21쪽이에요. 20쪽까지 읽을 수 있으니 묶어 주세요.",
        caught.value,
    )


def test_parties_of_one_name_are_refused_whatever_their_case() -> None:
    with pytest.raises(InputError) as caught:
        Dilemma(
            situation="A choice",
            options=options("a", "b"),
            parties=(Party(name="Nurse"), Party(name="nurse", count=2)),
        )
    refusal(
        "identical_parties",
        "Two parties have the same name: “nurse”. Please merge or rename them.",
        "당사자 이름이 겹쳐요: ‘nurse’. 합치거나 다르게 적어 주세요.",
        caught.value,
    )


def test_a_reader_of_a_third_language_gets_english() -> None:
    with pytest.raises(InputError) as caught:
        clean("")
    assert caught.value.message("fr") == caught.value.message("en") == str(caught.value)


@given(PLAIN_TEXT.filter(lambda text: unicodedata.normalize("NFKC", text).strip() != ""))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert unicodedata.is_normalized("NFKC", once)


@given(st.text(max_size=200))
def test_any_text_is_either_cleaned_or_refused_with_a_reason(text: str) -> None:
    result = outcome(text)
    assert result in {"empty", "control_characters"} or result.startswith("cleaned:")
    assert not {c for c in result if unicodedata.category(c) == "Cf"} - {"\u200d"}


@given(st.integers(1, MAX_PARTY_COUNT), st.floats(0, 1))
def test_every_possible_party_is_kept_as_given(count: int, vulnerability: float) -> None:
    party = Party(name="people", count=count, vulnerability=vulnerability)
    assert (party.count, party.vulnerability) == (count, vulnerability)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=3), min_size=2, max_size=8, unique=True))
def test_distinct_options_are_kept_in_their_order(names: list[str]) -> None:
    assert [option.name for option in Dilemma(situation="x", options=options(*names)).options] == names
