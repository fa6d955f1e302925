"""The observer of a process that helps with a run which another process records."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from redheart_core.runs.signals import signals_to
from redheart_core.training.observer import SilentObserver


class Bystander(SilentObserver):
    """Records nothing, and tells the training when this process gets a signal to end: then all of them stop."""

    def __init__(self) -> None:
        self._is_interrupted = threading.Event()

    def stop_requested(self) -> bool:
        """Return whether this process got a signal to end."""
        return self._is_interrupted.is_set()

    def interrupt(self, *, at_once: bool = False) -> None:
        """Ask the training to stop, from a signal. Never at once: the other processes wait for this one's step."""
        self._is_interrupted.set()


@contextmanager
def standing_by() -> Iterator[Bystander]:
    """Hear signals for the duration of the block."""
    bystander = Bystander()
    with signals_to(bystander.interrupt):
        yield bystander
