"""Looking at a run: one short-lived, read-only connection. Nothing here can change a run or make its trainer wait.

Made for somebody who looks again every second: curves come decimated, events and telemetry from where the last look
ended, and ``revision`` says when a resumed run has gone back, so that what was kept from before is void.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import starmap
from types import TracebackType
from typing import NamedTuple, Self

from redheart_core.runs.attempts import attempt_of
from redheart_core.runs.curves import mean_curve, read_curve, read_summaries
from redheart_core.runs.facts import Attempt, RunFacts, Shown, is_ahead, shown_state
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.inserts import last_step, number, step_record
from redheart_core.runs.launched import Exit, Launch, read_launch
from redheart_core.runs.liveness import Liveness, judge
from redheart_core.runs.schema import open_store, store_problem
from redheart_core.runs.series import Curve
from redheart_core.runs.stretches import Stretch
from redheart_core.runs.telemetry import DeviceSample, Sample
from redheart_core.training.happenings import EventKind, Happening, happening_of
from redheart_core.training.observer import StepRecord

MAX_POINTS = 2_000
LIVING = frozenset({Shown.QUEUED, Shown.STARTING, Shown.RUNNING, Shown.STOPPING, Shown.SILENT})
"""A process waits with the run or works on it."""
LOST_REASON = "its process is gone without a word: it was killed, or the machine was restarted"
"""Of a run whose process nobody saw end."""
_RATE_STEPS = 200
"""Latest steps from which the speed is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a run stands now."""

    shown: Shown
    reason: str
    attempt: Attempt | None
    liveness: Liveness | None
    """None unless a process says that it is running."""
    step: int
    planned_steps: int
    seconds_per_step: float | None
    """Of the latest steps; None before the first."""
    revision: int
    """Rises when recorded steps were taken back."""
    launch: Launch | None = None
    """The latest detached start; None where there was none."""

    @property
    def is_living(self) -> bool:
        """Whether a process waits for the device with this run, or works on it."""
        return self.shown in LIVING

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self.shown is Shown.COMPLETED

    @property
    def exit(self) -> Exit | None:
        """How the trainer ended, where that was seen and nothing has begun since."""
        return _latest_exit(self.attempt, self.launch)

    @property
    def left_s(self) -> float | None:
        """Training seconds left at the present speed."""
        return None if self.seconds_per_step is None else self.seconds_per_step * (self.planned_steps - self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One metric at one step."""

    step: int
    epoch: float
    task: str
    metric: str
    value: float
    baseline: float
    num_rows: int
    detail: str
    """What else the metric said, JSON."""


