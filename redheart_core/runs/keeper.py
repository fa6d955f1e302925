"""The process that waits for the device, then starts the trainer and watches over it until it ends.

Run as a file, with nothing but the standard library, so that a run that waits costs no memory worth naming. What says
that it lives is a lock on ``place``, which it holds from birth and the system takes back however it ends: neither a
zombie nor a number that is used again can pass for it. Whoever holds ``place`` and has written no ``turn`` waits; of
those that wait, the one that was asked for first takes the device as soon as nobody holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PLACE, TURN, WORKING, STOP, EXIT, LOG = "place", "turn", "working", "stop", "exit.json", "log.txt"
"""Names of files in the folder of a run."""
DEVICE = ".device"
"""Held by the run that has the device; beside the runs."""
POLL_S = 0.2


def try_hold(path: Path) -> int | None:
    """Return a descriptor that holds the lock of ``path``, or None where somebody else does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Say whether a living process holds the lock of ``path``. Does not make the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def asked_ns(folder: Path) -> int | None:
    """Return when a run was asked for, nanoseconds since 1970; None where it never was."""
    try:
        return int((folder / PLACE).read_text("ascii"))
    except (OSError, ValueError):
        return None


def waiting(root: Path) -> list[Path]:
    """Return the folders of the runs that wait, in the order in which they were asked for."""
    found = [(asked, place.parent.name, place.parent) for place, asked in _places(root)]
    return [folder for _, _, folder in sorted(found) if not (folder / TURN).exists() and is_held(folder / PLACE)]


def write_whole(path: Path, text: str) -> None:
    """Put a text in place of a file, so that nobody reads half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def _places(root: Path) -> Iterator[tuple[Path, int]]:
    for place in root.glob(f"*/{PLACE}"):
        if (asked := asked_ns(place.parent)) is not None:
            yield place, asked


def _wait_for_turn(folder: Path) -> int | None:
    """Return a descriptor that holds the device, or None where somebody asked to stop before."""
    while not (folder / STOP).exists():
        if waiting(folder.parent)[:1] == [folder]:
            held = try_hold(folder.parent / DEVICE)
            if held is not None and not any(map(is_held, folder.parent.glob(f"*/{WORKING}"))):
                return held
            if held is not None:  # somebody trains in the foreground, who asked for no device
                os.close(held)
        time.sleep(POLL_S)
    return None


def _work(folder: Path, command: list[str], descriptors: tuple[int, ...]) -> int:
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            [*command, str(folder.parent), folder.name],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, pass_fds=descriptors,
        )  # fmt: skip

    def hand_on(number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGINT, hand_on)
    write_whole(folder / TURN, str(process.pid))
    return process.wait()


def main(arguments: list[str]) -> None:
    """Keep one run: ``keeper.py FOLDER DESCRIPTOR COMMAND...``."""
    folder, place = Path(arguments[0]), int(arguments[1])
    device = _wait_for_turn(folder)
    code = None if device is None else _work(folder, arguments[2:], (device, place))
    write_whole(folder / EXIT, json.dumps({"code": code, "at_s": time.time()}))


if __name__ == "__main__":
    main(sys.argv[1:])
