"""Trace."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes import fake_model, ward_dilemma
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from workbench.copy import LANGUAGES, UiLanguage, say


def worked_out(app: AppTest) -> AppTest:
    dilemma = ward_dilemma()
    app.text_area(key="dilemma.situation").set_value(dilemma.situation)
    for number, option in enumerate(dilemma.options):
        app.text_area(key=f"dilemma.option.{number}").set_value(option.name)
    app.run()
    return press(app, "dilemma.run")


def uploaded(app: AppTest, data: bytes) -> AppTest:
    app.file_uploader(key="trace.upload").set_value(("trace.json", data, "application/json"))
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_empty_and_says_what_to_do(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("trace", language)
    assert not app.exception
    assert say("trace.empty.title", language) in page_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_chosen_on_the_dilemma_page_is_open_on_the_trace_page(open_page: OpenPage, language: UiLanguage) -> None:
    app = worked_out(open_page("dilemma", language))
    app.button_group(key="dilemma.layer").set_value("trace").run()
    app.selectbox(key="dilemma.step_choice").set_value("option.0.views").run()
    press(app, "dilemma.open_trace")
    assert not app.exception
    assert app.query_params["step"] in ("option.0.views", ["option.0.views"])
    assert say("operations.three_views.formula", language) in page_text(app)
    assert len(app.get("plotly_chart")) == 1


def test_an_input_of_a_step_leads_upstream_to_the_words(open_page: OpenPage) -> None:
    app = worked_out(open_page("dilemma", "ko"))
    app.session_state["trace.step"] = "option.0.hedonic"
    app.switch_page("pages/trace.py").run()
    press(app, "trace.up.option.0.hedonic.base")
    assert not app.exception
    assert say("operations.hedonic_base.formula", "ko") in page_text(app)


def test_search_narrows_the_steps(open_page: OpenPage) -> None:
    app = worked_out(open_page("dilemma", "en"))
    app.switch_page("pages/trace.py").run()
    everything = len(app.dataframe[0].value)
    app.text_input(key="trace.search").set_value("external").run()
    assert 0 < len(app.dataframe[0].value) < everything
    app.text_input(key="trace.search").set_value("nothing is called this").run()
    assert say("trace.no_match", "en") in page_text(app)


def test_recomputing_confirms_a_trace_and_names_the_step_that_was_changed(open_page: OpenPage) -> None:
    document = fake_model().evaluate_ethics(ward_dilemma(), language="ko").trace.to_dict()
    app = uploaded(open_page("trace", "en"), json.dumps(document).encode())
    press(app, "trace.verify")
    assert not app.exception
    assert app.success
    step = next(step for step in document["final_output"] if step["id"] == "option.0.ethical_score")
    step["output"] += 0.25
    uploaded(app, json.dumps(document).encode())
    press(app, "trace.verify")
    assert "option\\.\u20600\\.\u2060ethical\\_score" in app.error[0].value


@pytest.mark.parametrize("data", [b"\xff\xfe", b"{", b"[]", b'{"schema": "redheart.trace/1"}', b"[" * 100_000])
def test_a_file_that_is_no_trace_is_refused_in_both_languages(open_page: OpenPage, data: bytes) -> None:
    for language in LANGUAGES:
        app = uploaded(open_page("trace", language), data)
        assert not app.exception
        assert app.error
        assert ("파일" in app.error[0].value) == (language == "ko")


def test_a_whole_result_can_be_opened_too(open_page: OpenPage) -> None:
    result = fake_model().analyze("오늘 정말 힘든 하루였어요...", language="ko").to_dict()
    app = uploaded(open_page("trace", "ko"), json.dumps(result).encode())
    assert not app.exception
    assert len(app.dataframe) == 1
