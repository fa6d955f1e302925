"""Recommendation templates and notices: complete, gentle, and in both languages."""

import re

import pytest

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.advice import (
    ADVICE,
    HELP_NOTICE,
    HUMAN_NOTICE,
    NOTHING_STANDS_OUT,
    Advice,
    Notice,
    advice_for,
    check_advice,
)
from redheart_core.vocabulary.emotions import EMOTIONS

TEXTS: tuple[Advice | Notice, ...] = (*ADVICE, NOTHING_STANDS_OUT, HELP_NOTICE, HUMAN_NOTICE)
JUDGING_EN = re.compile(r"\b(should|must|ought|right(?! now)|wrong|always|never|great|well done)\b", re.IGNORECASE)
JUDGING_KO = re.compile(r"옳|그르|잘못|해야 해요|해야 합니다|반드시|절대|훌륭|대단|위험해요")


def template(identifier: str, *emotions: str) -> Advice:
    return Advice(id=identifier, emotions=emotions, ko="쉬어 보세요.", en="Rest.")


def test_fatigue_has_the_sentence_of_the_specification() -> None:
    fatigue = advice_for("fatigue")
    assert fatigue is not None
    assert fatigue.text("ko") == "충분한 휴식이 필요해 보입니다"


@pytest.mark.parametrize("emotion", sorted(set(EMOTIONS) - {"neutral"}))
def test_every_feeling_has_a_template_that_names_it(emotion: str) -> None:
    advice = advice_for(emotion)
    assert advice is not None
    assert emotion in advice.emotions


def test_neutral_has_no_template() -> None:
    assert advice_for("neutral") is None
    assert NOTHING_STANDS_OUT not in ADVICE


def test_unknown_emotion_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^Unknown emotion 'ennui'\. Known ones: admiration, "):
        advice_for("ennui")


def test_no_template_answers_pleasant_and_painful_feelings_alike() -> None:
    for advice in ADVICE:
        assert {EMOTIONS[name].valence for name in advice.emotions} != {1, -1}, advice.id


@pytest.mark.parametrize("shown", TEXTS, ids=lambda shown: getattr(shown, "id", "notice"))
def test_texts_are_calm_and_do_not_judge(shown: Advice | Notice) -> None:
    english, korean = shown.text("en"), shown.text("ko")
    assert not JUDGING_EN.search(english)
    assert not JUDGING_KO.search(korean)
    assert "!" not in english + korean
    assert re.search("[가-힣]", korean)
    assert not re.search("[가-힣]", english)


def test_korean_texts_are_in_polite_informal_style() -> None:
    for korean in [shown.text("ko") for shown in TEXTS[1:]]:
        for sentence in re.split(r"(?<=[.?]) ", korean):
            assert re.search(r"요[.?]$", sentence), sentence


def test_a_reader_of_a_third_language_gets_english() -> None:
    assert ADVICE[0].text("fr") == ADVICE[0].en
    assert HUMAN_NOTICE.text("fr") == HUMAN_NOTICE.en


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("contact", ["109", "1577-0199", "119", "112", "findahelpline.com"])
def test_help_notice_names_real_help(language: str, contact: str) -> None:
    assert re.search(rf"(?<!\d){re.escape(contact)}(?!\d)", HELP_NOTICE.text(language))


def test_help_notice_says_that_nothing_is_ranked() -> None:
    assert "no ranking or recommendation" in HELP_NOTICE.en
    assert "순위나 추천을 내지 않았어요" in HELP_NOTICE.ko


def test_human_notice_is_one_sentence_about_health_law_and_safety() -> None:
    assert HUMAN_NOTICE.en.count(".") == HUMAN_NOTICE.ko.count(".") == 1
    assert all(word in HUMAN_NOTICE.en for word in ("health", "law", "safety"))
    assert all(word in HUMAN_NOTICE.ko for word in ("건강", "법", "안전"))


def test_shipped_templates_pass_their_own_check() -> None:
    assert check_advice(ADVICE) == ADVICE


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (template("new", "rage"), "Unknown emotions: rage."),
        (template("new", "anger"), "Emotions answered twice: anger."),
        (template("new", "neutral"), "Emotions that no template may answer: neutral."),
        (template("fatigue"), "Template ids used twice: fatigue."),
    ],
)
def test_contradicting_templates_are_refused(extra: Advice, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        check_advice((*ADVICE, extra))


def test_an_emotion_left_without_a_template_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^Emotions without a template: fatigue\.$"):
        check_advice(ADVICE[1:])
