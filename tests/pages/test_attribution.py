"""Attribution, on a tiny model with random weights: what it says means nothing, how the page says it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.plan import ON_REQUEST
from redheart_core.inference.engine import RedHeart, load_model
from redheart_core.vocabulary.advice import HELP_NOTICE
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import HOSTILE, fake_model
from tests.pages.conftest import OpenPage
from tests.pages.reading import StoppedWork, page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import explanations, tasks
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.widgets import attribution_comparisons

TEXT = "I lied to my friend and felt guilty, sad and so alone."
FEW_STEPS = "attribution.option.integrated_gradients.steps"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    return load_model(str(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny") / "model")))


@pytest.fixture(autouse=True)
def _tiny_weights(monkeypatch: pytest.MonkeyPatch, _fake_weights: None, tiny: RedHeart) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: tiny)


def find_words(app: AppTest, text: str = TEXT) -> AppTest:
    app.text_area(key="attribution.text").set_value(text)
    return press(app, "attribution.run")


def answer_with(monkeypatch: pytest.MonkeyPatch, make: Callable[[Attribution], Attribution]) -> None:
    """Let the page get another answer than the true one."""

    def answer(*args: Any, **options: Any) -> Attribution:
        return make(attribute(*args, **options))

    monkeypatch.setattr(explanations, "attribute", answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_empty_and_says_what_to_do(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("attribution", language)
    assert not app.exception
    assert say("attribution.empty.title", language) in page_text(app)
    assert [button.key for button in app.button if button.proto.type == "primary"] == ["attribution.run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_stand_there_with_their_verdict_and_their_source(open_page: OpenPage, language: UiLanguage) -> None:
    app = find_words(open_page("attribution", language))
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert say("attribution.trust.heading", language) in text
    assert say("attribution.source.goemotions", language) in text
    assert any('class="rh-map' in body and "guilty" in body for body in raw_html(app))
    assert any('<section class="rh-trust' in body for body in raw_html(app))
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", ["checks", "views", "numbers"])
def test_every_layer_opens_in_one_click_and_the_verdict_stays(
    open_page: OpenPage, layer: str, language: UiLanguage
) -> None:
    app = find_words(open_page("attribution", language))
    app.button_group(key="attribution.layer").set_value(layer).run()
    assert not app.exception
    assert not app.error
    assert any('<section class="rh-trust' in body for body in raw_html(app))
    if layer == "checks":
        assert say("attribution.trust.cannot_cause", language) in page_text(app)
    if layer == "numbers":
        assert any("redheart attribute" in code.value for code in app.code)


def test_scores_that_do_not_add_up_turn_the_panel_red_with_a_word_and_a_mark(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, lambda true: replace(true, scores=tuple(3 * score + 1 for score in true.scores)))
    app = find_words(open_page("attribution", "en"))
    (panel,) = [body for body in raw_html(app) if '<section class="rh-trust' in body]
    assert "rh-trust-failed" in panel
    assert f"✗</span> {say('attribution.trust.short_failed', 'en')}" in panel
    assert "✗ fails" in panel
    assert "Do not rely on this picture. Failed: Do the scores add up?" in page_text(app)
    for layer in ("checks", "views", "numbers"):
        app.button_group(key="attribution.layer").set_value(layer).run()
        assert any("rh-trust-failed" in body for body in raw_html(app))


def test_the_address_repeats_the_choices_and_never_the_text(open_page: OpenPage) -> None:
    app = open_page("attribution", "en")
    app.selectbox(key="attribution.method").set_value("saliency").run()
    app.selectbox(key="attribution.target").set_value("kote/슬픔").run()
    app.selectbox(key="attribution.baseline").set_value("text").run()
    app.text_area(key="attribution.baseline_text").set_value("Nothing happened.").run()
    find_words(app)
    said = {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}
    assert said == {"lang": "en", "target": "kote/슬픔", "method": "saliency", "baseline": "text", "unit": "logit"}


def test_an_address_is_understood_in_either_language(open_page: OpenPage) -> None:
    for language in LANGUAGES:
        app = open_page("home", language)
        app.query_params.update({"target": "emotion/joy", "than": "emotion/anger", "method": "input_x_gradient"})
        app.switch_page("pages/attribution.py").run()
        assert app.selectbox(key="attribution.target").value == "emotion/joy"
        assert app.selectbox(key="attribution.contrast").value == "emotion/anger"
        assert app.selectbox(key="attribution.method").value == "input_x_gradient"


def test_an_untrained_output_in_the_address_is_refused_by_name(open_page: OpenPage) -> None:
    app = open_page("home", "en")
    app.query_params["target"] = "outcome/realistic"
    app.switch_page("pages/attribution.py").run()
    refusal = say("attribution.input.refused", "en", target="realistic")
    assert app.error[0].value == markdown_literal(refusal)
    assert "outcome/realistic" not in app.selectbox(key="attribution.target").options
    app.checkbox(key="attribution.untrained").check().run()
    app.selectbox(key="attribution.target").set_value("outcome/realistic").run()
    find_words(app)
    assert say("attribution.lead.untrained", "en") in page_text(app)


def test_a_name_that_does_not_exist_is_said_and_nothing_breaks(open_page: OpenPage) -> None:
    app = open_page("home", "ko")
    app.query_params.update({"method": "<script>", "unit": "inches", "steps": "many"})
    app.switch_page("pages/attribution.py").run()
    assert not app.exception
    assert len(app.error) == 2
    assert app.selectbox(key="attribution.method").value == "integrated_gradients"


def test_a_contrast_explains_the_difference_of_two_outputs(open_page: OpenPage) -> None:
    app = open_page("attribution", "en")
    app.selectbox(key="attribution.contrast").set_value("emotion/joy").run()
    find_words(app)
    assert "sadness rather than joy" in page_text(app)


def test_the_cost_stands_there_before_anything_runs(open_page: OpenPage) -> None:
    app = open_page("attribution", "en")
    assert say("attribution.input.cost_unknown", "en") in page_text(app)
    app.text_area(key="attribution.text").set_value(TEXT).run()
    app.number_input(key=FEW_STEPS).set_value(8).run()
    assert "Evaluates the model 8 times." in page_text(app)


def test_stopping_the_work_keeps_nothing_and_does_not_begin_again(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = StoppedWork()
    monkeypatch.setattr(explanations, "attribute", endless)
    app = find_words(open_page("attribution", "en"))
    assert endless.begun == [True]
    press(app, "attribution.stop_words")
    assert endless.begun == [True]
    assert say("attribution.progress.cancelled", "en") in page_text(app)
    assert say("attribution.empty.title", "en") in page_text(app)
    assert app.text_area(key="attribution.text").value == TEXT


def test_stopped_checks_leave_the_words_and_a_panel_that_promises_nothing(open_page: OpenPage) -> None:
    app = find_words(open_page("attribution", "en"))
    app.session_state[Key.ATTRIBUTION_STOPPED] = frozenset({tasks.TRUST})
    app.run()
    (panel,) = [body for body in raw_html(app) if '<section class="rh-trust' in body]
    assert "rh-trust-pending" in panel
    assert "✓" not in panel
    press(app, "attribution.run_trust")
    assert not any("rh-trust-pending" in body for body in raw_html(app))


def test_costly_checks_say_what_they_cost_and_run_on_request(open_page: OpenPage) -> None:
    app = open_page("attribution", "en")
    app.number_input(key=FEW_STEPS).set_value(2).run()
    find_words(app)
    app.button_group(key="attribution.layer").set_value("checks").run()
    assert "Evaluates the model" in page_text(app)
    press(app, "attribution.run_costly")
    assert not app.exception
    assert say("attribution.trust.costly_done", "en") in page_text(app)
    (panel,) = [body for body in raw_html(app) if '<section class="rh-trust' in body]
    for check in ON_REQUEST:
        assert f'{say(f"attribution.check.{check.value}", "en")}<span class="rh-check-detail">' in panel


def test_words_by_method_and_by_layer_come_on_request(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = ("input_x_gradient", "feature_ablation")
    monkeypatch.setattr(attribution_comparisons, "METHODS", {name: METHODS[name] for name in quick})
    app = find_words(open_page("attribution", "ko"))
    app.button_group(key="attribution.layer").set_value("views").run()
    assert not app.get("plotly_chart")
    press(app, "attribution.run_methods")
    press(app, "attribution.run_layers")
    assert not app.exception
    figures = app.get("plotly_chart")
    assert len(figures) == 2
    assert all(figure.proto.alt for figure in figures)


def test_pieces_can_be_shown_instead_of_words(open_page: OpenPage) -> None:
    app = find_words(open_page("attribution", "en"))
    app.toggle(key="attribution.pieces").set_value(True).run()
    assert not app.exception
    assert any("[CLS]" in body for body in raw_html(app))


def test_hostile_text_is_never_html(open_page: OpenPage) -> None:
    app = find_words(open_page("attribution", "en"), f"I am sad. {HOSTILE}".replace("\u202e", ""))
    for layer in ("words", "checks", "numbers"):
        app.button_group(key="attribution.layer").set_value(layer).run()
        assert not app.exception
        assert not any("<script>" in body or "<b>" in body for body in raw_html(app))
        assert all("<script>" not in figure.proto.spec for figure in app.get("plotly_chart"))


def test_self_harm_shows_the_help_notice_and_ranks_nothing(open_page: OpenPage) -> None:
    app = find_words(open_page("attribution", "ko"), "더는 살고 싶지 않아서 자살을 생각하고 있어요.")
    assert HELP_NOTICE.text("ko") in page_text(app)
    assert not any('class="rh-map' in body for body in raw_html(app))


@pytest.mark.parametrize(("text", "expected"), [("", "비어 있어요"), ("나쁜 글\x07", "제어 문자")])
def test_bad_input_is_answered_and_stays(open_page: OpenPage, text: str, expected: str) -> None:
    app = find_words(open_page("attribution", "ko"), text)
    assert not app.exception
    assert expected in app.error[0].value
    assert app.text_area(key="attribution.text").value == text


def test_rules_without_a_network_are_nothing_to_explain(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: fake_model())
    app = open_page("attribution", "en")
    assert not app.exception
    assert "Load a checkpoint" in app.error[0].value


def test_the_language_changes_and_what_was_asked_stays(open_page: OpenPage) -> None:
    app = find_words(open_page("attribution", "ko"))
    app.button_group(key="frame.language").set_value("en").run()
    assert "What raised" in page_text(app) or "No word raised" in page_text(app)


def test_the_numbers_name_the_checkpoint(open_page: OpenPage, tiny: RedHeart) -> None:
    app = find_words(open_page("attribution", "en"))
    app.button_group(key="attribution.layer").set_value("numbers").run()
    assert str(tiny.checkpoint_sha256) in page_text(app)
