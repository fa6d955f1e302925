"""The real trainer, started detached: it is watched, killed, resumed, and ends where a run left alone ends."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from redheart_core.runs.facts import Shown, State
from redheart_core.runs.launching import launch_run, resume_detached
from redheart_core.runs.reader import RunReader
from tests.datasets import write_small_data
from tests.unit.runs.launches import status, wait_for
from tests.unit.runs.trained import request_of

TRAINS = """
import sys
from redheart_core.data import splits
from redheart_core.runs.worker import main
splits.HARD_ROWS = {}
sys.exit(main(*sys.argv[1:]))
"""
TRAINER = (sys.executable, "-c", TRAINS)


def test_a_detached_run_is_killed_explained_resumed_and_completed(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    request = request_of(tmp_path, write_small_data(tmp_path / "data"), more_steps=60)
    folder = launch_run(root, request, trainer=TRAINER).folder
    wait_for(lambda: status(folder).step >= 9)
    attempt = status(folder).attempt
    assert attempt is not None
    assert status(folder).shown is Shown.RUNNING
    os.kill(attempt.mark.pid, signal.SIGKILL)
    wait_for(lambda: not status(folder).is_living)
    wait_for(lambda: status(folder).exit is not None)
    assert status(folder).shown is Shown.CRASHED
    assert status(folder).reason.startswith("ended by SIGKILL")
    assert resume_detached(root, folder.run_id, trainer=TRAINER).is_new
    wait_for(lambda: status(folder).shown is Shown.COMPLETED)
    wait_for(lambda: status(folder).exit is not None)
    with RunReader(folder) as reader:
        assert [each.state for each in reader.attempts()] == [State.RUNNING, State.COMPLETED]
        assert reader.status().step == 75
        assert reader.status().reason == ""
