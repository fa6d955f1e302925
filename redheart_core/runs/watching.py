"""Watching a run: everything that a page shows of it, read anew only where something was added.

A watch belongs to one run and keeps what it has read. Looking again reads the steps, summaries, events, validations
and samples behind those; where a resumed run went back, everything is read again. It only observes.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.runs.curves import MOST_SINGLE_STEPS
from redheart_core.runs.facts import RunFacts
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import Moment, RecordedEvent, RunReader, Status, Validation
from redheart_core.runs.series import series_values
from redheart_core.runs.stretches import Stretch, joined, summarised
from redheart_core.runs.telemetry import Sample

MOST_STRETCHES = 1_000
"""Points of a curve that a look returns."""
_ALL_SAMPLES = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A run at one moment."""

    folder: RunFolder
    facts: RunFacts
    status: Status
    curves: Mapping[str, tuple[Stretch, ...]]
    """By name (``series``); x is the step."""
    validations: tuple[Validation, ...]
    events: tuple[RecordedEvent, ...]
    """Without those that a resumed run went back behind."""
    samples: tuple[Sample, ...]
    """Of the machine, all of them."""
    clock: tuple[Moment, ...]
    """When some of the steps were taken, the first and the last among them."""
    first_without_loss: int | None
    """First step whose loss was no number."""


class RunWatch:
    """Watches one run. Safe between threads; who asks meanwhile waits for the same answer."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._version: tuple[int, int] = (-1, -1)
        self._forget()

    def look(self) -> Look:
        """Return the run as it is now.

        Raises:
            RunError: Its store cannot be read.
        """
        with self._lock, RunReader(self._folder) as reader:
            status = reader.status()
            version = (status.revision, 0 if status.attempt is None else status.attempt.number)
            if version != self._version:
                self._forget()
                self._version = version
            self._read(reader, status)
            return Look(
                folder=self._folder,
                facts=reader.facts(),
                status=status,
                curves=self._curves,
                validations=tuple(self._validations),
                events=tuple(event for event in self._events if not event.is_superseded),
                samples=tuple(self._samples),
                clock=tuple(self._clock),
                first_without_loss=self._first_without_loss,
            )

    def _forget(self) -> None:
        self._last_step = 0
        self._singles: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        self._summaries: dict[str, list[Stretch]] = {}
        self._curves: Mapping[str, tuple[Stretch, ...]] = {}
        self._validations: list[Validation] = []
        self._events: list[RecordedEvent] = []
        self._samples: list[Sample] = []
        self._clock: list[Moment] = []
        self._first_without_loss: int | None = None

    def _read(self, reader: RunReader, status: Status) -> None:
        if status.step > self._last_step:
            self._read_curves(reader, status.step)
        self._events += reader.events(after=self._events[-1].number if self._events else 0)
        again = self._validations[-1].step if self._validations else 0
        kept = [row for row in self._validations if row.step < again]
        self._validations = kept + list(reader.validations(from_step=again))
        after_s = self._samples[-1].at_s if self._samples else 0.0
        self._samples += reader.telemetry(after_s=after_s, max_samples=_ALL_SAMPLES)

    def _read_curves(self, reader: RunReader, step: int) -> None:
        if self._first_without_loss is None:
            self._first_without_loss = reader.first_without_loss(after=self._last_step)
        every = max(1, step // MOST_STRETCHES)
        self._clock += reader.clock(every_steps=every, after=self._last_step)
        if step <= MOST_SINGLE_STEPS:
            self._add_steps(reader)
        else:
            self._add_summaries(reader)
        self._last_step = step

    def _add_steps(self, reader: RunReader) -> None:
        """Take note of every single step: a short run is drawn as finely as it was recorded."""
        for _, record in reader.steps(after=self._last_step):
            for name, value in series_values(record):
                xs, values = self._singles[name]
                xs.append(record.step)
                values.append(value)
        self._curves = {
            name: summarised(xs, values, most=MOST_STRETCHES) for name, (xs, values) in self._singles.items()
        }

    def _add_summaries(self, reader: RunReader) -> None:
        """Take the summaries that the recorder made, the last known one again: it may have grown."""
        self._singles.clear()
        from_step = self._last_step if self._summaries else 0
        for name, stretches in reader.summaries(from_step=from_step).items():
            known = self._summaries.setdefault(name, [])
            first = stretches[0].start if stretches else 0.0
            while stretches and known and known[-1].start >= first:
                known.pop()
            known += stretches
        self._curves = {name: joined(known, most=MOST_STRETCHES) for name, known in self._summaries.items()}
