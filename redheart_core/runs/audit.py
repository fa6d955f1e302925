"""Who did what with the runs from a page: one line of JSON per action in a file that is only ever added to.

A line is one write to a file that was opened for appending, so lines of several sessions never mix. What cannot be
read any more, for instance the rest of a line from a full disk, is counted and hides no other line.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from redheart_core.errors import RunError

FILE_NAME = "audit.jsonl"
LOCAL = "local"
"""Whoever sits at this machine, where no login is configured."""
MOST_BYTES = 256 * 1024
"""Of the end of the file, what is read at once."""
_MOST_CHARACTERS = 254
"""Of a name or a detail; no address is longer."""
_MODE = 0o600


class Deed(StrEnum):
    """What a person can do on a page."""

    START = "start"
    CALIBRATE = "calibrate"
    STOP = "stop"
    RESUME = "resume"
    RETRY = "retry"
    DELETE = "delete"
    NOTE = "note"
    """Changed a note or tags."""
    USE_MODEL = "use_model"
    USE_SERVED = "use_served"
    """Went back from a run's model to the one that is served."""


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    ALREADY = "already"
    """It was so already: nothing new was started."""
    ASKED = "asked"
    """Takes a while; a later line says how it ended."""
    STILL_THERE = "still_there"
    """The process could not be ended."""
    REFUSED = "refused"
    """Whoever asked may not, or asked for what cannot be."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action."""

    at: datetime
    """UTC, to the second."""
    who: str
    """E-mail address or name by which somebody is signed in, or ``LOCAL``."""
    deed: Deed
    run_id: str
    outcome: Outcome
    detail: str = ""
    """Name of a model, or the name of the class of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTail:
    """The latest actions."""

    entries: tuple[AuditEntry, ...]
    """Oldest first."""
    num_unreadable: int
    """Lines among them that are none of ours or are damaged."""
    is_whole: bool
    """Whether nothing lies before them."""


def add_entry(root: Path, entry: AuditEntry) -> None:
    """Write an action down.

    Raises:
        RunError: The file cannot be written. What was done stays done.
    """
    path = root / FILE_NAME
    line = json.dumps(_as_json(entry), ensure_ascii=True).encode() + b"\n"
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
        try:
            written = os.write(descriptor, line if _ends_a_line(descriptor) else b"\n" + line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _problem(path, error.strerror) from error
    if written < len(line):
        raise _problem(path, "the disk is full")


def read_tail(root: Path, *, most_bytes: int = MOST_BYTES) -> AuditTail:
    """Return the latest actions that lie in the last ``most_bytes`` of the file; none where there is no file.

    Raises:
        RunError: The file cannot be read.
    """
    path = root / FILE_NAME
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - most_bytes)
            file.seek(start)
            lines = file.read(most_bytes).split(b"\n")
    except FileNotFoundError:
        return AuditTail(entries=(), num_unreadable=0, is_whole=True)
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}). Check who may read it.") from error
    given = [line for line in (lines[1:] if start else lines) if line]
    found = [_parsed(line) for line in given]
    entries = tuple(entry for entry in found if entry is not None)
    return AuditTail(entries=entries, num_unreadable=len(found) - len(entries), is_whole=start == 0)


def _as_json(entry: AuditEntry) -> dict[str, str]:
    return {
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "who": entry.who[:_MOST_CHARACTERS],
        "action": entry.deed.value, "run": entry.run_id[:_MOST_CHARACTERS], "outcome": entry.outcome.value,
        "detail": entry.detail[:_MOST_CHARACTERS],
    }  # fmt: skip


def _parsed(line: bytes) -> AuditEntry | None:
    try:
        given = json.loads(line)
        return AuditEntry(
            at=datetime.fromisoformat(given["at"]).astimezone(UTC),
            who=str(given["who"]),
            deed=Deed(given["action"]),
            run_id=str(given["run"]),
            outcome=Outcome(given["outcome"]),
            detail=str(given["detail"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def _ends_a_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _problem(path: Path, reason: str | None) -> RunError:
    return RunError(f"{path}: what was done cannot be written down ({reason}). Free some space, or check the folder.")
