"""How many steps a path method needs. More are not always better, so several numbers are tried and the best is kept.

The error of a quadrature rule need not fall from one number of steps to the next where the function has kinks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.result import SMALL_DIFFERENCE, Attribution, AttributionKey
from redheart_core.explain.attribution.trust.completeness import LIMITS
from redheart_core.inference.leased import LeasedReader

STEPS = "steps"
"""Name of the option that path methods share."""
SCHEDULE = (32, 48, 64, 96, 128, 192, 256)
"""Numbers of steps that are tried, by default. The last one is the cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTry:
    """One number of steps and what came of it."""

    num_steps: int
    attribution: Attribution

    @property
    def error(self) -> float:
        """Absolute completeness error, in units of the target."""
        return abs(self.attribution.completeness_error)

    def is_good_enough(self, goal: float) -> bool:
        """Return whether the error is at most ``goal`` of the difference, or of ``SMALL_DIFFERENCE`` if larger."""
        return self.error <= goal * max(abs(self.attribution.difference), SMALL_DIFFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSearch:
    """Every try, in the order in which they were made."""

    tries: tuple[StepTry, ...]
    goal: float
    """Relative error at which the search stops."""

    @property
    def best(self) -> StepTry:
        """The try with the smallest error; the cheaper one of two equal ones."""
        return min(self.tries, key=lambda tried: tried.error)

    @property
    def reached_goal(self) -> bool:
        """Whether the best try is good enough."""
        return self.best.is_good_enough(self.goal)

    @property
    def num_evaluations(self) -> int:
        """Evaluations of all tries together."""
        return sum(tried.attribution.num_evaluations for tried in self.tries)


def search_steps(
    make: Callable[[int], Attribution], *, schedule: Sequence[int] = SCHEDULE, goal: float = LIMITS.good
) -> StepSearch:
    """Try numbers of steps until one is good enough or all were tried.

    Args:
        make: Makes the same attribution with that many steps.
        schedule: Numbers of steps, increasing.
        goal: Largest relative completeness error that ends the search.

    Raises:
        ExplanationError: The schedule is empty or does not increase.
    """
    if not schedule or schedule[0] < 1 or any(after <= before for before, after in pairwise(schedule)):
        raise ExplanationError(f"Numbers of steps must be positive and increase, but are {list(schedule)}.")
    tries: list[StepTry] = []
    for num_steps in schedule:
        tries.append(StepTry(num_steps=num_steps, attribution=make(num_steps)))
        if tries[-1].is_good_enough(goal):
            break
    return StepSearch(tries=tuple(tries), goal=goal)


def search_steps_of(
    key: AttributionKey,
    reader: LeasedReader,
    *,
    schedule: Sequence[int] = SCHEDULE,
    goal: float = LIMITS.good,
    report: Report = unreported,
) -> StepSearch:
    """Search the number of steps of an attribution by a path method.

    Args:
        key: The attribution; its own number of steps plays no part.
        reader: The neural part.
        schedule: Numbers of steps, increasing.
        goal: Largest relative completeness error that ends the search.
        report: Told how far each try is; may raise ``Cancelled``.

    Raises:
        ExplanationError: The method takes no steps, or see ``search_steps`` and ``attribute``.
    """
    options = dict(key.options)
    if STEPS not in options:
        raise ExplanationError(f"{key.method} takes no steps; choose a method that follows a path from the baseline.")

    def make(num_steps: int) -> Attribution:
        with_steps = replace(key, options=tuple(sorted({**options, STEPS: num_steps}.items())))
        return attribute(with_steps, reader, report=report)

    return search_steps(make, schedule=schedule, goal=goal)
