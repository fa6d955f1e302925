"""Putting files in place in one step, and locks that end with the process that holds them."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redheart_core.errors import DataError

PARTIAL = ".partial"


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` in place of ``path``: afterwards it holds the old bytes or the new ones, also after a crash.

    Raises:
        DataError: It cannot be written, for instance because the disk is full; ``path`` is as it was.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        _write_and_rename(partial, path, content)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise DataError(
            f"{path}: could not be written ({error.strerror or error}). What was there before is unchanged, and so is "
            "every other chunk. Make room or choose another folder, then run it again."
        ) from error


def _write_and_rename(partial: Path, path: Path, content: bytes) -> None:
    with partial.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # tells remove_leftovers that the writer is alive
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        partial.replace(path)
    _flush_folder(path.parent)


def remove_leftovers(directory: Path) -> int:
    """Delete what killed writers left, and return how many files that were. Files being written are locked and stay."""
    return sum(_remove_if_abandoned(path) for path in directory.glob(f".*{PARTIAL}"))


def _remove_if_abandoned(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except OSError:  # it is being written, or was put in place meanwhile
        return False
    return True


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``; others wait. The system gives it back when the process ends in any way.

    Raises:
        DataError: The lock file cannot be opened.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DataError(f"{path}: cannot be locked ({error.strerror}). Choose a folder that can be written.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _flush_folder(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
