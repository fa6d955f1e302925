"""A detached run is started once, waits its turn, outlives whoever started it, and its end is seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from redheart_core.errors import RunError
from redheart_core.runs import launching
from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder, all_folders, new_run_id
from redheart_core.runs.keeper import PLACE, TURN
from redheart_core.runs.launched import ahead_of, read_launch, write_mark
from redheart_core.runs.launching import launch_run, resume_detached, retry_run
from redheart_core.runs.liveness import ProcessMark, process_start
from redheart_core.runs.log_tail import last_lines
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import recording
from redheart_core.runs.stopping import Patience, Stage, stop_run
from tests.unit.runs.launches import (
    CRASHES,
    HANGS,
    UNTIL_TOLD,
    launch,
    launched,
    let_go,
    request,
    status,
    trainer,
    wait_for,
    wait_shown,
)
from tests.unit.runs.recorded import new_run

HASTY = Patience(asked_s=0.2, terminated_s=0.3, killed_s=5.0)
PATIENT = Patience(asked_s=20.0)
CLICK = "20260131-094500-0a1b2c"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder of runs; what still runs there afterwards is ended."""
    folder = tmp_path / "runs"
    folder.mkdir()
    yield folder
    for run in all_folders(folder):
        list(stop_run(run, patience=HASTY))


def stages(folder: RunFolder, patience: Patience) -> list[Stage]:
    return [progress.stage for progress in stop_run(folder, patience=patience)]


