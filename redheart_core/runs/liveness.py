"""Whether the process of a run still lives: its number, when it started, and its last sign of life.

A process number alone is worth nothing, because the system gives it to somebody else afterwards; together with the
moment of the start it names one process of one boot. A zombie is dead: it will never write again.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

SILENT_AFTER_S = 15.0
"""Seconds without a sign of life after which a process counts as silent. It gives one every second."""
_PROC = Path("/proc")
_AFTER_NAME_STATE, _AFTER_NAME_START = 0, 19
"""Places of state and start time in ``/proc/PID/stat`` after the name, see proc(5)."""


class Liveness(StrEnum):
    """What can be said about the process of a run."""

    ALIVE = "alive"
    SILENT = "silent"
    """It exists, but gives no sign of life: stopped, hung, or starved."""
    GONE = "gone"
    """It has ended, is a zombie, or its number belongs to another process now."""
    ELSEWHERE = "elsewhere"
    """It runs on another machine and gave a sign of life lately."""
    LOST = "lost"
    """It ran on another machine and gives no sign of life."""


ENDED = frozenset({Liveness.GONE, Liveness.LOST})
"""Whose work somebody else may take up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMark:
    """Names one process for ever."""

    pid: int
    start: str
    """When it started, in a form that only compares."""
    host: str


def own_mark() -> ProcessMark:
    """Return the mark of this process."""
    start = process_start(os.getpid())
    assert start is not None  # this process is neither gone nor a zombie
    return ProcessMark(pid=os.getpid(), start=start, host=platform.node())


def process_start(pid: int) -> str | None:
    """Return when the process with this number started, or None when there is none that lives."""
    if (_PROC / "self" / "stat").exists():
        return _start_from_proc(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


def judge(
    mark: ProcessMark,
    *,
    heartbeat_s: float,
    now_s: float,
    host: str | None = None,
    start_of: Callable[[int], str | None] = process_start,
) -> Liveness:
    """Say whether the process of ``mark`` lives.

    Args:
        mark: Which process.
        heartbeat_s: Its last sign of life, seconds since 1970.
        now_s: The time now.
        host: This machine, asked of the system when left out.
        start_of: Looks a process up; tests pass their own.
    """
    is_silent = now_s - heartbeat_s > SILENT_AFTER_S
    if mark.host != (platform.node() if host is None else host):
        return Liveness.LOST if is_silent else Liveness.ELSEWHERE
    if start_of(mark.pid) != mark.start:
        return Liveness.GONE
    return Liveness.SILENT if is_silent else Liveness.ALIVE


def _start_from_proc(pid: int) -> str | None:
    """Count in ticks since boot: unlike a time of day it does not move when the clock is set."""
    try:
        after_name = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    if after_name[_AFTER_NAME_STATE] in "ZX":
        return None
    return f"{boot}:{after_name[_AFTER_NAME_START]}"
