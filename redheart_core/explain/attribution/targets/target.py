"""What can be explained: one number that the model says, or that is made of numbers that it says.

Dimensions: K evaluations, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.attribution.result import Unit
from redheart_core.model.outputs import to_output_scale
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, Family

Range = tuple[float, float]
UNBOUNDED: Range = (float("-inf"), float("inf"))


class Target(Protocol):
    """One number of the model."""

    @property
    def name(self) -> str:
        """Canonical name, such as ``emotion/sadness``."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names that are understood."""

    @property
    def is_trained(self) -> bool:
        """Whether this checkpoint learned it."""

    @property
    def ranges(self) -> Mapping[Unit, Range]:
        """Units in which it can be counted, the default first, and the least and greatest value in each."""

    def scalar(self, unit: Unit) -> Scalar:
        """Return it as a function of logits, in one of its units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputTarget:
    """A declared output."""

    name: str
    aliases: tuple[str, ...] = ()
    family: Family
    place: int
    """Its place in the family's vector."""
    temperature: float
    """Of the family, fitted on development data; 1 where nothing was fitted."""
    is_trained: bool

    @property
    def ranges(self) -> Mapping[Unit, Range]:
        """See ``Target``."""
        bound = ADJUSTMENT_BOUND.get(self.family, 1.0)
        low = -bound if self.family in ADJUSTMENT_BOUND or self.family is Family.HEDONIC else 0.0
        return {Unit.LOGIT: UNBOUNDED, Unit.OUTPUT: (low, bound)}

    def scalar(self, unit: Unit) -> Scalar:
        """See ``Target``."""

        def value(logits: Mapping[Family, Tensor]) -> Tensor:
            logits_K = logits[self.family][:, self.place].float()
            return logits_K if unit is Unit.LOGIT else to_output_scale(self.family, logits_K, self.temperature)

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceTarget:
    """How much more of one output than of another: why this and not that."""

    first: Target
    second: Target

    @property
    def name(self) -> str:
        """Both names with " - " between them."""
        return f"{self.first.name}{MINUS}{self.second.name}"

    @property
    def aliases(self) -> tuple[str, ...]:
        """None: the two names have theirs."""
        return ()

    @property
    def is_trained(self) -> bool:
        """Whether both are."""
        return self.first.is_trained and self.second.is_trained

    @property
    def ranges(self) -> Mapping[Unit, Range]:
        """Units that both have."""
        first, second = self.first.ranges, self.second.ranges
        return {
            unit: (low - second[unit][1], high - second[unit][0])
            for unit, (low, high) in first.items()
            if unit in second
        }

    def scalar(self, unit: Unit) -> Scalar:
        """See ``Target``."""
        first, second = self.first.scalar(unit), self.second.scalar(unit)
        return lambda logits: first(logits) - second(logits)


MINUS = " - "
"""Between the names of a difference; no name has it inside."""


def checked_unit(name: str, ranges: Mapping[Unit, Range], unit: Unit | None) -> Unit:
    """Return the unit, or the default for None.

    Args:
        name: Of the target.
        ranges: Of the target.
        unit: What was asked for.

    Raises:
        ExplanationError: The target cannot be counted in that unit.
    """
    if unit is None:
        return next(iter(ranges))
    if unit not in ranges:
        raise ExplanationError(f"{name} cannot be counted in {unit}. Possible: {', '.join(ranges)}.")
    return unit
