"""Dilemma."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.errors import CheckpointError
from redheart_core.vocabulary.dilemma import Dilemma
from redheart_core.vocabulary.presets import PresetDilemma, load_presets
from tests.fakes import HOSTILE, fake_model, hostile_dilemma, ward_dilemma
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui.resources import PRESETS_FOLDER
from workbench.views import numbers

PRESETS = load_presets(PRESETS_FOLDER)


def fill(app: AppTest, dilemma: Dilemma) -> AppTest:
    app.text_area(key="dilemma.situation").set_value(dilemma.situation)
    for number, option in enumerate(dilemma.options):
        app.text_area(key=f"dilemma.option.{number}").set_value(option.name)
    return app.run()


def work_out(app: AppTest, dilemma: Dilemma) -> AppTest:
    return press(fill(app, dilemma), "dilemma.run")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_empty_and_says_what_to_do(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("dilemma", language)
    assert not app.exception
    assert say("dilemma.empty.title", language) in page_text(app)
    assert [button.key for button in app.button if button.proto.type == "primary"] == ["dilemma.run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_layer_shows_both_sides_and_the_fields_fold(open_page: OpenPage, language: UiLanguage) -> None:
    app = work_out(open_page("dilemma", language), ward_dilemma())
    assert not app.exception
    text = page_text(app)
    assert say("dilemma.result.speaks_for", language) in text
    assert say("dilemma.result.source", language) in text
    assert "dilemma.situation" not in [area.key for area in app.text_area]
    press(app, "dilemma.edit")
    assert app.text_area(key="dilemma.situation").value == ward_dilemma().situation


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_no_preset_shows_a_recommendation_before_the_request_or_without_uncertainty_and_source(
    open_page: OpenPage, preset: PresetDilemma
) -> None:
    language: UiLanguage = "ko" if preset.language.value == "ko" else "en"
    evaluation = fake_model().evaluate_ethics(preset.dilemma, language=language)
    app = open_page("home", language)
    press(app, f"home.preset.{preset.id}")
    press(app, "dilemma.run")
    assert not app.exception
    if evaluation.help_notice:
        assert evaluation.help_notice in page_text(app)
        return
    assert evaluation.recommendation.reason not in page_text(app)
    press(app, "dilemma.reveal")
    text = page_text(app)
    chosen = evaluation.recommendation.option
    shown = [o for o in evaluation.options if chosen is None or o.name == chosen]
    assert evaluation.recommendation.reason in text
    assert all(numbers.interval(o.ethical_score, *o.interval) in text for o in shown)
    after = text[text.index(evaluation.recommendation.reason) :]
    assert say("dilemma.result.source", language) in after
    assert numbers.score(evaluation.confidence.value) in after


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", ["pictures", "trust", "trace"])
def test_every_layer_opens_in_one_click(open_page: OpenPage, layer: str, language: UiLanguage) -> None:
    app = work_out(open_page("dilemma", language), ward_dilemma())
    app.button_group(key="dilemma.layer").set_value(layer).run()
    assert not app.exception
    if layer == "pictures":
        figures = app.get("plotly_chart")
        assert len(figures) == 5
        assert all(figure.proto.alt for figure in figures)
    if layer == "trust":
        assert say("dilemma.trust.cannot_first", language) in page_text(app)


def test_the_trust_layer_names_the_seed_of_the_order_and_the_refused_parts(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: fake_model(()))
    app = work_out(open_page("dilemma", "en"), ward_dilemma())
    app.button_group(key="dilemma.layer").set_value("trust").run()
    text = page_text(app)
    assert "drawn from the seed" in text
    assert "English emotion categories (GoEmotions)" in text


@pytest.mark.parametrize(
    ("changed", "ko", "en"),
    [
        ("", "상황 설명", "situation"),
        ("a" * 20_001, "20,001자", "20,001 characters"),
        ("나쁜 글\x07", "제어 문자", "control characters"),
    ],
)
def test_bad_input_is_answered_in_the_readers_language_and_what_was_typed_stays(
    open_page: OpenPage, changed: str, ko: str, en: str
) -> None:
    for language, expected in (("ko", ko), ("en", en)):
        app = fill(open_page("dilemma", language), ward_dilemma())
        app.text_area(key="dilemma.situation").set_value(changed)
        press(app, "dilemma.run")
        assert not app.exception
        assert expected.split(",")[0] in app.error[0].value
        assert app.text_area(key="dilemma.situation").value == changed
        assert app.text_area(key="dilemma.option.0").value == ward_dilemma().options[0].name


def test_two_identical_options_are_refused(open_page: OpenPage) -> None:
    app = fill(open_page("dilemma", "en"), ward_dilemma())
    app.text_area(key="dilemma.option.1").set_value(ward_dilemma().options[0].name)
    press(app, "dilemma.run")
    assert "the same" in app.error[0].value


def test_impossible_party_counts_are_refused(open_page: OpenPage) -> None:
    for count in (-1, 10**12):
        app = fill(open_page("dilemma", "en"), ward_dilemma())
        press(app, "dilemma.add_party")
        app.text_input[0].set_value("Patients")
        app.number_input[0].set_value(count)
        press(app, "dilemma.run")
        assert "“Patients” has" in app.error[0].value


def test_eight_options_fit_and_a_ninth_cannot_be_added(open_page: OpenPage) -> None:
    app = open_page("dilemma", "en")
    for _ in range(6):
        press(app, "dilemma.add_option")
    assert len([area for area in app.text_area if area.key != "dilemma.situation"]) == 8
    assert app.button(key="dilemma.add_option").disabled


def test_a_removed_option_takes_its_text_with_it(open_page: OpenPage) -> None:
    app = fill(open_page("dilemma", "en"), ward_dilemma())
    press(app, "dilemma.add_option")
    press(app, "dilemma.remove_option.0")
    texts = [area.value for area in app.text_area if area.key != "dilemma.situation"]
    assert texts == [ward_dilemma().options[1].name, ""]


def test_what_was_typed_survives_another_page_and_another_language(open_page: OpenPage) -> None:
    app = fill(open_page("dilemma", "ko"), ward_dilemma())
    app.switch_page("pages/emotion.py").run()
    app.button_group(key="frame.language").set_value("en").run()
    app.switch_page("pages/dilemma.py").run()
    assert app.text_area(key="dilemma.situation").value == ward_dilemma().situation
    assert app.text_area(key="dilemma.option.1").value == ward_dilemma().options[1].name


def test_what_was_typed_never_reaches_the_address(open_page: OpenPage) -> None:
    app = work_out(open_page("dilemma", "ko"), ward_dilemma())
    assert set(app.query_params) == {"lang"}


def test_self_harm_shows_the_help_notice_and_ranks_nothing(open_page: OpenPage) -> None:
    harm = Dilemma(situation="더는 살고 싶지 않아서 자살을 생각하고 있어요.", options=ward_dilemma().options)
    app = work_out(open_page("dilemma", "ko"), harm)
    notice = fake_model().evaluate_ethics(harm, language="ko").help_notice
    assert notice is not None
    assert notice in page_text(app)
    assert "dilemma.reveal" not in [button.key for button in app.button]
    assert not app.button_group or all(group.key != "dilemma.layer" for group in app.button_group)
    app.switch_page("pages/trace.py").run()
    assert not app.exception
    assert "option.0.ethical_score" not in page_text(app)


def test_hostile_text_is_never_html(open_page: OpenPage) -> None:
    app = work_out(open_page("dilemma", "en"), hostile_dilemma())
    for layer in ("tradeoff", "pictures", "trust", "trace"):
        app.button_group(key="dilemma.layer").set_value(layer).run()
        assert not app.exception
        assert not any("<script>" in body or "<img" in body for body in raw_html(app))
        assert all("<script>" not in figure.proto.spec for figure in app.get("plotly_chart"))
    assert HOSTILE[:20] in page_text(app)


def test_weights_that_are_all_zero_are_refused(open_page: OpenPage) -> None:
    app = fill(open_page("dilemma", "ko"), ward_dilemma())
    for slider in app.slider[:3]:
        slider.set_value(0.0)
    press(app, "dilemma.run")
    assert "0" in app.error[0].value
    assert not app.exception


def test_missing_weights_keep_what_was_typed(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise CheckpointError("the weights are gone")

    app = fill(open_page("dilemma", "en"), ward_dilemma())
    monkeypatch.setattr(redheart_core, "load_model", missing)
    st.cache_resource.clear()
    press(app, "dilemma.run")
    assert "the weights are gone" in app.error[0].value.replace("\u2060", "").replace("\\", "")
    press(app, "dilemma.edit")
    assert app.text_area(key="dilemma.situation").value == ward_dilemma().situation
