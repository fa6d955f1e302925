"""Emotion."""

import pytest
from streamlit.testing.v1 import AppTest

import redheart_core
from tests.fakes import HOSTILE, fake_model
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say

TEXT = "오늘 정말 힘든 하루였어요..."


def read(app: AppTest, text: str = TEXT) -> AppTest:
    app.text_area(key="emotion.text").set_value(text)
    return press(app, "emotion.run")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_empty_and_says_what_to_do(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("emotion", language)
    assert not app.exception
    assert say("emotion.empty.title", language) in page_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_passage_shows_its_words_its_figures_and_its_source(open_page: OpenPage, language: UiLanguage) -> None:
    app = read(open_page("emotion", language))
    assert not app.exception
    assert any('class="rh-mark rh-raises"' in body and "힘든" in body for body in raw_html(app))
    assert say("emotion.result.source", language) in page_text(app)
    assert len(app.get("plotly_chart")) == 3


def test_the_suggestion_opens_only_on_request_with_confidence_and_source(open_page: OpenPage) -> None:
    reason = fake_model().analyze(TEXT, language="ko").recommendation.reason
    app = read(open_page("emotion", "ko"))
    assert reason not in page_text(app)
    press(app, "emotion.reveal")
    after = page_text(app)[page_text(app).index(reason) :]
    assert say("emotion.result.source", "ko") in after
    assert "신뢰도" in after


def test_the_korean_profile_lists_its_concepts(open_page: OpenPage) -> None:
    app = open_page("emotion", "ko")
    app.selectbox(key="emotion.profile").set_value("korean")
    read(app, "가슴에 맺힌 한이 풀리지 않아요. 체면 때문에 말도 못 했어요.")
    assert not app.exception
    assert say("emotion.result.concepts", "ko") in page_text(app)


@pytest.mark.parametrize("layer", ["trust", "trace"])
def test_every_layer_opens_in_one_click(open_page: OpenPage, layer: str) -> None:
    app = read(open_page("emotion", "en"), "I am so sad and tired today.")
    app.button_group(key="emotion.layer").set_value(layer).run()
    assert not app.exception


def test_missing_neural_parts_are_named_instead_of_drawn(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: fake_model(()))
    app = read(open_page("emotion", "ko"))
    assert not app.exception
    assert say("emotion.result.vad_missing", "ko") in page_text(app)


@pytest.mark.parametrize(("text", "expected"), [("", "비어 있어요"), ("\x00나쁜 글", "제어 문자"), ("😀😀😀", "")])
def test_bad_input_is_answered_and_stays(open_page: OpenPage, text: str, expected: str) -> None:
    app = read(open_page("emotion", "ko"), text)
    assert not app.exception
    assert expected in app.error[0].value
    assert app.text_area(key="emotion.text").value == text


def test_hostile_text_is_never_html(open_page: OpenPage) -> None:
    app = read(open_page("emotion", "en"), f"I am sad. {HOSTILE}")
    assert not app.exception
    assert not any("<script>" in body for body in raw_html(app))
    assert any("&lt;script&gt;" in body for body in raw_html(app))
