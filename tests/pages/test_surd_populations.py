"""The populations that the page of decompositions offers, each asked through the page and through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import redheart_core
from redheart_core.explain.surd.populations.stored import load_population, shipped_path
from redheart_core.inference.engine import load_model
from redheart_core.runs.recorder import recording
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from tests.pages.test_surd import Files, files, open_surd, printed_by
from tests.unit.runs.recorded import new_run, step
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui.session import Key

__all__ = ["files"]
TEXTS = [
    {"text": f"She {act} {count} people in the {place}.", "label": act in ("helps", "feeds")}
    for act in ("helps", "feeds", "hurts", "robs")
    for count in (2, 30)
    for place in ("street", "hospital", "market", "school")
]


@pytest.fixture
def _rules_alone(monkeypatch: pytest.MonkeyPatch, _fake_weights: None) -> None:
    monkeypatch.setattr(redheart_core, "load_model", lambda *_, **__: load_model("rules"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_study_is_there_when_the_page_opens(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_surd(open_page, language, population="study")
    assert not app.exception
    assert not app.error
    text = page_text(app)
    population = load_population(shipped_path())
    assert population.description.text(language) in text
    assert all(rule.text(language) in text for rule in population.notes)
    assert say("surd.caution.cause", language) in text
    assert len(app.get("plotly_chart")) == 4


def test_the_study_is_what_the_shown_command_prints(open_page: OpenPage, files: Files) -> None:
    app = open_surd(open_page, population="study")
    content = files.json(app)
    assert content["population"]["num_units"] == 999
    assert printed_by(app.code[0].value) == files.held["surd.download_json"]


def test_a_link_brings_back_the_question(open_page: OpenPage) -> None:
    app = open_page("home", "en")
    app.query_params.update(target="hedonic", sources="text.harm,text.benefit", bins="2", surrogates="199")
    app.switch_page("pages/surd.py")
    app.query_params.update(target="hedonic", sources="text.harm,text.benefit", bins="2", surrogates="199")
    app.run()
    assert "“words of harm” and “words of benefit”" in page_text(app).replace("\n", " ")
    assert app.query_params["sources"] == "text.harm,text.benefit"
    assert app.session_state[Key.SURD_BINS] == 2


def test_what_is_defined_from_others_is_listed(open_page: OpenPage) -> None:
    app = open_surd(open_page, population="study")
    press(app, "surd.suggestion.2")
    press(app, "surd.run")
    text = page_text(app)
    assert say("surd.beside.defined", "en") in text
    assert "computed from others here: “realistic score”" in text


@pytest.mark.usefixtures("_rules_alone")
def test_an_ensemble_may_speak_of_effects_and_is_what_the_command_prints(
    open_page: OpenPage, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("home", "en")
    app.session_state[Key.SURD_CASES] = 1_024
    app.session_state[Key.SURD_PARTS] = 2
    app.session_state[Key.SURD_POPULATION] = "ensemble"
    app.session_state[Key.SURD_SURROGATES] = 199
    app.session_state[Key.SURD_BOOTSTRAP] = 200
    app.switch_page("pages/surd.py").run()
    assert not app.exception
    press(app, "surd.make")
    assert not app.error
    content = files.json(app)
    assert content["population"]["num_cases"] == 1_024
    assert "effect of that input on this model's output" in page_text(app)
    monkeypatch.chdir(Path(__file__).parents[2])
    command = app.code[0].value
    assert "--dilemma en-" in command
    assert printed_by(command, instead_of_compact="rules") == files.held["surd.download_json"]


def test_the_study_never_speaks_of_effects(open_page: OpenPage) -> None:
    text = page_text(open_surd(open_page, population="study"))
    assert "effect of" not in text
    assert "never what is the cause" in text


@pytest.mark.usefixtures("_rules_alone")
def test_texts_of_ones_own_are_scored_on_request_and_the_command_agrees(
    open_page: OpenPage, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "\n".join(map(json.dumps, TEXTS)).encode()
    app = open_surd(open_page, population="scored")
    app.file_uploader(key="surd.upload_texts").set_value(("mine.jsonl", content, "application/json")).run()
    assert say("surd.input.texts_found", "en", count="32") in page_text(app)
    press(app, "surd.make")
    assert not app.error
    assert files.json(app)["population"]["num_cases"] == 32
    (tmp_path / "mine.jsonl").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert printed_by(app.code[0].value, instead_of_compact="rules") == files.held["surd.download_json"]
    assert "She helps" not in str(app.query_params)


def test_a_file_of_texts_that_cannot_be_read_is_named_and_no_path_of_ours_is(open_page: OpenPage) -> None:
    app = open_surd(open_page, population="scored")
    app.file_uploader(key="surd.upload_texts").set_value(("mine.csv", b"text\nHello.\n", "text/csv")).run()
    (problem,) = app.error
    assert "mine" in problem.value
    assert "tmp" not in problem.value


@pytest.fixture
def _recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = new_run(tmp_path / "runs", "an hour")
    with recording(folder) as recorder:
        for number in range(1, 121):
            recorder.on_step(step(number))
    monkeypatch.setenv("REDHEART_RUNS", str(tmp_path / "runs"))
    return folder.path.name


@pytest.mark.usefixtures("_recorded")
def test_the_steps_of_a_training_take_lags(open_page: OpenPage, files: Files) -> None:
    app = open_surd(open_page, population="run")
    assert not app.exception
    lags = [field for field in app.number_input if field.key.startswith("surd.lags")]
    assert len(lags) >= 1
    lags[0].set_value(2).run()
    press(app, "surd.run")
    assert not app.error
    assert files.json(app)["sampling"]["lags"][0] == 2
    assert printed_by(app.code[0].value) == files.held["surd.download_json"]


def test_no_run_says_where_one_can_be_started(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDHEART_RUNS", str(tmp_path / "none"))
    app = open_surd(open_page, population="run")
    assert say("surd.input.no_runs", "en") in page_text(app)


def test_a_viewer_is_offered_no_runs(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.widgets.surd_population.may_open", lambda page: False)
    app: AppTest = open_surd(open_page)
    assert "run" not in app.selectbox(key=Key.SURD_POPULATION).options
    assert len(app.selectbox(key=Key.SURD_POPULATION).options) == 4
