import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.errors import InputError
from redheart_core.text.language import detect_language, english_words, require_supported
from redheart_core.vocabulary.language import Language


@pytest.mark.parametrize(
    "text",
    [
        "Exhausted.",
        "I lied to my boss",
        "Should I report him?",
        "Whistleblowing?",
        "Zxqv told Brnda that Kevin wuz lyng abt it but I dont care",
        "Omg im soooo tired lol",
        "Forgive him",
    ],
)
def test_short_english_with_names_and_typing_errors_is_english(text: str) -> None:
    assert detect_language(text) is Language.ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "Je ne sais pas si je dois dire la vérité à mon patron.",
        "Je suis fatigue",
        "Ich weiß nicht, ob ich meinem Chef die Wahrheit sagen soll.",
        "Wir haben in der Firma ein Problem",
        "No sé si debo decirle la verdad a mi jefe.",
        "Estoy muy cansado",
        "Non so se dovrei dire la verità al mio capo.",
        "Tôi không biết có nên nói sự thật với sếp không.",
        "Saya tidak tahu apakah saya harus mengatakan yang sebenarnya kepada bos saya.",
        "上司に嘘をつきました。",
        "我应该告诉老板真相吗？",
        "Стоит ли мне сказать правду?",
        "هل يجب أن أقول الحقيقة؟",
        "asdf qwer zxcv",
    ],
)
def test_other_languages_are_other(text: str) -> None:
    assert detect_language(text) is Language.OTHER


@pytest.mark.parametrize(
    "text", ["ㅠㅠ 힘들다", "ㅋㅋㅋ", "회사 CEO가 비리를 저질렀어요", "AI가 사람을 대신해도 될까요?"]
)
def test_korean_with_jamo_and_foreign_abbreviations_is_korean(text: str) -> None:
    assert detect_language(unicodedata.normalize("NFKC", text)) is Language.KOREAN


def test_korean_with_a_fifth_of_english_words_is_mixed() -> None:
    assert detect_language("오늘 너무 tired and stressed 해요") is Language.MIXED


@pytest.mark.parametrize("text", ["🙂🙂", "12 34", "!?…", "", "   "])
def test_text_without_letters_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(InputError, match="no words to read") as caught:
        require_supported(text)
    assert caught.value.code == "no_words"
    assert "낱말이 없고" in caught.value.message("ko")


def test_unsupported_language_is_refused_in_both_languages() -> None:
    with pytest.raises(InputError, match="does not look like Korean or English") as caught:
        require_supported("Je ne sais pas quoi faire demain matin.")
    assert caught.value.code == "unsupported_language"
    assert "한국어나 영어로 적어 주세요" in caught.value.message("ko")


def test_supported_language_is_returned() -> None:
    assert require_supported("부모님을 요양원에 모실까요?") is Language.KOREAN


def test_word_list_is_lower_case_sorted_and_of_the_stated_size() -> None:
    words = english_words()
    assert len(words) == 8_000
    assert all(word == word.lower() for word in words)
    assert {"i", "exhausted", "report", "lied"} <= words
    assert words.isdisjoint({"je", "ich", "saya", "nicht"})


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert detect_language(text) in Language
