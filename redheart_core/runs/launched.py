"""What the folder of a run says of the process that keeps it: whether it waits, works, or has ended, and how."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs import keeper
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.liveness import ProcessMark

KEEPER_FILE = "keeper.json"
NANOSECONDS = 1e9


class Phase(StrEnum):
    """How far a run that was started detached has come."""

    WAITING = "waiting"
    """Its process waits for the device."""
    STARTED = "started"
    """Its process has started the trainer and watches over it."""
    ENDED = "ended"
    """Its process noted how the trainer ended, or that it was withdrawn before."""
    LOST = "lost"
    """Its process is gone and said nothing: killed, or the machine was restarted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a trainer ended."""

    code: int | None
    """Exit code; negative: the signal that ended it; None: it was withdrawn before it began."""
    at_s: float

    @property
    def signal_name(self) -> str | None:
        """Name of the signal that ended it."""
        if self.code is None or self.code >= 0:
            return None
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"

    @property
    def reason(self) -> str:
        """One line for a person."""
        if self.code is None:
            return "taken back before it began"
        if self.code == -signal.SIGKILL:
            return "ended by SIGKILL: somebody killed it, or the system did for want of memory"
        if self.signal_name is not None:
            return f"ended by {self.signal_name}"
        return f"ended with exit code {self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The latest detached start of a run."""

    phase: Phase
    asked_s: float
    """When somebody asked for it, seconds since 1970."""
    mark: ProcessMark | None
    """The process that keeps it; None for a moment after it was started."""
    exit: Exit | None

    @property
    def is_living(self) -> bool:
        """Whether its process waits or works."""
        return self.phase in (Phase.WAITING, Phase.STARTED)


def read_launch(folder: RunFolder) -> Launch | None:
    """Return the latest detached start of a run, or None where it was never started so."""
    asked_ns = keeper.asked_ns(folder.path)
    if asked_ns is None:
        return None
    is_living = keeper.is_held(folder.path / keeper.PLACE)
    has_begun = (folder.path / keeper.TURN).exists()
    ended = _read_exit(folder.path / keeper.EXIT)
    if is_living:
        phase = Phase.STARTED if has_begun else Phase.WAITING
    else:
        phase = Phase.LOST if ended is None else Phase.ENDED
    return Launch(phase=phase, asked_s=asked_ns / NANOSECONDS, mark=_read_mark(folder.path / KEEPER_FILE), exit=ended)


def ahead_of(folder: RunFolder) -> int:
    """Return how many runs are to begin before a waiting one, the one that has the device not counted."""
    waiting = keeper.waiting(folder.path.parent)
    return waiting.index(folder.path) if folder.path in waiting else 0


def write_mark(folder: RunFolder, mark: ProcessMark) -> None:
    """Note which process keeps a run."""
    keeper.write_whole(folder.path / KEEPER_FILE, json.dumps({"pid": mark.pid, "start": mark.start, "host": mark.host}))


def clear_launch(folder: RunFolder) -> None:
    """Forget an earlier detached start, before a new one.

    Raises:
        RunError: The folder cannot be written to.
    """
    try:
        for name in (keeper.TURN, keeper.EXIT, KEEPER_FILE):
            (folder.path / name).unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{folder.path}: cannot be written to ({error.strerror}). Check who may write there.") from error


def _read_exit(path: Path) -> Exit | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        return Exit(code=values["code"], at_s=values["at_s"])
    except (OSError, ValueError, KeyError):
        return None


def _read_mark(path: Path) -> ProcessMark | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        return ProcessMark(pid=values["pid"], start=values["start"], host=values["host"])
    except (OSError, ValueError, KeyError):
        return None
