"""Signals as wishes: the first one asks a training to stop, the second one ends the process as usual."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def signals_to(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let the first SIGTERM or Ctrl-C ask for an orderly stop, and a second one end the process as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    previous = {number: signal.getsignal(number) for number in numbers}

    def ask(number: int, frame: FrameType | None) -> None:
        interrupt()
        signal.signal(number, previous[signal.Signals(number)])

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, previous[number])
