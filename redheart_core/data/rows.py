"""What a row of each kind of data set says, after it has been checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar


class Grouped(Protocol):
    """A row that must stay on one side of a split together with its group."""

    @property
    def group(self) -> str:
        """Name of the group; rows that share a scenario or a source text share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionRow:
    """A passage with the emotions that people saw in it."""

    text: str
    labels: tuple[int, ...]
    """Positions in the vocabulary of the data set, ascending."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VadRow:
    """A passage with mean ratings from 1 to 5."""

    text: str
    valence: float
    arousal: float
    dominance: float
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two passages of which people found the first more pleasant."""

    better: str
    worse: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A passage, perhaps against a context, that people affirmed or denied."""

    text: str
    context: str
    label: bool
    """What it affirms is stated by the reader: just, dutiful, virtuous or acceptable."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A moral and an immoral course of action in one situation."""

    situation: str
    """Empty where the data set does not give it."""
    moral_action: str
    immoral_action: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """A clear-cut dilemma: the favourable action first, and the rules that people say each action breaks."""

    situation: str
    actions: tuple[str, str]
    broken: tuple[frozenset[str], frozenset[str]]
    """Names from ``stories.RULES``, per action."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """A course of action told with its situation, and what came of it."""

    told: str
    """Situation, intention and action."""
    consequence: str
    moral: bool
    """Whether people wrote the consequence for the moral course."""
    group: str


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Generic[Row]):
    """The checked rows of one data set, with what must be said about their origin."""

    name: str
    licence: str
    files: tuple[Path, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
