"""Which checks run, how thoroughly, and what they cost before they run."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.trust.faithfulness import removal_sizes
from redheart_core.explain.attribution.trust.randomisation import present_groups
from redheart_core.explain.attribution.trust.sensitivity import RADIUS
from redheart_core.explain.attribution.trust.subject import Subject
from redheart_core.explain.attribution.trust.verdict import ESSENTIAL, CheckName

ON_REQUEST = (CheckName.RANDOM_TARGET, CheckName.RANDOMISATION, CheckName.MAX_SENSITIVITY)
"""Checks that run the method again, many times; all others always run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustSettings:
    """How thoroughly a map is checked."""

    num_maps: int = 40
    """Random maps of the noise floor. Even, and at least 40: with fewer none could be above its 95 % band."""
    num_points: int = 6
    """Most points of a curve of removed words, an even number."""
    num_targets: int = 3
    """Other outputs whose maps are compared."""
    num_models: int = 3
    """Seeds with which all weights are shuffled."""
    num_perturbations: int = 8
    """Points close by at which the map is made again."""
    radius: float = RADIUS
    """How close; see ``sensitivity.RADIUS``."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.num_maps < 40 or self.num_maps % 2 or self.num_points < 2 or self.num_points % 2:
            raise ExplanationError(
                f"A noise floor needs an even number of at least 40 random maps and curves an even number of points, "
                f"but {self.num_maps} and {self.num_points} were asked for."
            )
        if min(self.num_targets, self.num_models, self.num_perturbations) < 1 or self.radius <= 0 or self.seed < 0:
            raise ExplanationError("Targets, models, perturbations and radius must be positive, the seed not negative.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheck:
    """A check before it runs."""

    name: CheckName
    is_quick: bool
    """Whether it always runs."""
    is_essential: bool
    num_evaluations: int
    """Most evaluations of the model that it adds to those of the checks before it."""


def planned_checks(subject: Subject, settings: TrustSettings) -> tuple[PlannedCheck, ...]:
    """Return every check, in the order of a report, with its cost."""
    return tuple(
        PlannedCheck(
            name=name,
            is_quick=name not in ON_REQUEST,
            is_essential=name in ESSENTIAL,
            num_evaluations=_cost(name, subject, settings),
        )
        for name in CheckName
    )


def planned_evaluations(subject: Subject, settings: TrustSettings, asked: Set[CheckName] = frozenset()) -> int:
    """Return the most evaluations of a whole assessment, with the checks that are asked for."""
    plan = planned_checks(subject, settings)
    return sum(planned.num_evaluations for planned in plan if planned.is_quick or planned.name in asked)


def _cost(name: CheckName, subject: Subject, settings: TrustSettings) -> int:
    num_words, num_baselines = len(subject.scores), len(subject.explained)
    points = len(removal_sizes(num_words, settings.num_points))
    groups = len(present_groups(subject.explained[0].model))
    costs = {
        CheckName.COMPLETENESS: 2 * num_baselines,
        CheckName.COMPREHENSIVENESS: (2 + settings.num_maps) * points * num_baselines,
        CheckName.LEAVE_ONE_OUT: num_words * num_baselines,
        CheckName.RANDOM_TARGET: settings.num_targets * subject.repeat_cost,
        CheckName.RANDOMISATION: (groups + settings.num_models - 1) * subject.repeat_cost,
        CheckName.MAX_SENSITIVITY: settings.num_perturbations * subject.repeat_cost,
    }
    return costs.get(name, 0)
