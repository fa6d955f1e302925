"""Training."""

from pathlib import Path

import pytest

from redheart_core.runs.facts import State
from redheart_core.runs.folder import ROOT_VARIABLE
from redheart_core.runs.recorder import RunRecorder
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from tests.unit.runs.recorded import new_run, step, validation
from workbench.copy import LANGUAGES, UiLanguage, say


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def recorded(root: Path, name: str = "a run", *, steps: int = 30) -> str:
    folder = new_run(root, name)
    recorder = RunRecorder(folder)
    for number in range(1, steps + 1):
        recorder.on_step(step(number))
    recorder.on_validation(validation(steps, value=0.625))
    recorder.close(State.COMPLETED)
    return folder.run_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_the_page_says_how_to_start_one(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("training", language)
    assert not app.exception
    assert not app.error
    assert say("training.empty.title", language) in page_text(app)
    assert any("redheart train" in code.value for code in app.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_from_the_command_line_appears_and_opens(open_page: OpenPage, root: Path, language: UiLanguage) -> None:
    app = open_page("training", language)
    run_id = recorded(root)
    app.run()
    assert not app.exception
    text = page_text(app)
    assert say("training.state.completed", language) in text
    assert say("training.list.best", language, score="0.62", step="30") in text
    press(app, f"training.open.{run_id}")
    assert not app.exception
    assert app.query_params["run"] == run_id
