"""Runs side by side: where their settings differ, their best validation metrics, their losses at the same steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from redheart_core.runs.curves import MOST_SINGLE_STEPS
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader, Validation
from redheart_core.runs.schema import BUCKET_STEPS
from redheart_core.runs.series import LOSS
from redheart_core.training.techniques.early_stopping import LOWER_IS_BETTER

CURVE_POINTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting in every run; None where a run does not have it."""

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRow:
    """One metric's best value in every run and the step it was reached at; None where a run never measured it."""

    task: str
    metric: str
    lower_is_better: bool
    values: tuple[float | None, ...]
    steps: tuple[int | None, ...]
    baselines: tuple[float | None, ...]
    num_rows: tuple[int | None, ...]
    """Rows that the best value was measured on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCurve:
    """Mean losses of all runs over the same stretches of steps."""

    name: str
    every_steps: int
    steps: tuple[int, ...]
    """First step of each stretch."""
    values: tuple[tuple[float | None, ...], ...]
    """By run; None where a run has no such step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Several runs, in the order they were asked for."""

    run_ids: tuple[str, ...]
    names: tuple[str, ...]
    settings: tuple[SettingRow, ...]
    """Only those that differ."""
    metrics: tuple[MetricRow, ...]
    curves: tuple[SharedCurve, ...]


def compare_runs(folders: Sequence[RunFolder], *, series: Iterable[str] = (LOSS,)) -> Comparison:
    """Compare runs.

    Raises:
        RunError: One cannot be read.
    """
    names, settings, validations = [], [], []
    curves: list[list[dict[int, float]]] = []
    longest = max(map(_last_step, folders))
    every = stretch(longest)
    for folder in folders:
        with RunReader(folder) as reader:
            facts = reader.facts()
            names.append(facts.name)
            settings.append(dict(facts.settings) | {f"data {n}": h[:12] for n, h in reader.data_sha256().items()})
            validations.append(reader.validations())
            curves.append([reader.mean_curve(name, every_steps=every) for name in series])
    return Comparison(
        run_ids=tuple(folder.run_id for folder in folders),
        names=tuple(names),
        settings=differing(settings),
        metrics=best_metrics(validations),
        curves=tuple(
            shared_curve(name, every, [of_run[place] for of_run in curves]) for place, name in enumerate(series)
        ),
    )


def stretch(num_steps: int) -> int:
    """Return how many steps make one point: few enough points, and whole summaries where a run is long."""
    every = math.ceil(max(num_steps, 1) / CURVE_POINTS)
    return every if num_steps <= MOST_SINGLE_STEPS else math.ceil(every / BUCKET_STEPS) * BUCKET_STEPS


def differing(settings: Sequence[Mapping[str, str]]) -> tuple[SettingRow, ...]:
    """Return the settings that are not the same everywhere."""
    names = sorted({name for each in settings for name in each})
    rows = [SettingRow(name=name, values=tuple(each.get(name) for each in settings)) for name in names]
    return tuple(row for row in rows if len(set(row.values)) > 1)


def best_metrics(validations: Sequence[Sequence[Validation]]) -> tuple[MetricRow, ...]:
    """Return each metric's best value by run. A metric whose name says so is an error, and its lowest value is best."""
    keys = sorted({(row.task, metric_name(row.metric)) for each in validations for row in each})
    return tuple(_best(task, metric, validations) for task, metric in keys)


def metric_name(metric: str) -> str:
    """Return a metric's name without the number in brackets that belongs to one measurement, such as a threshold."""
    head, bracket, tail = metric.rpartition(" (")
    return head if bracket and tail.rstrip(")").replace(".", "", 1).isdigit() else metric


def shared_curve(name: str, every_steps: int, by_run: Sequence[Mapping[int, float]]) -> SharedCurve:
    """Put curves on one scale of steps."""
    steps = tuple(sorted({step for of_run in by_run for step in of_run}))
    values = tuple(tuple(of_run.get(step) for step in steps) for of_run in by_run)
    return SharedCurve(name=name, every_steps=every_steps, steps=steps, values=values)


def _best(task: str, metric: str, validations: Sequence[Sequence[Validation]]) -> MetricRow:
    sign = 1 if LOWER_IS_BETTER in metric else -1
    best = [
        min(
            (row for row in each if (row.task, metric_name(row.metric)) == (task, metric) and row.value == row.value),
            key=lambda row: (sign * row.value, row.step),
            default=None,
        )
        for each in validations
    ]
    return MetricRow(
        task=task,
        metric=metric,
        lower_is_better=sign == 1,
        values=tuple(None if row is None else row.value for row in best),
        steps=tuple(None if row is None else row.step for row in best),
        baselines=tuple(None if row is None else row.baseline for row in best),
        num_rows=tuple(None if row is None else row.num_rows for row in best),
    )


def _last_step(folder: RunFolder) -> int:
    with RunReader(folder) as reader:
        return reader.status().step
