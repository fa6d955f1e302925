"""Signals as wishes: the first one asks a training to stop, the second one ends the process as usual."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Protocol


class Interrupt(Protocol):
    """Asks a training to stop."""

    def __call__(self, *, at_once: bool = False) -> None:
        """Ask; at once means before the present step is done, where it may be left undone."""


@contextlib.contextmanager
def signals_to(interrupt: Interrupt) -> Iterator[None]:
    """Let the first SIGTERM or Ctrl-C ask for an orderly stop, and a second one end the process as usual.

    Ctrl-C lets the present step be done. SIGTERM does not: whoever sends it, a stop that insists or a machine that
    shuts down, sends SIGKILL soon after.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    previous = {number: signal.getsignal(number) for number in numbers}

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(number, previous[signal.Signals(number)])
        interrupt(at_once=number == signal.SIGTERM)

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, previous[number])
