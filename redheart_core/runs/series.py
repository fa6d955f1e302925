"""Curves of a run by name, and their summary by hundred steps, which keeps every extreme.

A plot of 100,000 steps needs a thousand points. Summaries are made while writing, so that a reader never has to look
at every step.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from redheart_core.runs.schema import BUCKET_STEPS
from redheart_core.training.observer import StepRecord

LOSS = "loss"
LOSS_OF_TASK = "loss/"
PART_OF_LOSS = "part/"
GRADIENT_NORM = "gradient_norm/"
LEARNING_RATE = "learning_rate"
PLANNED_LEARNING_RATE = "planned_learning_rate"
BATCH_SIZE = "batch_size"
TOKENS_PER_S = "tokens_per_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One series over up to ``BUCKET_STEPS`` steps. Numbers that are none are left out."""

    count: int
    total: float
    low: float
    low_step: int
    high: float
    high_step: int

    @property
    def mean(self) -> float:
        """Plain mean."""
        return self.total / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points of one series, in the order of steps."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    """``nan`` where the trainer had no number."""
    is_decimated: bool
    """Whether only the lowest and highest point of every stretch of steps is here."""


def series_values(record: StepRecord) -> Iterator[tuple[str, float]]:
    """Yield the name and value of every series that a step adds to."""
    yield LOSS, record.loss
    yield f"{LOSS_OF_TASK}{record.task}", record.loss
    yield LEARNING_RATE, record.learning_rate
    yield PLANNED_LEARNING_RATE, record.planned_learning_rate
    yield BATCH_SIZE, float(record.batch_size)
    if record.seconds > 0:
        yield TOKENS_PER_S, record.tokens / record.seconds
    for part, value in record.losses.items():
        yield f"{PART_OF_LOSS}{part}", value
    for module, value in record.gradient_norms.items():
        yield f"{GRADIENT_NORM}{module}", value


def tally(records: Iterable[StepRecord]) -> dict[tuple[str, int], Bucket]:
    """Summarise steps by series and bucket."""
    points: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for record in records:
        place = record.step // BUCKET_STEPS
        for name, value in series_values(record):
            if math.isfinite(value):
                points[name, place].append((value, record.step))
    return {key: _bucket(values) for key, values in points.items()}


def decimate(name: str, steps: list[int], values: list[float], *, max_points: int) -> Curve:
    """Keep at most ``max_points`` points: all of them, or the lowest and highest of every equal stretch.

    A number that is none counts as the highest of its stretch, so that it is never hidden.
    """
    if len(steps) <= max_points:
        return Curve(name=name, steps=tuple(steps), values=tuple(values), is_decimated=False)
    size = math.ceil(len(steps) / max(max_points // 2, 1))
    kept: list[int] = []
    for start in range(0, len(steps), size):
        places = range(start, min(start + size, len(steps)))
        lowest = min(places, key=lambda place: _or_infinite(values[place]))
        highest = max(places, key=lambda place: _or_infinite(values[place]))
        kept += sorted({lowest, highest})
    return Curve(
        name=name,
        steps=tuple(steps[place] for place in kept),
        values=tuple(values[place] for place in kept),
        is_decimated=True,
    )


def _or_infinite(value: float) -> float:
    return math.inf if math.isnan(value) else value


def _bucket(points: list[tuple[float, int]]) -> Bucket:
    low, low_step = min(points, key=itemgetter(0))
    high, high_step = max(points, key=itemgetter(0))
    return Bucket(
        count=len(points),
        total=math.fsum(value for value, _ in points),
        low=low,
        low_step=low_step,
        high=high,
        high_step=high_step,
    )
