"""A population of cases that a decomposition can be asked about: what it is, its columns, where they came from.

Letters: N cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.columns import is_missing
from redheart_core.vocabulary.wording import Wording


class ColumnGroup(StrEnum):
    """What a column speaks of; columns are offered by group."""

    TEXT = "text"
    """Counted in the text, before any model."""
    EMOTION = "emotion"
    VARIABLE = "variable"
    """The hedonic value and Bentham's ten."""
    SCORE = "score"
    REGRET = "regret"
    LABEL = "label"
    """What people said of the case."""
    TRAINING = "training"
    """Recorded while a model was trained."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One component: a value per case."""

    name: str
    """Stable; the key in every result."""
    values: NDArray[Any]
    """Shape (N,): numbers, NaN where a case has none; text for categories, empty where a case has none."""
    display: Wording
    group: ColumnGroup = ColumnGroup.OTHER
    is_categorical: bool = False
    """Whether numbers are names of categories; text always is."""

    @property
    def is_missing_N(self) -> NDArray[np.bool_]:
        """Where a case has no value, shape (N,)."""
        return is_missing(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A component that is computed from others by definition, so that information between them is no finding."""

    column: str
    of: tuple[str, ...]
    """What it is computed from; columns of the population."""
    sentence: Wording
    """Listed beside the figure."""
    is_complete: bool
    """Whether ``of`` is all that it is computed from: then a leak is discretisation only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the columns came from. None means that it does not apply."""

    dataset: str
    sha256: str
    """Of the data behind the columns."""
    num_cases: int
    """Cases in the population, whether or not each has every value."""
    licence: str | None = None
    model: str | None = None
    checkpoint_sha256: str | None = None
    seed: int | None = None
    """Of the draw of cases, where not all were taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A target with sources worth asking about in this population."""

    target: str
    sources: tuple[str, ...]
    why: Wording


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """Cases with their components. One case is none: at least two."""

    name: str
    """Stable: letters, digits, ``_`` and ``-``."""
    description: Wording
    """One sentence: which cases these are, and how many."""
    columns: Mapping[str, Column]
    """By name, in the order in which they are offered."""
    units: NDArray[Any] | None
    """The independent unit of each case (the dilemma, not its options), shape (N,); None when each case is one."""
    unit_name: Wording
    """What one unit is called."""
    definitions: tuple[Definition, ...]
    provenance: Provenance
    suggestions: tuple[Suggestion, ...]
    is_ordered: bool = False
    """Whether the cases follow each other in time, so that lags mean something."""
    notes: tuple[Wording, ...] = field(default=())
    """What else must be said beside a figure."""

    def __post_init__(self) -> None:
        lengths = {name: len(column.values) for name, column in self.columns.items()}
        if self.units is not None:
            lengths["units"] = len(self.units)
        if set(lengths.values()) != {self.provenance.num_cases} or self.provenance.num_cases < 2:
            raise InputError(
                code="surd_population",
                en=f"The population {self.name} should have {self.provenance.num_cases} cases (at least 2) in every "
                f"column, but has {lengths}.",
                ko=f"{self.name} 모집단은 열마다 사례가 {self.provenance.num_cases}개(2개 이상) 있어야 하는데 "
                f"{lengths}예요.",
            )
        asked = [s.target for s in self.suggestions] + [n for s in self.suggestions for n in s.sources]
        self.require(*asked, *(name for rule in self.definitions for name in (rule.column, *rule.of)))

    @property
    def num_units(self) -> int:
        """How many independent units."""
        return self.provenance.num_cases if self.units is None else len(np.unique(self.units))

    def of_group(self, group: ColumnGroup) -> tuple[Column, ...]:
        """Return the columns that speak of one thing, in order."""
        return tuple(column for column in self.columns.values() if column.group is group)

    def require(self, *names: str) -> None:
        """Refuse names of columns that are not there.

        Raises:
            InputError: Says which columns there are.
        """
        unknown = sorted({name for name in names if name not in self.columns})
        if unknown:
            raise InputError(
                code="surd_missing_column",
                en=f"{self.name} has no column {', '.join(unknown)}. Its columns are: {', '.join(self.columns)}.",
                ko=f"{self.name}에 {', '.join(unknown)} 열이 없어요. 있는 열: {', '.join(self.columns)}.",
            )

    def definitions_among(self, names: Sequence[str]) -> tuple[Definition, ...]:
        """Return what must be listed when these columns are looked at together: one is computed from another."""
        shown = set(names)
        return tuple(rule for rule in self.definitions if rule.column in shown and shown & set(rule.of))
