"""Long curves in few points that lose no extreme: each stretch keeps its mean, its lowest and its highest value.

Drawn, a stretch is a point of a line (the mean) inside a band (lowest to highest). However many stretches are joined,
the band still reaches every extreme that was recorded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Stretch(NamedTuple):
    """One or more neighbouring values of a curve. ``x`` is whatever the curve runs over: steps, seconds."""

    start: float
    """x of the first value."""
    end: float
    """x of the last value."""
    mean: float
    low: float
    low_at: float
    """x of the lowest value, the first among equals."""
    high: float
    high_at: float
    num_values: int


def summarised(xs: Sequence[float], values: Sequence[float], *, most: int) -> tuple[Stretch, ...]:
    """Return a curve in at most ``most`` stretches of equally many values; numbers that are none are left out.

    Raises:
        ValueError: ``most`` is below one.
    """
    points = [(x, value) for x, value in zip(xs, values, strict=True) if math.isfinite(value)]
    if len(points) <= most:
        return tuple(Stretch(x, x, value, value, x, value, x, 1) for x, value in points)
    size = _size(len(points), most)
    return tuple(_of_points(points[start : start + size]) for start in range(0, len(points), size))


def joined(stretches: Sequence[Stretch], *, most: int) -> tuple[Stretch, ...]:
    """Join neighbours until there are at most ``most``.

    Raises:
        ValueError: ``most`` is below one.
    """
    if len(stretches) <= most:
        return tuple(stretches)
    size = _size(len(stretches), most)
    return tuple(_joined(stretches[start : start + size]) for start in range(0, len(stretches), size))


def _size(count: int, most: int) -> int:
    if most < 1:
        raise ValueError(f"{most} stretches were asked for; need at least one.")
    return math.ceil(count / most)


def _of_points(points: Sequence[tuple[float, float]]) -> Stretch:
    low_at, low = min(points, key=lambda point: point[1])
    high_at, high = max(points, key=lambda point: point[1])
    mean = math.fsum(value for _, value in points) / len(points)
    return Stretch(points[0][0], points[-1][0], mean, low, low_at, high, high_at, len(points))


def _joined(group: Sequence[Stretch]) -> Stretch:
    lowest = min(group, key=lambda each: each.low)
    highest = max(group, key=lambda each: each.high)
    count = sum(each.num_values for each in group)
    mean = math.fsum(each.mean * each.num_values for each in group) / count
    return Stretch(
        group[0].start, group[-1].end, mean, lowest.low, lowest.low_at, highest.high, highest.high_at, count
    )  # fmt: skip
