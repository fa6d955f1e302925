"""Starting a training from the page, and what can be done with a run there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from redheart_core.runs import audit, launching
from redheart_core.runs.audit import Deed, Outcome
from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder, all_folders, runs_root
from redheart_core.runs.reader import RunReader
from redheart_core.runs.stopping import Patience, stop_run
from tests.datasets import write_small_data
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press
from tests.unit.runs.launches import CRASHES, UNTIL_TOLD, let_go, status, wait_for, wait_shown
from tests.unit.runs.recorded import new_run
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import stops as stops_module
from workbench.ui import training_machine
from workbench.ui.session import Key
from workbench.ui.training_form import field_key

HOSTILE_NAME = "../../x; rm -rf / <script>alert(1)</script> 한글 🌱"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of runs with small data beside it, and a trainer that waits until it is told to go."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("REDHEART_RUNS", str(folder))
    monkeypatch.setenv("REDHEART_DATA", str(write_small_data(tmp_path / "data")))
    monkeypatch.setattr(launching, "TRAINER", (sys.executable, "-c", UNTIL_TOLD))
    yield folder
    for run in all_folders(folder):
        list(stop_run(run, patience=Patience(asked_s=0.2, terminated_s=0.3)))


def start(app: AppTest, name: str = "a run") -> RunFolder:
    app.text_input(key=Key.TRAINING_NAME).set_value(name).run()
    press(app, "training.start")
    return newest()


def deeds(root: Path) -> list[tuple[Deed, str, Outcome, str]]:
    """Return what was written down of what was done."""
    entries = audit.read_tail(root).entries
    assert {entry.who for entry in entries} == {audit.LOCAL}
    return [(entry.deed, entry.run_id, entry.outcome, entry.detail) for entry in entries]


def newest() -> RunFolder:
    return all_folders(runs_root())[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_drawn_from_the_schema_and_starts_a_run(
    open_page: OpenPage, root: Path, language: UiLanguage
) -> None:
    app = open_page("training", language)
    assert not app.exception
    assert say("launch.cost.time_unknown", language) in page_text(app)
    wait_for(lambda: say("launch.cost.memory_basis", language, batch="2", length="16") in page_text(app.run()))
    assert app.number_input(key=field_key("tiny", "stages.1.learning_rate")).value == 1e-3
    app.number_input(key=field_key("tiny", "stages.1.steps")).set_value(7).run()
    app.number_input(key=field_key("tiny", "stages.1.warmup_steps")).set_value(2).run()
    folder = start(app, HOSTILE_NAME)
    assert not app.exception
    with RunReader(folder) as reader:
        facts = reader.facts()
    assert facts.name == HOSTILE_NAME
    assert (facts.settings["stages.1.steps"], facts.planned_steps) == ("7", 207)
    made = {path.name for path in root.iterdir() if not path.name.startswith(".")}
    assert made == {folder.run_id, audit.FILE_NAME}
    assert app.session_state[Key.TRAINING_RUN] == folder.run_id
    assert app.success[0].value.replace("\\", "").replace("\u2060", "") == say("actions.started", language)


def test_every_problem_stands_at_its_field_and_nothing_starts(open_page: OpenPage, root: Path) -> None:
    app = open_page("training", "en")
    app.number_input(key=field_key("tiny", "stages.0.warmup_steps")).set_value(200).run()
    app.number_input(key=field_key("tiny", "stages.1.learning_rate")).set_value(3.0).run()
    app.number_input(key=field_key("tiny", "seed")).set_value(None).run()
    app.number_input(key=field_key("tiny", "validate_every")).set_value(None).run()
    app.toggle(key=field_key("tiny", "early_stopping")).set_value(True).run()
    text = page_text(app)
    assert not app.exception
    assert "Fewer than the steps of the stage, 200." in text
    assert "It must be below 1." in text
    assert "Give a value." in text
    assert "Early stopping cannot act without validations." in text
    assert say("launch.problem.count", "en", count="4") in text
    assert app.button(key="training.start").disabled
    assert not all_folders(root)


def test_an_equal_run_is_shown_instead_of_started_again(open_page: OpenPage, root: Path) -> None:
    first = start(open_page("training", "en"))
    other_tab = open_page("training", "en")
    second = start(other_tab, "by another name")
    assert first == second
    assert len(all_folders(root)) == 1
    assert say("actions.there", "en")[:20] in other_tab.success[0].value.replace("\\", "")
    assert deeds(root) == [
        (Deed.START, first.run_id, Outcome.DONE, ""), (Deed.START, first.run_id, Outcome.ALREADY, ""),
    ]  # fmt: skip


def test_without_data_nothing_starts_and_the_remedy_is_told(
    open_page: OpenPage, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDHEART_DATA", str(tmp_path / "nowhere"))
    app = open_page("training", "ko")
    assert app.button(key="training.start").disabled
    assert "nowhere" in page_text(app)
    assert "redheart data fetch --data DIR" in [code.value for code in app.code]
    (tmp_path / "nowhere").mkdir()
    app.run()
    assert "goemotions_en" in page_text(app)
    assert app.button(key="training.start").disabled


def test_a_large_model_is_only_planned(open_page: OpenPage, root: Path) -> None:
    app = open_page("training", "en")
    app.radio(key=Key.TRAINING_RECIPE).set_value("full").run()
    wait_for(lambda: training_machine.full_plan("full") is not None)
    app.run()
    assert "2 passages of 16 tokens" in page_text(app)
    assert say("launch.cost.plan_only", "en") in page_text(app)
    assert "training.start" not in [button.key for button in app.button]


def test_a_run_is_stopped_in_stages_resumed_and_started_again(
    open_page: OpenPage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = Patience(asked_s=0.2, terminated_s=2.0, killed_s=2.0)
    monkeypatch.setattr(stops_module, "prompt_patience", lambda _: hasty)
    app = open_page("training", "en")
    folder = start(app)
    wait_shown(folder, Shown.STARTING)
    press(app, "training.stop")
    wait_for(lambda: not stops_module.stops().is_going(folder.run_id))
    app.run()
    assert say("actions.stage.ended", "en") in page_text(app)
    assert not status(folder).is_living
    press(app, "training.resume")
    wait_shown(folder, Shown.STARTING)
    let_go(folder)
    wait_for(lambda: not status(folder).is_living)
    app.run()
    press(app, "training.retry")
    assert {other.run_id for other in all_folders(root)} == {folder.run_id, app.session_state[Key.TRAINING_RUN]}
    assert len(all_folders(root)) == 2
    assert deeds(root) == [
        (Deed.START, folder.run_id, Outcome.DONE, ""),
        (Deed.STOP, folder.run_id, Outcome.ASKED, ""),
        (Deed.STOP, folder.run_id, Outcome.DONE, ""),
        (Deed.RESUME, folder.run_id, Outcome.DONE, ""),
        (Deed.RETRY, folder.run_id, Outcome.DONE, app.session_state[Key.TRAINING_RUN]),
    ]


def test_a_run_is_deleted_after_a_second_look(open_page: OpenPage, root: Path) -> None:
    folder, other = new_run(root, "<b>one</b>"), new_run(root, "other")
    app = open_page("training", "ko")
    app.session_state[Key.TRAINING_RUN] = folder.run_id
    app.run()
    press(app, "training.delete")
    assert "<b>one</b>" in page_text(app)
    press(app, "training.keep")
    press(app, "training.delete")
    (folder.path / "log.txt").write_text("something happened meanwhile")
    press(app, "training.delete_for_good")
    assert app.error
    assert folder.path.is_dir()
    press(app, "training.delete_for_good")
    assert not app.exception
    assert not folder.path.exists()
    assert all_folders(root) == (other,)
    assert deeds(root) == [
        (Deed.DELETE, folder.run_id, Outcome.FAILED, "RunError"), (Deed.DELETE, folder.run_id, Outcome.DONE, ""),
    ]  # fmt: skip


def test_a_failed_start_shows_its_code_and_its_last_words(
    open_page: OpenPage, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "TRAINER", (sys.executable, "-c", CRASHES))
    app = open_page("training", "en")
    folder = start(app)
    wait_shown(folder, Shown.FAILED)
    app.run()
    assert say("actions.failed", "en", how=say("actions.ended_code", "en", code="1")) in page_text(app)
    assert any("no such thing" in code.value for code in app.code)
