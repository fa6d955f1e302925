"""From the dilemma and the emotions to the words behind a score: the text travels, the address tells nothing."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.inference.engine import RedHeart, load_model
from tests.checkpoints import make_tiny_checkpoint
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from tests.pages.test_option_contrast import own
from workbench.copy import say
from workbench.ui import explanations
from workbench.ui.session import Key

SITUATION, OPTIONS = "I lied to my boss.", ("Tell the truth.", "Stay silent.", "Resign.")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    return load_model(str(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "model")))


@pytest.fixture(autouse=True)
def _tiny_weights(monkeypatch: pytest.MonkeyPatch, _fake_weights: None, tiny: RedHeart) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: tiny)


def open_dilemma(open_page: OpenPage) -> AppTest:
    app = open_page("dilemma", "en")
    app.session_state[Key.DILEMMA_REQUEST] = own(SITUATION, *OPTIONS)
    return app.run()


def stay(app: AppTest) -> AppTest:
    """Stay where the app led: AppTest runs the page before it again."""
    assert not app.exception
    return app.switch_page("pages/attribution.py").run()


def test_an_option_arrives_with_its_situation_and_with_the_people_it_affects(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanations, "attribute", lambda *_, **__: st.stop())
    app = stay(press(open_dilemma(open_page), "dilemma.words.B"))
    assert app.text_area(key=Key.ATTRIBUTION_TEXT).value in OPTIONS
    assert app.text_area(key=Key.ATTRIBUTION_CONTEXT).value == SITUATION
    assert app.selectbox(key=Key.ATTRIBUTION_TARGET).value == "option/score"
    assert SITUATION not in str(dict(app.query_params))
    press(app, "attribution.run")
    assert not app.exception
    assert not app.error
    request = app.session_state[Key.ATTRIBUTION_REQUEST]
    assert [party.name for party in request.case.parties] == ["the boss"]
    app.text_area(key=Key.ATTRIBUTION_TEXT).set_value("Something else.").run()
    press(app, "attribution.run")
    assert app.session_state[Key.ATTRIBUTION_REQUEST].case is None


def test_two_options_arrive_ready_to_be_compared(open_page: OpenPage) -> None:
    app = stay(press(open_dilemma(open_page), "dilemma.contrast"))
    assert app.selectbox(key=Key.CONTRAST_DILEMMA).value == "own"
    assert [app.selectbox(key=key).value for key in (Key.CONTRAST_FIRST, Key.CONTRAST_SECOND)] == ["A", "B"]
    assert say("contrast.empty.title", "en") in page_text(app)
    assert say("attribution.back.dilemma", "en") in [link.proto.label for link in app.get("page_link")]


def test_a_passage_arrives_with_the_emotion_that_was_strongest_in_it(open_page: OpenPage) -> None:
    app = open_page("emotion", "ko")
    app.text_area(key=Key.PASSAGE_TEXT).set_value("약속을 어겨서 미안하고 슬퍼요.")
    press(app, "emotion.run")
    way = next(button for button in app.button if str(button.key).startswith("emotion.words."))
    stay(way.click().run())
    assert app.text_area(key=Key.ATTRIBUTION_TEXT).value == "약속을 어겨서 미안하고 슬퍼요."
    assert app.selectbox(key=Key.ATTRIBUTION_TARGET).value.split("/")[0] in {"kote", "emotion"}
    assert say("attribution.back.emotion", "ko") in [link.proto.label for link in app.get("page_link")]
