"""Concepts, on a tiny model with random weights: what it says means nothing, how the page says it does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.explain.concepts.texts import example_passages
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.vocabulary.advice import HELP_NOTICE
from tests.checkpoints import make_tiny_checkpoint
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from workbench.copy import LANGUAGES, UiLanguage, say
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
