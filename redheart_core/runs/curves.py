"""Reading a curve from the store: every step of a short stretch, summaries of a long one."""

from __future__ import annotations

import math
import sqlite3
from itertools import groupby
from statistics import fmean

from redheart_core.runs.inserts import number
from redheart_core.runs.schema import BUCKET_STEPS
from redheart_core.runs.series import (
    BATCH_SIZE,
    GRADIENT_NORM,
    LEARNING_RATE,
    LOSS,
    LOSS_OF_TASK,
    PART_OF_LOSS,
    PLANNED_LEARNING_RATE,
    TOKENS_PER_S,
    Curve,
    decimate,
)
from redheart_core.runs.stretches import Stretch

MOST_SINGLE_STEPS = 10_000
"""Stretch of steps up to which every step is looked at. Reading so many takes some ten milliseconds."""
_ALL = 2**62
_COLUMNS = {
    LOSS: "loss",
    LEARNING_RATE: "learning_rate",
    PLANNED_LEARNING_RATE: "planned_learning_rate",
    BATCH_SIZE: "batch_size",
    TOKENS_PER_S: "CASE WHEN seconds > 0 THEN tokens / seconds END",
}


def read_curve(
    connection: sqlite3.Connection, name: str, *, first_step: int, last_step: int | None, max_points: int
) -> Curve:
    """Return a series between two steps, both included; nothing for a name that the run does not have.

    A long stretch begins and ends with whole summaries, so that a few points may lie just outside.
    """
    (recorded,) = connection.execute("SELECT coalesce(max(step), 0) FROM steps").fetchone()
    end = recorded if last_step is None else min(last_step, recorded)
    if end - first_step < MOST_SINGLE_STEPS:
        points = _single_steps(connection, name, first_step, end)
    else:
        points = _extremes(connection, name, first_step, end)
    is_summary = end - first_step >= MOST_SINGLE_STEPS
    curve = decimate(name, [step for step, _ in points], [value for _, value in points], max_points=max_points)
    if is_summary and not curve.is_decimated:
        return Curve(name=name, steps=curve.steps, values=curve.values, is_decimated=True)
    return curve


def mean_curve(connection: sqlite3.Connection, name: str, *, every_steps: int) -> dict[int, float]:
    """Return means over stretches of steps, by the first step of each; from summaries where they are whole ones."""
    if every_steps % BUCKET_STEPS:
        return _means_of_steps(connection, name, every_steps)
    rows = connection.execute(
        """SELECT bucket / ? AS stretch, sum(total) / sum(count) AS mean FROM buckets JOIN series USING (series)
           WHERE name = ? GROUP BY stretch ORDER BY stretch""",
        (every_steps // BUCKET_STEPS, name),
    )
    return {row["stretch"] * every_steps: float(row["mean"]) for row in rows}


def read_summaries(connection: sqlite3.Connection, *, from_step: int = 0) -> dict[str, list[Stretch]]:
    """Return the summaries of every series by name, in order, from the one that holds a step on."""
    found: dict[str, list[Stretch]] = {}
    for series, name in connection.execute("SELECT series, name FROM series").fetchall():
        rows = connection.execute(
            """SELECT bucket, total / count AS mean, low, low_step, high, high_step, count FROM buckets
               WHERE series = ? AND bucket >= ? ORDER BY bucket""",
            (series, from_step // BUCKET_STEPS),
        )
        rows.row_factory = None
        found[name] = [
            Stretch(bucket * BUCKET_STEPS, (bucket + 1) * BUCKET_STEPS - 1, mean, low, low_at, high, high_at, count)
            for bucket, mean, low, low_at, high, high_at, count in rows
        ]
    return found


def _means_of_steps(connection: sqlite3.Connection, name: str, every_steps: int) -> dict[int, float]:
    points = [(step, value) for step, value in _single_steps(connection, name, 0, _ALL) if math.isfinite(value)]
    stretches = groupby(points, key=lambda point: point[0] // every_steps * every_steps)
    return {start: fmean(value for _, value in members) for start, members in stretches}


def _single_steps(connection: sqlite3.Connection, name: str, first: int, last: int) -> list[tuple[int, float]]:
    column, condition, key = _column(name)
    rows = connection.execute(
        f"SELECT step, {column} AS value FROM steps WHERE step BETWEEN :first AND :last {condition} ORDER BY step",
        {"first": first, "last": last, "key": key},
    )
    return [(row["step"], number(row["value"])) for row in rows]


def _column(name: str) -> tuple[str, str, str]:
    """Return the expression of a series, a condition on the steps that have it, and the key that both ask for."""
    if name in _COLUMNS:
        return _COLUMNS[name], "", ""
    if name.startswith(LOSS_OF_TASK):
        return "loss", "AND task = :key", name.removeprefix(LOSS_OF_TASK)
    column = "losses" if name.startswith(PART_OF_LOSS) else "gradient_norms"
    key = name.removeprefix(PART_OF_LOSS).removeprefix(GRADIENT_NORM)
    return f"json_extract({column}, :key)", f"AND json_type({column}, :key) IS NOT NULL", f'$."{key}"'


def _extremes(connection: sqlite3.Connection, name: str, first: int, last: int) -> list[tuple[int, float]]:
    rows = connection.execute(
        """SELECT low, low_step, high, high_step FROM buckets JOIN series USING (series)
           WHERE name = ? AND bucket BETWEEN ? AND ? ORDER BY bucket""",
        (name, first // BUCKET_STEPS, last // BUCKET_STEPS),
    )
    return [point for row in rows for point in sorted({(row["low_step"], row["low"]), (row["high_step"], row["high"])})]
