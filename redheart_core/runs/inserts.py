"""What a writer puts into the tables, one transaction at a time. Nothing here decides when.

A step that does not lie behind all recorded ones supersedes everything from it on: a resumed run repeats the steps
that were taken after its state was saved, and they must not be counted twice.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

from redheart_core.runs.schema import BUCKET_STEPS
from redheart_core.runs.series import Bucket, tally
from redheart_core.runs.telemetry import Sample
from redheart_core.training.happenings import EventKind, values_of
from redheart_core.training.observer import Event, StepRecord, ValidationRecord

Entry = StepRecord | ValidationRecord | Event | Sample
TimedEntry = tuple[float, Entry]
"""When it happened (seconds since 1970), and what."""
_OF_PROCESSES = (EventKind.STARTED, EventKind.RESUMED, EventKind.STOPPED, EventKind.FAILED)
"""Happened to a process, and stays true when the run goes back behind it."""
_OWN_COLUMNS = frozenset({"task", "name", "value", "baseline", "num_rows"})


def insert(connection: sqlite3.Connection, attempt: int, entries: Sequence[TimedEntry]) -> None:
    """Write entries in their order."""
    for kind, group in groupby(entries, key=lambda entry: type(entry[1])):
        together = list(group)
        if kind is StepRecord:
            _insert_steps(connection, attempt, [(at_s, e) for at_s, e in together if isinstance(e, StepRecord)])
        else:
            for at_s, entry in together:
                _insert_one(connection, attempt, at_s, entry)


def go_back(connection: sqlite3.Connection, step: int) -> None:
    """Forget what was recorded after ``step``, since it is about to happen again."""
    last = last_step(connection)
    connection.execute("DELETE FROM validation WHERE step > ?", (step,))
    kept = ",".join(f"'{kind.value}'" for kind in _OF_PROCESSES)
    connection.execute(f"UPDATE events SET is_superseded = 1 WHERE step > ? AND kind NOT IN ({kept})", (step,))
    if last <= step:
        return
    connection.execute("DELETE FROM steps WHERE step > ?", (step,))
    first_kept = step // BUCKET_STEPS * BUCKET_STEPS
    connection.execute("DELETE FROM buckets WHERE bucket >= ?", (first_kept // BUCKET_STEPS,))
    rows = connection.execute("SELECT * FROM steps WHERE step >= ?", (first_kept,))
    _add_buckets(connection, [step_record(row) for row in rows])
    connection.execute("UPDATE run SET revision = revision + 1")


def last_step(connection: sqlite3.Connection) -> int:
    """Return the number of steps recorded."""
    (step,) = connection.execute("SELECT coalesce(max(step), 0) FROM steps").fetchone()
    return int(step)


def last_epoch(connection: sqlite3.Connection) -> float:
    """Return the epoch of the last step recorded; 0 before the first."""
    row = connection.execute("SELECT epoch FROM steps ORDER BY step DESC LIMIT 1").fetchone()
    return 0.0 if row is None else float(row["epoch"])


def step_record(row: sqlite3.Row) -> StepRecord:
    """Return a step as the trainer told it."""
    return StepRecord(
        step=row["step"],
        epoch=row["epoch"],
        task=row["task"],
        loss=number(row["loss"]),
        losses={part: number(value) for part, value in json.loads(row["losses"]).items()},
        learning_rate=number(row["learning_rate"]),
        planned_learning_rate=number(row["planned_learning_rate"]),
        gradient_norms={module: number(value) for module, value in json.loads(row["gradient_norms"]).items()},
        batch_size=row["batch_size"],
        tokens=row["tokens"],
        seconds=row["seconds"],
    )


def number(value: float | None) -> float:
    """Return what a column holds: SQLite keeps no number that is none, and says NULL."""
    return math.nan if value is None else value


def _insert_steps(connection: sqlite3.Connection, attempt: int, entries: list[tuple[float, StepRecord]]) -> None:
    last, fresh = last_step(connection), list[tuple[float, StepRecord]]()
    for at_s, record in entries:
        if record.step <= last:
            _add_steps(connection, attempt, fresh)
            fresh = []
            go_back(connection, record.step - 1)
        fresh.append((at_s, record))
        last = record.step
    _add_steps(connection, attempt, fresh)


def _add_steps(connection: sqlite3.Connection, attempt: int, entries: Sequence[tuple[float, StepRecord]]) -> None:
    connection.executemany(
        "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                record.step, attempt, at_s, record.epoch, record.task, record.loss, _json(record.losses),
                record.learning_rate, record.planned_learning_rate, _json(record.gradient_norms),
                record.batch_size, record.tokens, record.seconds,
            )
            for at_s, record in entries
        ],
    )  # fmt: skip
    _add_buckets(connection, [record for _, record in entries])


def _add_buckets(connection: sqlite3.Connection, records: Iterable[StepRecord]) -> None:
    buckets = tally(records)
    names = {(name,) for name, _ in buckets}
    connection.executemany("INSERT INTO series (name) VALUES (?) ON CONFLICT DO NOTHING", names)
    numbers = {row["name"]: row["series"] for row in connection.execute("SELECT series, name FROM series")}
    connection.executemany(
        """INSERT INTO buckets VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
               count = count + excluded.count, total = total + excluded.total,
               low_step = CASE WHEN excluded.low < low THEN excluded.low_step ELSE low_step END,
               low = min(low, excluded.low),
               high_step = CASE WHEN excluded.high > high THEN excluded.high_step ELSE high_step END,
               high = max(high, excluded.high)""",
        [(numbers[name], place, *_columns(bucket)) for (name, place), bucket in buckets.items()],
    )


def _columns(bucket: Bucket) -> tuple[float, ...]:
    return (bucket.count, bucket.total, bucket.low, bucket.low_step, bucket.high, bucket.high_step)


def _insert_one(connection: sqlite3.Connection, attempt: int, at_s: float, entry: Entry) -> None:
    if isinstance(entry, ValidationRecord):
        _insert_validation(connection, attempt, entry)
    elif isinstance(entry, Event):
        if entry.kind is EventKind.RESUMED:
            go_back(connection, entry.step)
        connection.execute(
            "INSERT INTO events (attempt, at_s, step, kind, detail, name, fields) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                attempt, at_s, entry.step, entry.kind.value, entry.detail, entry.what.name,
                _json(values_of(entry.what)),
            ),
        )  # fmt: skip
    elif isinstance(entry, Sample):
        values = asdict(entry) | {"devices": json.dumps([asdict(device) for device in entry.devices])}
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO telemetry (attempt, {names}) VALUES (?, {marks})", (attempt, *values.values()))


def _insert_validation(connection: sqlite3.Connection, attempt: int, record: ValidationRecord) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO validation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                record.step, metric.task, metric.name, attempt, record.epoch, metric.value, metric.baseline,
                metric.num_rows,
                _json({name: value for name, value in asdict(metric).items() if name not in _OWN_COLUMNS}),
            )
            for metric in record.metrics
        ],
    )  # fmt: skip


def _json(values: object) -> str:
    """Return JSON that SQLite can read: its dialect knows neither NaN nor infinity."""
    try:
        return json.dumps(values, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_without_nan(values), default=str)


def _without_nan(values: object) -> object:
    if isinstance(values, dict):
        return {name: _without_nan(value) for name, value in values.items()}
    return None if isinstance(values, float) and not math.isfinite(values) else values