def test_many_clicks_at_once_make_one_run(root: Path) -> None:
    """Threads stand for tabs, a forked process for a second server."""
    answers: list[launching.Launched] = []

    def click() -> None:
        answers.append(launched(root, UNTIL_TOLD, run_id=CLICK))

    other_server = os.fork()
    if other_server == 0:
        try:
            launched(root, UNTIL_TOLD, run_id=CLICK)
        finally:
            os._exit(0)
    tabs = [threading.Thread(target=click) for _ in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    os.waitpid(other_server, 0)
    assert [folder.run_id for folder in all_folders(root)] == [CLICK]
    assert len(answers) == 6
    assert sum(answer.is_new for answer in answers) <= 1
    wait_shown(answers[0].folder, Shown.STARTING)
    assert last_lines(answers[0].folder).text.count("working") <= 1


def test_an_equal_run_is_not_started_beside_one_that_lives_unless_asked_for(root: Path) -> None:
    first = launched(root, UNTIL_TOLD)
    again = launched(root, UNTIL_TOLD, name="by another name")
    assert (again.folder, again.is_new) == (first.folder, False)
    other = launched(root, UNTIL_TOLD, seed=4)
    beside = launch_run(root, request(root), beside_equal=True, trainer=trainer(UNTIL_TOLD))
    assert len({first.folder.run_id, other.folder.run_id, beside.folder.run_id}) == 3


def test_runs_wait_in_the_order_they_were_asked_for_and_begin_by_themselves(root: Path) -> None:
    first, second, third = (launch(root, UNTIL_TOLD, seed=seed) for seed in (1, 2, 3))
    wait_shown(first, Shown.STARTING)
    assert (status(second).shown, status(third).shown) == (Shown.QUEUED, Shown.QUEUED)
    assert (ahead_of(second), ahead_of(third)) == (0, 1)
    let_go(first)
    wait_shown(second, Shown.STARTING)
    assert status(third).shown is Shown.QUEUED
    assert stages(third, PATIENT) == [Stage.ASKED, Stage.ENDED]
    assert (status(third).shown, status(third).reason) == (Shown.STOPPED, "taken back before it began")
    assert not (third.path / TURN).exists()
    let_go(second)
    wait_for(lambda: not status(second).is_living)


def test_a_run_in_the_foreground_has_the_device_too(root: Path) -> None:
    foreground = new_run(root)
    with recording(foreground):
        waiting = launch(root, UNTIL_TOLD)
        wait_shown(waiting, Shown.QUEUED)
        assert not (waiting.path / TURN).exists()
    wait_shown(waiting, Shown.STARTING)


def test_whoever_started_it_may_die_and_neither_signals_nor_zombies_reach_the_run(root: Path) -> None:
    server = os.fork()
    if server == 0:
        try:
            launched(root, UNTIL_TOLD, run_id=CLICK)
        finally:
            os._exit(0)
    os.waitpid(server, 0)
    (folder,) = all_folders(root)
    wait_shown(folder, Shown.STARTING)
    launch_ = read_launch(folder)
    assert launch_ is not None
    assert launch_.mark is not None
    assert os.getsid(launch_.mark.pid) == launch_.mark.pid  # a session of its own: no terminal's Ctrl-C comes here
    again = resume_detached(root, folder.run_id)
    assert (again.folder, again.is_new) == (folder, False)
    let_go(folder)
    wait_for(lambda: not status(folder).is_living)
    assert status(folder).exit is not None


def test_a_child_of_this_process_leaves_no_zombie(root: Path) -> None:
    folder = launch(root, "")
    wait_for(lambda: not status(folder).is_living)
    wait_for(lambda: not any(c.status() == psutil.STATUS_ZOMBIE for c in psutil.Process().children()))


def test_a_trainer_that_fails_before_it_records_leaves_its_code_and_its_last_words(root: Path) -> None:
    folder = launch(root, CRASHES)
    wait_shown(folder, Shown.FAILED)
    found = status(folder)
    assert found.exit is not None
    assert (found.exit.code, found.reason) == (1, "ended with exit code 1")
    assert last_lines(folder).text == "about to fail\nno such thing\n"


def test_a_keeper_that_was_killed_is_a_crash_and_the_run_can_be_resumed(root: Path) -> None:
    folder = launch(root, UNTIL_TOLD)
    wait_shown(folder, Shown.STARTING)
    launch_ = read_launch(folder)
    assert launch_ is not None
    assert launch_.mark is not None
    family = psutil.Process(launch_.mark.pid).children()
    for pid in (launch_.mark.pid, *(child.pid for child in family)):
        os.kill(pid, signal.SIGKILL)
    wait_shown(folder, Shown.CRASHED)
    assert "killed, or the machine was restarted" in status(folder).reason
    assert resume_detached(root, folder.run_id, trainer=trainer(UNTIL_TOLD)).is_new
    wait_shown(folder, Shown.STARTING)


def test_a_trainer_that_hears_nothing_is_killed_with_what_it_started(root: Path) -> None:
    folder = launch(root, HANGS)
    wait_for(lambda: "child" in last_lines(folder).text)
    child = int(last_lines(folder).text.split()[-1])
    assert stages(folder, HASTY) == [Stage.ASKED, Stage.TERMINATED, Stage.KILLED, Stage.ENDED]
    assert not status(folder).is_living
    wait_for(lambda: process_start(child) is None)


def test_a_number_that_is_used_again_is_neither_alive_nor_signalled(root: Path) -> None:
    folder = launch(root, "")
    wait_for(lambda: not status(folder).is_living)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        start = process_start(bystander.pid)
        assert start is not None
        write_mark(folder, ProcessMark(pid=bystander.pid, start=start, host="x"))
        assert not status(folder).is_living
        assert stages(folder, HASTY) == [Stage.NOT_RUNNING]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_retry_is_a_new_run_of_the_same_settings(root: Path) -> None:
    first = launch(root, CRASHES, name="../../x; rm -rf 이름 🌱")
    wait_shown(first, Shown.FAILED)
    second = retry_run(root, first.run_id, new_id=new_run_id(), trainer=trainer(UNTIL_TOLD))
    assert second.folder != first
    with RunReader(first) as reader, RunReader(second.folder) as other:
        assert reader.facts().name == other.facts().name == "../../x; rm -rf 이름 🌱"
        assert reader.facts().config == other.facts().config
        assert Path(other.facts().out_dir).is_relative_to(second.folder.path)
    assert {path.name for path in root.iterdir() if not path.name.startswith(".")} == {
        first.run_id, second.folder.run_id,
    }  # fmt: skip


def test_a_queue_that_is_full_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "MOST_WAITING", 1)
    launch(root, UNTIL_TOLD, seed=1)
    wait_for(lambda: any((folder.path / TURN).exists() for folder in all_folders(root)))
    launch(root, UNTIL_TOLD, seed=2)
    with pytest.raises(RunError, match="1 runs wait"):
        launch(root, UNTIL_TOLD, seed=3)


def test_a_place_that_names_no_moment_is_no_launch(root: Path) -> None:
    folder = new_run(root)
    (folder.path / PLACE).write_text("yesterday")
    assert read_launch(folder) is None
    assert status(folder).shown is Shown.CREATED
