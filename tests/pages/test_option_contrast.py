"""Why one option and not another, on a tiny model with random weights: how the page says it, not what."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.explain.attribution.contrast import OptionContrast, contrast_options
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.vocabulary.advice import HELP_NOTICE
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import HOSTILE
from tests.pages.conftest import OpenPage
from tests.pages.reading import StoppedWork, page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import contrasts, tasks
from workbench.ui.literal import markdown_literal
from workbench.ui.requests import DilemmaRequest
from workbench.ui.session import Key

STEPS = "attribution.option.integrated_gradients.steps"
WEIGHTS = (0.2, 0.6, 0.2)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    return load_model(str(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "model")))


@pytest.fixture(autouse=True)
def _tiny_weights(monkeypatch: pytest.MonkeyPatch, _fake_weights: None, tiny: RedHeart) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: tiny)


def own(situation: str, *options: str) -> DilemmaRequest:
    dilemma = Dilemma(
        situation=situation, options=tuple(Option(name=name) for name in options), parties=(Party(name="the boss"),)
    )
    return DilemmaRequest(dilemma=dilemma, profile="neutral", view_weights=WEIGHTS, credences=(0.5, 0.25, 0.25))


def open_options(open_page: OpenPage, language: UiLanguage, request: DilemmaRequest | None = None) -> AppTest:
    app = open_page("attribution", language)
    if request is not None:
        app.session_state[Key.DILEMMA_REQUEST] = request
    app.button_group(key=Key.ATTRIBUTION_QUESTION).set_value("options").run()
    return app.number_input(key=STEPS).set_value(2).run()


def trust_boxes(app: AppTest) -> list[str]:
    return [body for body in raw_html(app) if '<section class="rh-trust' in body]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preset_and_two_options_give_words_with_a_side_their_sum_and_a_verdict(
    open_page: OpenPage, language: UiLanguage
) -> None:
    app = open_options(open_page, language)
    assert say("contrast.empty.title", language) in page_text(app)
    press(app, "contrast.run")
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert say("contrast.trust.difference", language) in text
    assert say("contrast.part.option", language, letter="B") in text
    assert len(trust_boxes(app)) == 1
    (figure,) = app.get("plotly_chart")
    assert figure.proto.alt
    said = {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}
    assert said["ask"] == "options"
    assert said["dilemma"].startswith(f"{language}-")
    assert (said["first"], said["second"]) == ("A", "B")
    assert "target" not in said


def test_the_dilemma_that_was_worked_out_is_offered_first_and_never_enters_the_address(open_page: OpenPage) -> None:
    app = open_options(open_page, "en", own("I lied to my boss.", "Tell the truth.", "Stay silent.", "Resign."))
    assert app.selectbox(key=Key.CONTRAST_DILEMMA).value == "own"
    app.selectbox(key=Key.CONTRAST_FIRST).set_value("C").run()
    press(app, "contrast.run")
    request = app.session_state[Key.CONTRAST_REQUEST]
    assert request.letters == ("C", "B")
    assert [party.name for party in request.first.case.parties] == ["the boss"]
    assert not {"dilemma", "first", "second"} & set(app.query_params)
    app.button_group(key=Key.CONTRAST_LAYER).set_value("numbers").run()
    assert any("Party(name='the boss'" in code.value for code in app.code)


def test_an_option_against_itself_is_answered(open_page: OpenPage) -> None:
    app = open_options(open_page, "ko")
    app.selectbox(key=Key.CONTRAST_SECOND).set_value("A").run()
    press(app, "contrast.run")
    assert app.error[0].value == markdown_literal(say("contrast.input.same", "ko", letter="A"))


def test_a_sum_that_misses_the_difference_turns_the_panel_red(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*args: Any, **options: Any) -> OptionContrast:
        true = contrast_options(*args, **options)
        return replace(true, first=replace(true.first, rest=true.first.rest + 1.0))

    monkeypatch.setattr(contrasts, "contrast_options", wrong)
    app = press(open_options(open_page, "en"), "contrast.run")
    (panel,) = trust_boxes(app)
    assert "rh-trust-failed" in panel
    assert say("contrast.trust.more_steps", "en") in page_text(app)


def test_hostile_words_stay_text_in_every_layer(open_page: OpenPage) -> None:
    hostile = own(f"I lied. {HOSTILE}", f"Tell him. {HOSTILE}", "Stay silent.")
    app = press(open_options(open_page, "en", hostile), "contrast.run")
    for layer in ("words", "checks", "numbers"):
        app.button_group(key=Key.CONTRAST_LAYER).set_value(layer).run()
        assert not app.exception
        assert not any("<script>" in body or "<b>" in body for body in raw_html(app))
        assert all("<script>" not in figure.proto.spec for figure in app.get("plotly_chart"))
    assert "alert" in page_text(app)


def test_stopping_gives_back_what_was_there_and_does_not_begin_again(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = StoppedWork()
    app = open_options(open_page, "en")
    monkeypatch.setattr(contrasts, "contrast_options", endless)
    press(app, "contrast.run")
    press(app, "contrast.stop")
    assert endless.begun == [True]
    assert say("attribution.progress.cancelled", "en") in page_text(app)
    assert say("contrast.empty.title", "en") in page_text(app)


def test_stopped_checks_leave_the_words_and_a_panel_that_promises_nothing(open_page: OpenPage) -> None:
    app = press(open_options(open_page, "en"), "contrast.run")
    app.session_state[Key.ATTRIBUTION_STOPPED] = frozenset({tasks.CONTRAST_TRUST})
    app.run()
    (panel,) = trust_boxes(app)
    assert "rh-trust-pending" in panel
    press(app, "contrast.run_trust")
    assert "rh-trust-pending" not in trust_boxes(app)[0]


def test_self_harm_shows_the_help_notice_and_ranks_nothing(open_page: OpenPage) -> None:
    request = own("더는 살고 싶지 않아서 자살을 생각하고 있어요.", "말한다.", "숨긴다.")
    app = press(open_options(open_page, "ko", request), "contrast.run")
    assert HELP_NOTICE.text("ko") in page_text(app)
    assert not any('class="rh-map' in body for body in raw_html(app))


def test_the_download_holds_both_attributions_and_the_verdict(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, Any] = {}
    monkeypatch.setattr(st, "download_button", lambda _, data, name, *__, **___: files.setdefault(name, data))
    app = press(open_options(open_page, "en"), "contrast.run")
    app.button_group(key=Key.CONTRAST_LAYER).set_value("numbers").run()
    content = json.loads(files["option-contrast.json"])
    words = [one["score"] for part in ("situation", "first_option", "second_option") for one in content[part]]
    assert sum(words) + content["rest"] == pytest.approx(content["sum"])
    assert content["trust"]["verdict"] in {"good", "doubtful", "failed", "not_applicable"}
    assert files["option-contrast.svg"].startswith("<svg")
