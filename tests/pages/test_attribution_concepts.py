"""Many texts, on a tiny model with random weights: what it says means nothing, how the page says it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.explain.concepts.texts import example_passages
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.vocabulary.advice import HELP_NOTICE
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import HOSTILE
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import concept_measures, saliency_groups
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key

TEXT = "I lied to my friend and felt guilty."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    return load_model(str(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "model")))


@pytest.fixture(autouse=True)
def _tiny_weights(monkeypatch: pytest.MonkeyPatch, _fake_weights: None, tiny: RedHeart) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: tiny)


def open_concepts(open_page: OpenPage, language: UiLanguage) -> AppTest:
    """Explain a text by a quick method and open the view."""
    app = open_page("attribution", language)
    app.selectbox(key="attribution.method").set_value("input_x_gradient").run()
    app.text_area(key="attribution.text").set_value(TEXT)
    app.session_state[Key.ATTRIBUTION_LAYER] = "concepts"
    return press(app, "attribution.run")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cost_comes_first_then_six_concepts_with_what_they_cannot_tell(
    open_page: OpenPage, language: UiLanguage
) -> None:
    app = open_concepts(open_page, language)
    press(app, "concepts.example")
    count = len(example_passages()[language])
    assert f"{800 + count}" in page_text(app)
    assert not app.get("plotly_chart")
    press(app, "concepts.run")
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert say("concepts.cannot.use", language) in text
    assert say("concepts.cannot.chance", language) in text
    (figure,) = app.get("plotly_chart")
    assert all(label in figure.proto.alt for label in (("harm", "honesty") if language == "en" else ("해악", "정직")))


def test_one_text_is_no_population_and_what_was_typed_stays(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "en")
    app.text_area(key=Key.CONCEPT_TEXTS).set_value(f"{TEXT}\n\n{TEXT}").run()
    press(app, "concepts.run")
    assert not app.exception
    refusal = say("concepts.set.too_few", "en", count="1", least="8")
    assert app.error[0].value == markdown_literal(refusal)
    assert app.text_area(key=Key.CONCEPT_TEXTS).value == f"{TEXT}\n\n{TEXT}"


def test_a_change_of_the_texts_withdraws_what_was_asked(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "en")
    press(app, "concepts.run")
    assert app.error
    app.text_area(key=Key.CONCEPT_TEXTS).set_value("Another text.").run()
    assert not app.error
    assert app.button(key="concepts.run")


def test_a_set_that_speaks_of_self_harm_gets_the_notice_and_no_score(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "ko")
    lines = [*example_passages()["ko"], "더는 살고 싶지 않아서 자살을 생각하고 있어요."]
    app.text_area(key=Key.CONCEPT_TEXTS).set_value("\n".join(lines)).run()
    press(app, "concepts.run")
    assert HELP_NOTICE.text("ko") in page_text(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fall_into_groups_with_words_and_every_text_is_in_one(open_page: OpenPage, language: UiLanguage) -> None:
    app = press(open_concepts(open_page, language), "concepts.example")
    press(app, "groups.run")
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert say("groups.cannot.kind", language) in text
    (figure,) = app.get("plotly_chart")
    assert "1 · " in figure.proto.alt
    listed = [one for one in example_passages()[language] if one in text]
    assert len(listed) == len(example_passages()[language])


def test_an_uploaded_set_of_texts_fills_the_field(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "en")
    rows = "".join(f'{{"text": "Text number {n}.", "label": true}}\n' for n in range(9))
    app.file_uploader(key=Key.CONCEPT_UPLOAD).set_value(("mine.jsonl", rows.encode(), "application/json")).run()
    press(app, "concepts.use_upload")
    typed = app.text_area(key=Key.CONCEPT_TEXTS).value
    assert typed.splitlines() == [f"Text number {n}." for n in range(9)]


def test_an_upload_that_cannot_be_read_is_named_and_what_was_typed_stays(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "en")
    app.text_area(key=Key.CONCEPT_TEXTS).set_value("Mine.").run()
    app.file_uploader(key=Key.CONCEPT_UPLOAD).set_value(("../../x.csv", b"words\nA\n", "text/csv")).run()
    assert not app.exception
    assert markdown_literal("x.csv: the header has no column") in app.error[0].value
    assert ".." not in app.error[0].value.replace(markdown_literal(".."), "")
    assert app.text_area(key=Key.CONCEPT_TEXTS).value == "Mine."


@pytest.mark.parametrize(
    ("module", "work", "run", "stop"),
    [
        (concept_measures, "measure_concepts", "concepts.run", "concepts.stop"),
        (saliency_groups, "attribute", "groups.run", "groups.stop"),
    ],
)
def test_what_is_stopped_keeps_nothing_and_does_not_begin_again(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, module: Any, work: str, run: str, stop: str
) -> None:
    begun = []

    def endless(*_: Any, report: Callable[[int, int], None] | None = None, **__: Any) -> None:
        begun.append(True)
        st.stop()  # a press ends the visitor's script at such a point

    app = press(open_concepts(open_page, "en"), "concepts.example")
    monkeypatch.setattr(module, work, endless)
    press(app, run)
    press(app, stop)
    assert begun == [True]
    assert say("attribution.progress.cancelled", "en") in page_text(app)
    assert app.button(key=run)
    assert not app.get("plotly_chart")


def test_hostile_texts_stay_text(open_page: OpenPage) -> None:
    app = open_concepts(open_page, "en")
    lines = [f"{HOSTILE} number {n}" for n in range(9)]
    app.text_area(key=Key.CONCEPT_TEXTS).set_value("\n".join(lines)).run()
    press(app, "groups.run")
    assert not app.exception
    assert not app.error
    assert "alert(1)" in page_text(app)
    assert not any("<script>" in body or "<b>bold" in body or "<b>b</b>" in body for body in raw_html(app))
    assert all("<script>" not in figure.proto.spec for figure in app.get("plotly_chart"))
