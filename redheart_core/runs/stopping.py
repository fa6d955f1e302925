"""Stopping a run: ask, then insist, then end it, each stage told as it begins and the end looked at.

A signal goes to the process that was looked at and to no other: it is held by a descriptor (Linux) before its start is
compared, so that a number that is reused in between is never hit.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import psutil

from redheart_core.errors import RunError
from redheart_core.runs.attempts import note_killed
from redheart_core.runs.facts import Attempt, State, is_ahead
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.keeper import PLACE, is_held
from redheart_core.runs.launched import Launch, Phase
from redheart_core.runs.liveness import Liveness, ProcessMark, process_start
from redheart_core.runs.reader import RunReader

POLL_S = 0.05
KILLED_REASON = "ended by a signal; what came after its last saved state is lost"
"""Kept of a process that said nothing when it was ended."""
PROMPT_S = 10.0
"""Within this a prompt stop ends, unless the process hangs in the kernel."""
_LONG_STEP_S = 2.0
"""A step that takes longer is given up rather than waited for: so there is time to keep the state."""


class Stage(StrEnum):
    """How far stopping has come."""

    NOT_RUNNING = "not_running"
    ASKED = "asked"
    """The flag is written: the trainer saves its state after the present step and ends."""
    TERMINATED = "terminated"
    """SIGTERM was sent: a trainer gives up the step or validation that it has begun and saves the state before it."""
    KILLED = "killed"
    """SIGKILL was sent: the state that was saved last stays, since each replaces the one before it in one step."""
    ENDED = "ended"
    """Looked at: the process is gone."""
    STILL_THERE = "still_there"
    """It outlived everything, which only happens in the kernel, or on another machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One stage as it begins."""

    stage: Stage
    at_s: float
    detail: str
    waits_s: float = 0.0
    """How long the next stage is waited for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait after each stage."""

    asked_s: float = 30.0
    terminated_s: float = 10.0
    killed_s: float = 5.0
    exit_s: float = 5.0
    """For a process that has ended its work to be gone. It is not signalled: it may be a server that trained."""


def prompt_patience(seconds_per_step: float | None) -> Patience:
    """Return the patience of a person who waits in front of it: the end is there within ``PROMPT_S``.

    Args:
        seconds_per_step: Of the run, None where it has not made one.
    """
    asked_s = 1.0 if seconds_per_step is not None and seconds_per_step > _LONG_STEP_S else 4.0
    return Patience(asked_s=asked_s, terminated_s=7.0 - asked_s, killed_s=1.0, exit_s=1.0)


def stop_run(folder: RunFolder, *, patience: Patience | None = None) -> Iterator[Progress]:
    """Stop a run, yielding each stage as it begins; the last one says whether the process is gone.

    One that waits for the device, or whose trainer has not begun to record, is taken back the same way.

    Raises:
        RunError: The folder cannot be written to, or the process belongs to somebody else.
    """
    waits = Patience() if patience is None else patience
    with RunReader(folder) as reader:
        status = reader.status()
    attempt, launch = status.attempt, status.launch
    if not status.is_living:
        folder.stop_flag.unlink(missing_ok=True)
        yield _progress(Stage.NOT_RUNNING, f"the run is {status.shown.value}")
    elif launch is not None and launch.is_living and is_ahead(launch, attempt):
        yield from _take_back(folder, launch, waits)
    else:
        assert attempt is not None, "what lives is a process that waits or one that records"
        yield from _stop_attempt(folder, attempt, waits, is_elsewhere=status.liveness is Liveness.ELSEWHERE)


def _stop_attempt(folder: RunFolder, attempt: Attempt, waits: Patience, *, is_elsewhere: bool) -> Iterator[Progress]:
    _write_flag(folder)
    detail = f"process {attempt.mark.pid} on {attempt.mark.host} ends after its step"
    yield _progress(Stage.ASKED, detail, waits_s=waits.asked_s)
    if _waits(lambda: _has_ended(folder, attempt), waits.asked_s):
        yield _end(folder, attempt, waits)
    elif is_elsewhere:
        yield _progress(Stage.STILL_THERE, f"it runs on {attempt.mark.host}; stop it there")
    else:
        yield from _insist(attempt.mark, waits, lambda: _end(folder, attempt, waits))


def _take_back(folder: RunFolder, launch: Launch, waits: Patience) -> Iterator[Progress]:
    """Stop a run whose process waits, or has started a trainer that has not recorded anything yet."""
    _write_flag(folder)
    detail = "it waits for the device" if launch.phase is Phase.WAITING else "its trainer begins"
    yield _progress(Stage.ASKED, detail, waits_s=waits.asked_s)
    if _waits(lambda: not _is_kept(folder), waits.asked_s):
        yield _end_of_launch(folder, waits)
    elif launch.mark is None:
        yield _progress(Stage.STILL_THERE, "its process is not known; stop it again")
    else:
        yield from _insist(launch.mark, waits, lambda: _end_of_launch(folder, waits))


def _insist(mark: ProcessMark, waits: Patience, end: Callable[[], Progress]) -> Iterator[Progress]:
    family = _descendants(mark)
    for stage, number, wait_s in (
        (Stage.TERMINATED, signal.SIGTERM, waits.terminated_s),
        (Stage.KILLED, signal.SIGKILL, waits.killed_s),
    ):
        if send(mark, number):
            yield _progress(stage, f"{number.name} sent to process {mark.pid}", waits_s=wait_s)
        if number is signal.SIGKILL:
            for member in family:  # what it started must not go on without it
                send(member, number)
        if _waits(lambda: not _lives(mark), wait_s):
            yield end()
            return
    yield _progress(Stage.STILL_THERE, f"process {mark.pid} outlived SIGKILL; it hangs in the kernel")


def send(mark: ProcessMark, number: signal.Signals) -> bool:
    """Send a signal to the process of ``mark`` and no other; return whether it was there.

    Raises:
        RunError: It belongs to another user.
    """
    try:
        return _send_held(mark, number) if hasattr(os, "pidfd_open") else _send_plainly(mark, number)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise RunError(f"Process {mark.pid} belongs to another user. Stop the run as that user.") from error


def _send_held(mark: ProcessMark, number: signal.Signals) -> bool:
    descriptor = os.pidfd_open(mark.pid)
    try:
        if not _lives(mark):
            return False
        signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)
    return True


def _send_plainly(mark: ProcessMark, number: signal.Signals) -> bool:
    if not _lives(mark):
        return False
    os.kill(mark.pid, number)
    return True


def _end_of_launch(folder: RunFolder, waits: Patience) -> Progress:
    """Look at the end of a run that was taken back; what its trainer began to record meanwhile is noted as stopped."""
    if not _waits(lambda: not _is_kept(folder), waits.exit_s):  # what it started is gone a moment after it
        return _progress(Stage.STILL_THERE, "its process is gone, but something it started goes on; stop it again")
    with RunReader(folder) as reader:
        status = reader.status()
    if status.attempt is not None and status.attempt.state is State.RUNNING and not status.is_living:
        note_killed(folder, status.attempt, KILLED_REASON)
    folder.stop_flag.unlink(missing_ok=True)
    return _progress(Stage.ENDED, f"the run is {status.shown.value}, its process is gone")


def _is_kept(folder: RunFolder) -> bool:
    return is_held(folder.path / PLACE)


def _end(folder: RunFolder, attempt: Attempt, waits: Patience) -> Progress:
    """Look at the end, and write it down where the process could not."""
    _waits(lambda: not _is_kept(folder), waits.exit_s)  # whoever keeps the run notes the exit code
    with RunReader(folder) as reader:
        latest = reader.attempts()[-1]
    was_killed = latest.state is State.RUNNING
    if was_killed:
        note_killed(folder, attempt, KILLED_REASON)
    folder.stop_flag.unlink(missing_ok=True)  # only now: a run that is gone and was asked to stop shows as stopped
    if was_killed:
        return _progress(Stage.ENDED, f"process {attempt.mark.pid} is gone: {KILLED_REASON}")
    is_gone = _waits(lambda: not _lives(attempt.mark), waits.exit_s)
    process = "is gone" if is_gone else "ended its work on the run and goes on with something else"
    return _progress(Stage.ENDED, f"the run is {latest.state.value}, process {attempt.mark.pid} {process}")


def _has_ended(folder: RunFolder, attempt: Attempt) -> bool:
    """Say whether the process is gone, or said that its work on the run has ended."""
    if attempt.mark.host == platform.node() and not _lives(attempt.mark):
        return True
    with RunReader(folder) as reader:
        return reader.attempts()[-1].ended_s is not None


def _descendants(mark: ProcessMark) -> tuple[ProcessMark, ...]:
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(mark.pid).children(recursive=True) if _lives(mark) else []
        found = [(child.pid, process_start(child.pid)) for child in children]
        return tuple(ProcessMark(pid=pid, start=start, host=mark.host) for pid, start in found if start is not None)
    return ()


def _lives(mark: ProcessMark) -> bool:
    return process_start(mark.pid) == mark.start


def _write_flag(folder: RunFolder) -> None:
    try:
        folder.stop_flag.touch()
    except OSError as error:
        raise RunError(f"{folder.stop_flag}: cannot be written ({error.strerror}). Free some space.") from error


def _waits(is_done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _progress(stage: Stage, detail: str, *, waits_s: float = 0.0) -> Progress:
    return Progress(stage=stage, at_s=time.time(), detail=detail, waits_s=waits_s)
