"""Labelled cases, on a tiny model with random weights: how the page says it, not what."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.inference.chunk_build import BuildRequest, build_chunks
from redheart_core.inference.engine import RedHeart, load_model
from tests.checkpoints import SENTENCES, make_tiny_checkpoint
from tests.datasets import write_small_data
from tests.fakes import HOSTILE
from tests.pages.conftest import OpenPage
from tests.pages.reading import StoppedWork, page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import cases, checkpoint_choice
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key

TEXT = "I lied to my friend and felt guilty."
JUDGED = "text,label,context\nI lied to her.,no,A friend asked.\nI told the truth.,yes,\nI kept my promise.,yes,\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> RedHeart:
    return load_model(str(folder))


@pytest.fixture(autouse=True)
def _tiny_weights(monkeypatch: pytest.MonkeyPatch, _fake_weights: None, tiny: RedHeart, folder: Path) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: tiny)
    monkeypatch.setattr(checkpoint_choice, "SERVED", str(folder))
    monkeypatch.setattr(cases, "DATA", None)
    monkeypatch.setattr(cases, "CHUNKS", None)


def open_cases(open_page: OpenPage, language: UiLanguage) -> AppTest:
    """Explain a text by a quick method and open the view."""
    app = open_page("attribution", language)
    app.selectbox(key="attribution.method").set_value("input_x_gradient").run()
    app.text_area(key="attribution.text").set_value(TEXT)
    app.session_state[Key.ATTRIBUTION_LAYER] = "cases"
    return press(app, "attribution.run")


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    return app.file_uploader(key=Key.CASES_UPLOAD).set_value((name, content, "text/csv")).run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_data_the_page_says_how_to_get_it_and_a_file_of_ones_own_works(
    open_page: OpenPage, language: UiLanguage
) -> None:
    app = open_cases(open_page, language)
    assert not app.exception
    assert any("redheart data fetch" in code.value for code in app.code)
    assert any("redheart chunks build" in code.value for code in app.code)
    upload(app, "mine.csv", JUDGED.encode())
    assert say("cases.input.count", language, count="3", given="3") in page_text(app)
    press(app, "cases.run")
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert say("cases.cannot.step", language) in text
    assert "I lied to her." in text
    assert say("cases.label.no", language) in text


def test_data_on_the_machine_is_offered_for_the_outputs_that_it_is_about(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cases, "DATA", str(write_small_data(tmp_path)))
    app = open_cases(open_page, "en")
    assert app.session_state[Key.CASES_SOURCE] == "goemotions_en"
    press(app, "cases.run")
    assert not app.exception
    assert not app.error
    assert say("cases.influence.heading", "en") in page_text(app)


def test_a_store_on_the_machine_is_searched_as_well(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path
) -> None:
    source, store = tmp_path / "cases.txt", tmp_path / "chunks"
    source.write_text("\n".join((*SENTENCES, TEXT)))
    build_chunks(BuildRequest(source=source, directory=store, model=str(folder)), on_chunk=lambda *_: None)
    monkeypatch.setattr(cases, "CHUNKS", str(store))
    app = open_cases(open_page, "ko")
    assert not app.exception
    assert not app.error
    assert say("cases.store.text", "ko") in page_text(app)
    assert sum(TEXT in body for body in raw_html(app) if "rh-table" in body) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"words,verdict\nA,yes\n", "No row of the file can be used"),
        (b"text,label\nA,yes\nB,true\n", "have the same answer"),
        (b"text,label\nA,yes\n", "at least 2 are needed"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_answered(open_page: OpenPage, content: bytes, expected: str) -> None:
    app = upload(open_cases(open_page, "en"), "mine.csv", content)
    assert not app.exception
    assert markdown_literal(expected) in app.error[0].value


def test_a_difference_of_outputs_has_no_labels(open_page: OpenPage) -> None:
    app = open_cases(open_page, "en")
    app.selectbox(key="attribution.contrast").set_value("emotion/joy").run()
    press(app, "attribution.run")
    assert say("cases.no_output", "en") in page_text(app)


def test_cases_that_speak_of_self_harm_are_left_out(open_page: OpenPage) -> None:
    app = open_cases(open_page, "en")
    upload(app, "mine.csv", f"{JUDGED}I want to kill myself tonight.,no,\n".encode())
    assert say("cases.input.left_out", "en", count="1") in page_text(app)
    press(app, "cases.run")
    assert "kill myself" not in page_text(app)


def test_hostile_cases_stay_text(open_page: OpenPage) -> None:
    rows = f'text,label\n"{HOSTILE.replace(chr(34), chr(34) * 2)}",yes\nI lied.,no\n'
    app = press(upload(open_cases(open_page, "en"), "mine.csv", rows.encode()), "cases.run")
    assert not app.exception
    assert not app.error
    assert "alert(1)" in page_text(app)
    assert not any("<script>" in body or "<b>b</b>" in body for body in raw_html(app))


def test_what_is_stopped_keeps_nothing_and_does_not_begin_again(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = StoppedWork()
    monkeypatch.setattr(cases, "influential_cases", endless)
    app = press(upload(open_cases(open_page, "en"), "mine.csv", JUDGED.encode()), "cases.run")
    press(app, "cases.stop")
    assert endless.begun == [True]
    assert say("attribution.progress.cancelled", "en") in page_text(app)
    assert app.button(key="cases.run")
