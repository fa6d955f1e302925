"""What a curve may run over beside steps: epochs, and the time that was spent training."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from redheart_core.runs.reader import Moment
from redheart_core.runs.stretches import Stretch

_MINUTE_S = 60.0


class Axis(StrEnum):
    """What a curve runs over."""

    STEP = "step"
    EPOCH = "epoch"
    """Examples trained on so far, as a share of all training examples."""
    TIME = "time"
    """Minutes since the first step; the break before a resumed run goes on does not count."""


def along(stretches: Sequence[Stretch], clock: Sequence[Moment], axis: Axis) -> tuple[Stretch, ...]:
    """Return a curve over steps as one over another axis; between noted moments the axis is taken to be straight."""
    if axis is Axis.STEP or not clock:
        return tuple(stretches)
    steps = [moment.step for moment in clock]
    places = [moment.epoch for moment in clock] if axis is Axis.EPOCH else minutes(clock)

    def at(step: float) -> float:
        return _between(step, steps, places)

    return tuple(
        each._replace(start=at(each.start), end=at(each.end), low_at=at(each.low_at), high_at=at(each.high_at))
        for each in stretches
    )


def minutes(clock: Sequence[Moment]) -> list[float]:
    """Return the minutes of training at each moment, the breaks between attempts left out."""
    spent = [0.0]
    for before, after in pairwise(clock):
        spent.append(spent[-1] + (after.at_s - before.at_s if before.attempt == after.attempt else 0.0))
    return [seconds / _MINUTE_S for seconds in spent]


def _between(step: float, steps: Sequence[int], places: Sequence[float]) -> float:
    after = bisect_left(steps, step)
    if after == 0:
        return places[0]
    if after == len(steps):
        return places[-1]
    share = (step - steps[after - 1]) / (steps[after] - steps[after - 1])
    return places[after - 1] + share * (places[after] - places[after - 1])
