"""Starting runs detached: each has a process of its own that outlives the server, the page and the person.

Whatever looks at the runs and then starts one holds the lock of the root meanwhile, so that two clicks, from two tabs
or through two servers, end in one run. A click is named by the identifier of the run that it shall make, drawn when
the form is drawn; and whatever its name, what already runs with the same settings on the same data is not started
again unless that is asked for.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import redheart_core
from redheart_core.errors import RunError
from redheart_core.runs import keeper
from redheart_core.runs.catalogue import list_runs
from redheart_core.runs.facts import RunFacts
from redheart_core.runs.folder import RunFolder, all_folders, open_folder
from redheart_core.runs.launched import clear_launch, write_mark
from redheart_core.runs.liveness import ProcessMark, process_start
from redheart_core.runs.locks import exclusive, hold
from redheart_core.runs.reader import RunReader
from redheart_core.runs.working import RunRequest, prepare_resume, start_run

LAUNCH_LOCK = ".launching"
MOST_WAITING = 20
TRAINER = (sys.executable, "-m", "redheart_core.runs.worker")
"""Command of the trainer; the root and the identifier of the run follow."""
CODE_FOLDER = Path(redheart_core.__file__).resolve().parents[1]
"""Where ``python -m`` finds the code that runs here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A run that was asked for."""

    folder: RunFolder
    is_new: bool
    """False where it was there already, by this click or an equal one."""


def launch_run(
    root: Path, request: RunRequest, *, beside_equal: bool = False, trainer: Sequence[str] | None = None
) -> Launched:
    """Make a run and start it detached; it waits by itself until the device is free.

    Args:
        root: Folder of all runs.
        request: What is asked for. Its ``run_id`` names the click.
        beside_equal: Whether to start it although an equal run waits or works.
        trainer: Command of the trainer; ``TRAINER`` when left out.

    Raises:
        ConfigError: The configuration is missing or impossible.
        InputError: The name cannot be used.
        RunError: There is no data folder, too many runs wait, or nothing can be written.
    """
    root = root.resolve()
    with exclusive(root / LAUNCH_LOCK):
        there = _of_this_click(root, request) or (None if beside_equal else _equal_run(root, request))
        if there is not None:
            return Launched(folder=there, is_new=False)
        _require_short_queue(root)
        folder = start_run(root, request)
        _spawn(folder, trainer)
    return Launched(folder=folder, is_new=True)


def resume_detached(
    root: Path, run_id: str, *, from_previous_state: bool = False, trainer: Sequence[str] | None = None
) -> Launched:
    """Go on with a run in a process of its own. One that waits or works already is left as it is.

    Raises:
        RunError: There is no such run, it is complete, or it cannot be written to.
    """
    root = root.resolve()
    with exclusive(root / LAUNCH_LOCK):
        folder = open_folder(root, run_id)
        with RunReader(folder) as reader:
            status = reader.status()
        if status.is_living:
            return Launched(folder=folder, is_new=False)
        if status.is_complete:
            raise RunError(f"The run {run_id} is complete; there is nothing to resume. Start a new run.")
        _require_short_queue(root)
        prepare_resume(folder, from_previous_state=from_previous_state)
        _spawn(folder, trainer)
    return Launched(folder=folder, is_new=True)


def retry_request(facts: RunFacts, *, run_id: str | None = None) -> RunRequest:
    """Return the request of a new run like an earlier one. Its model goes into its own folder.

    Args:
        facts: Of the earlier run.
        run_id: Drawn beforehand, as for any request.
    """
    return RunRequest(
        config="config.toml",
        text=facts.config,
        data_dir=Path(facts.data_dir),
        command=facts.command,
        name=facts.name,
        num_threads=facts.num_threads,
        run_id=run_id,
    )


def retry_run(root: Path, run_id: str, *, new_id: str | None = None, trainer: Sequence[str] | None = None) -> Launched:
    """Start a new run like an earlier one, detached.

    Raises:
        RunError: There is no such run, or see ``launch_run``.
    """
    with RunReader(open_folder(root, run_id)) as reader:
        facts = reader.facts()
    return launch_run(root, retry_request(facts, run_id=new_id), trainer=trainer)


def _of_this_click(root: Path, request: RunRequest) -> RunFolder | None:
    known = {folder.run_id: folder for folder in all_folders(root)}
    return None if request.run_id is None else known.get(request.run_id)


def _equal_run(root: Path, request: RunRequest) -> RunFolder | None:
    data_dir = str(request.data_dir.resolve())
    text = request.read_config()
    for listed in list_runs(root):
        facts, status = listed.facts, listed.status
        if facts is None or status is None or not status.is_living:
            continue
        if (facts.config, facts.data_dir, facts.num_threads) == (text, data_dir, request.num_threads):
            return listed.folder
    return None


def _require_short_queue(root: Path) -> None:
    if (count := len(keeper.waiting(root))) >= MOST_WAITING:
        raise RunError(f"{count} runs wait for the device, as many as may. Take one back, or wait until one has begun.")


def _spawn(folder: RunFolder, trainer: Sequence[str] | None) -> None:
    """Start the process that keeps the run: it holds its place from birth, in a session of its own."""
    clear_launch(folder)
    place = hold(folder.path / keeper.PLACE)
    if place is None:
        raise RunError(f"The run {folder.run_id} is kept by a process already. Stop it first.")
    try:
        os.truncate(place, 0)
        os.pwrite(place, str(time.time_ns()).encode(), 0)
        with folder.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", str(keeper.__file__), str(folder.path), str(place), *(trainer or TRAINER)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                cwd=CODE_FOLDER, start_new_session=True, pass_fds=(place,),
            )  # fmt: skip
    except OSError as error:
        raise RunError(f"The run {folder.run_id} could not be started ({error.strerror}). Resume it.") from error
    finally:
        os.close(place)
    start = process_start(process.pid)
    if start is not None:
        write_mark(folder, ProcessMark(pid=process.pid, start=start, host=platform.node()))
    # A child that nobody waits for stays as a zombie as long as this process lives.
    threading.Thread(target=process.wait, name=f"reaper {folder.run_id}", daemon=True).start()