class Moment(NamedTuple):
    """When a step was taken."""

    step: int
    epoch: float
    at_s: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event with its place in the record."""

    number: int
    attempt: int
    at_s: float
    step: int
    kind: EventKind
    detail: str
    """One line in English."""
    what: Happening | None
    """With its numbers; None where the record has only the line, as records of version 1 do."""
    is_superseded: bool
    """Whether a resumed run went back behind it."""


class RunReader:
    """Reads one run; a context manager."""

    def __init__(self, folder: RunFolder) -> None:
        """Open the store.

        Raises:
            RunError: It is missing or damaged.
        """
        self.folder = folder
        self._connection = open_store(folder.store, writing=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise store_problem(self.folder.store, error) from error

    def facts(self) -> RunFacts:
        """Return what the run was started with."""
        row = self._connection.execute("SELECT * FROM run").fetchone()
        return RunFacts(
            name=row["name"],
            created_s=row["created_s"],
            command=row["command"],
            config=row["config"],
            settings=json.loads(row["settings"]),
            seed=row["seed"],
            planned_steps=row["planned_steps"],
            data_dir=row["data_dir"],
            out_dir=row["out_dir"],
            num_threads=row["num_threads"],
        )

    def data_sha256(self) -> dict[str, str]:
        """Return the hashes of the files that the run learns from, by name."""
        return {row["name"]: row["sha256"] for row in self._connection.execute("SELECT * FROM data_files")}

    def attempts(self) -> tuple[Attempt, ...]:
        """Return the processes that worked on the run, in order."""
        return tuple(map(attempt_of, self._connection.execute("SELECT * FROM attempts ORDER BY attempt")))

    def status(self) -> Status:
        """Return where the run stands, with a look at its process."""
        attempts = self.attempts()
        attempt = attempts[-1] if attempts else None
        liveness = None
        if attempt is not None and attempt.ended_s is None:
            liveness = judge(attempt.mark, heartbeat_s=attempt.heartbeat_s, now_s=time.time())
        launch = read_launch(self.folder)
        is_asked_to_stop = self.folder.stop_flag.exists()
        shown = shown_state(attempt, liveness, is_asked_to_stop=is_asked_to_stop, launch=launch)
        row = self._connection.execute("SELECT planned_steps, revision FROM run").fetchone()
        return Status(
            shown=shown,
            reason=_reason(shown, attempt, launch),
            launch=launch,
            attempt=attempt,
            liveness=liveness,
            step=last_step(self._connection),
            planned_steps=row["planned_steps"],
            seconds_per_step=self._seconds_per_step(),
            revision=row["revision"],
        )

    def series_names(self) -> tuple[str, ...]:
        """Return the names of the curves, see ``series``."""
        return tuple(row["name"] for row in self._connection.execute("SELECT name FROM series ORDER BY name"))

    def curve(
        self, name: str, *, first_step: int = 0, last_step: int | None = None, max_points: int = MAX_POINTS
    ) -> Curve:
        """Return a curve between two steps, both included, in at most about ``max_points`` points, extremes kept."""
        return read_curve(self._connection, name, first_step=first_step, last_step=last_step, max_points=max_points)

    def mean_curve(self, name: str, *, every_steps: int) -> dict[int, float]:
        """Return means over stretches of steps, by the first step of each."""
        return mean_curve(self._connection, name, every_steps=every_steps)

    def steps(self, *, after: int = 0) -> Iterator[tuple[float, StepRecord]]:
        """Yield every step after a given one with the time it was recorded at, as the trainer told it."""
        rows = self._connection.execute("SELECT * FROM steps WHERE step > ? ORDER BY step", (after,))
        yield from ((row["at_s"], step_record(row)) for row in rows)

    def summaries(self, *, from_step: int = 0) -> dict[str, list[Stretch]]:
        """Return every series in summaries of ``BUCKET_STEPS`` steps, from the one that holds a step on."""
        return read_summaries(self._connection, from_step=from_step)

    def clock(self, *, every_steps: int = 1, after: int = 0) -> tuple[Moment, ...]:
        """Return when every n-th step behind a given one was taken, and the last one, in order."""
        rows = self._connection.execute(
            """SELECT step, epoch, at_s, attempt FROM steps
               WHERE step > ? AND (step % ? = 0 OR step = 1 OR step = (SELECT max(step) FROM steps)) ORDER BY step""",
            (after, every_steps),
        )
        rows.row_factory = None
        return tuple(starmap(Moment, rows))

    def first_without_loss(self, *, after: int = 0) -> int | None:
        """Return the first step behind a given one whose loss was no number, or None."""
        row = self._connection.execute(
            "SELECT step FROM steps WHERE step > ? AND loss IS NULL ORDER BY step LIMIT 1", (after,)
        ).fetchone()
        return None if row is None else int(row["step"])

    def validations(self, *, from_step: int = 0) -> tuple[Validation, ...]:
        """Return every metric of every validation from a step on, by step."""
        rows = self._connection.execute(
            "SELECT * FROM validation WHERE step >= ? ORDER BY step, task, metric", (from_step,)
        )
        return tuple(
            Validation(
                step=row["step"],
                epoch=row["epoch"],
                task=row["task"],
                metric=row["metric"],
                value=number(row["value"]),
                baseline=number(row["baseline"]),
                num_rows=row["num_rows"],
                detail=row["detail"],
            )
            for row in rows
        )

    def events(self, *, after: int = 0) -> tuple[RecordedEvent, ...]:
        """Return the events after a given number, in order."""
        rows = self._connection.execute("SELECT * FROM events WHERE event > ? ORDER BY event", (after,))
        return tuple(
            RecordedEvent(
                number=row["event"],
                attempt=row["attempt"],
                at_s=row["at_s"],
                step=row["step"],
                kind=EventKind(row["kind"]),
                detail=row["detail"],
                what=_happening(row),
                is_superseded=bool(row["is_superseded"]),
            )
            for row in rows
        )

    def telemetry(self, *, after_s: float = 0.0, max_samples: int = MAX_POINTS) -> tuple[Sample, ...]:
        """Return samples after a moment: all, or every n-th so that at most ``max_samples`` come."""
        (count,) = self._connection.execute("SELECT count(*) FROM telemetry WHERE at_s > ?", (after_s,)).fetchone()
        every = -(-count // max_samples) or 1
        rows = self._connection.execute(
            "SELECT * FROM telemetry WHERE at_s > ? AND sample % ? = 0 ORDER BY sample", (after_s, every)
        )
        return tuple(map(_sample, rows))

    def pace(self, first_step: int, last_step: int) -> tuple[float, int] | None:
        """Return seconds per step by the clock between two steps, both included, and how many steps tell them.

        Time in which no process worked is not counted. None where too few steps follow each other.
        """
        rows = self._connection.execute(
            "SELECT count(*), max(at_s) - min(at_s) FROM steps WHERE step BETWEEN ? AND ? GROUP BY attempt",
            (first_step, last_step),
        ).fetchall()
        num_intervals = sum(count - 1 for count, _ in rows)
        return (sum(span for _, span in rows) / num_intervals, num_intervals) if num_intervals else None

    def around_steps(self) -> tuple[float, float] | None:
        """Return when the first step began and the last one ended, seconds since 1970; None without steps."""
        first, last = self._connection.execute(
            "SELECT (SELECT at_s - seconds FROM steps ORDER BY step LIMIT 1), max(at_s) FROM steps"
        ).fetchone()
        return None if last is None else (float(first), float(last))

    def peak_bytes(self) -> int | None:
        """Return the most memory that the process was seen to take; None before the first sample."""
        (peak,) = self._connection.execute("SELECT max(process_bytes) FROM telemetry").fetchone()
        return None if peak is None else int(peak)

    def _seconds_per_step(self) -> float | None:
        (mean,) = self._connection.execute(
            "SELECT avg(seconds) FROM (SELECT seconds FROM steps ORDER BY step DESC LIMIT ?)", (_RATE_STEPS,)
        ).fetchone()
        return None if mean is None else float(mean)


def _latest_exit(attempt: Attempt | None, launch: Launch | None) -> Exit | None:
    """Return how the trainer was seen to end, unless something has begun since."""
    if launch is None or launch.is_living or launch.exit is None:
        return None
    return None if attempt is not None and attempt.started_s > launch.exit.at_s else launch.exit


def _reason(shown: Shown, attempt: Attempt | None, launch: Launch | None) -> str:
    """Return why a run ended: what its process said, else how it was seen to end."""
    if shown in LIVING:
        return ""
    is_later = launch is not None and is_ahead(launch, attempt)
    if attempt is not None and attempt.reason and not is_later:
        return attempt.reason
    ending = _latest_exit(attempt, launch)
    if ending is not None and (ending.code != 0 or shown is Shown.FAILED):
        return ending.reason
    return LOST_REASON if shown is Shown.CRASHED else ""


def _happening(row: sqlite3.Row) -> Happening | None:
    return happening_of(row["name"], json.loads(row["fields"])) if "name" in row.keys() else None  # noqa: SIM118


def _sample(row: sqlite3.Row) -> Sample:
    return Sample(
        at_s=row["at_s"],
        cpu_percent=row["cpu_percent"],
        process_cpu_percent=row["process_cpu_percent"],
        process_bytes=row["process_bytes"],
        used_bytes=row["used_bytes"],
        total_bytes=row["total_bytes"],
        disk_free_bytes=row["disk_free_bytes"],
        disk_total_bytes=row["disk_total_bytes"],
        devices=tuple(DeviceSample(**device) for device in json.loads(row["devices"])),
    )
