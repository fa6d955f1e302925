"""Stopping ends in a process that is gone, or says that it is not, and never hits a bystander."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.liveness import ProcessMark, process_start
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import recording
from redheart_core.runs.schema import open_store
from redheart_core.runs.stopping import PROMPT_S, Patience, Stage, prompt_patience, send, stop_run
from redheart_core.training.keeping import STATE_FILE
from redheart_core.training.state import read_snapshot
from tests.unit.runs.recorded import new_run, step

ROOT = Path(__file__).parents[3]
HASTY = Patience(asked_s=0.2, terminated_s=0.3, killed_s=5.0)
PATIENT = Patience(asked_s=20.0, terminated_s=5.0, killed_s=5.0)
ENDS_WHEN_ASKED = "import sys,time,pathlib\nwhile not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)"
ENDS_ON_SIGTERM = "import time\nprint('ready', flush=True)\ntime.sleep(60)"
HANGS = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


SLOW_STEP = 3
TRAINS_SLOWLY = f"""
import sys, time
from pathlib import Path
from redheart_core.runs.folder import open_folder
from redheart_core.runs.recorder import recording
from redheart_core.training.keeping import keep_state
from tests.small_training import small_config, small_trainer
folder = open_folder(Path(sys.argv[1]), sys.argv[2])

def linger(module, inputs):
    if trainer.step == {SLOW_STEP}:
        print("ready", flush=True)
        time.sleep(60)

with recording(folder) as recorder:
    trainer = small_trainer(
        small_config(), recorder, keep_state=lambda trainer: keep_state(folder.state, trainer)
    )
    trainer.model.register_forward_pre_hook(linger)
    trainer.run()
"""


@contextmanager
def working(folder: RunFolder, code: str) -> Iterator[subprocess.Popen[str]]:
    """Let another process stand as the one that works on the run."""
    process = subprocess.Popen([sys.executable, "-c", code, str(folder.stop_flag)], stdout=subprocess.PIPE, text=True)
    note_process(folder, process.pid, str(process_start(process.pid)))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def note_process(folder: RunFolder, pid: int, start: str, host: str | None = None) -> None:
    connection = open_store(folder.store, writing=True)
    connection.execute(
        "INSERT INTO attempts VALUES (1, ?, ?, ?, 1, '{}', NULL, 0, unixepoch(), NULL, 'running', '')",
        (pid, start, host or platform.node()),
    )
    connection.close()


def stages(folder: RunFolder, patience: Patience) -> list[Stage]:
    return [progress.stage for progress in stop_run(folder, patience=patience)]


def test_a_trainer_that_listens_is_only_asked(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with working(folder, ENDS_WHEN_ASKED) as process:
        assert stages(folder, PATIENT) == [Stage.ASKED, Stage.ENDED]
        assert process.wait(5) == 0
    assert not folder.stop_flag.exists()


def test_a_deaf_trainer_gets_sigterm(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with working(folder, ENDS_ON_SIGTERM) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert stages(folder, Patience(asked_s=0.1, terminated_s=10.0)) == [
            Stage.ASKED, Stage.TERMINATED, Stage.ENDED,
        ]  # fmt: skip
        assert process.wait(5) == -signal.SIGTERM
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.STOPPED
        assert "ended by a signal" in reader.status().reason


def test_a_slow_step_is_given_up_within_ten_seconds_and_the_state_before_it_kept(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    command = [sys.executable, "-c", TRAINS_SLOWLY, str(tmp_path), folder.run_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        begun_s = time.monotonic()
        assert stages(folder, prompt_patience(60.0)) == [Stage.ASKED, Stage.TERMINATED, Stage.ENDED]
        assert time.monotonic() - begun_s < PROMPT_S
        assert process.wait(5) == 0
    assert read_snapshot(folder.state / STATE_FILE).values["step"] == SLOW_STEP - 1
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.STOPPED
        assert reader.status().step == SLOW_STEP - 1


@pytest.mark.parametrize("step_s", [None, 0.1, 2.0, 60.0])
def test_every_wait_of_a_prompt_stop_fits_into_ten_seconds(step_s: float | None) -> None:
    waits = prompt_patience(step_s)
    assert waits.asked_s + waits.terminated_s + waits.killed_s + 2 * waits.exit_s <= PROMPT_S


def test_a_hung_trainer_is_killed_with_what_it_started(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with working(folder, HANGS) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert process_start(child) is not None
        assert stages(folder, HASTY) == [Stage.ASKED, Stage.TERMINATED, Stage.KILLED, Stage.ENDED]
        assert process.wait(5) == -signal.SIGKILL
        for _ in range(100):
            if process_start(child) is None:
                break
            signal.sigtimedwait([], 0.02)
        assert process_start(child) is None


def test_a_reused_number_is_left_alone(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        note_process(folder, bystander.pid, "another boot:1")
        assert stages(folder, HASTY) == [Stage.NOT_RUNNING]
        assert send(ProcessMark(pid=bystander.pid, start="another boot:1", host=""), signal.SIGKILL) is False
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_process_that_is_gone_gets_no_signal() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    mark = ProcessMark(pid=child.pid, start="x", host="")
    child.wait()
    assert send(mark, signal.SIGTERM) is False


def test_a_run_on_another_machine_is_asked_and_not_signalled(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    note_process(folder, os.getpid(), "x", host="elsewhere")
    assert stages(folder, HASTY) == [Stage.ASKED, Stage.STILL_THERE]
    assert folder.stop_flag.exists()


def test_a_complete_run_is_not_running(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    assert stages(folder, HASTY) == [Stage.NOT_RUNNING]
    with recording(folder) as recorder:
        recorder.on_step(step(1))
    assert stages(folder, HASTY) == [Stage.NOT_RUNNING]
    assert not folder.stop_flag.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_a_second_one_ends(tmp_path: Path, number: signal.Signals) -> None:
    caught: list[int] = []
    before = signal.signal(number, lambda received, _: caught.append(received))
    try:
        with recording(new_run(tmp_path)) as recorder:
            assert not recorder.stop_requested()
            signal.raise_signal(number)
            assert recorder.stop_requested()
            assert caught == []
            signal.raise_signal(number)
            assert caught == [number]
    finally:
        signal.signal(number, before)
