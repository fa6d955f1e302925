"""Locks on files, which the system gives back when the process that holds them ends in any way."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.keeper import try_hold

_LOOKED_AT_S = 1.0
"""Whoever looks at a lock holds it for an instant; one that is free is had within this time."""
_POLL_S = 0.01


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock for the duration of the block, waiting for it.

    Raises:
        RunError: The file cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RunError(f"{path}: cannot be locked ({error.strerror}). Check who may write there.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hold(path: Path) -> int | None:
    """Return a descriptor that holds a lock, or None where another process keeps it.

    Raises:
        RunError: The file cannot be opened.
    """
    deadline = time.monotonic() + _LOOKED_AT_S
    while True:
        try:
            held = try_hold(path)
        except OSError as error:
            raise RunError(f"{path}: cannot be locked ({error.strerror}). Check who may write there.") from error
        if held is not None or time.monotonic() > deadline:
            return held
        time.sleep(_POLL_S)
