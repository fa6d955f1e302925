"""What a row of each kind of data set says, after it has been checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from redheart_core.data.directions import Direction
from redheart_core.data.licences import is_shippable


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
class RatingRow:
    """A passage with one rating from 1 to 5; what is rated is up to whoever trains on it."""

    text: str
    rating: float
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
    """With the intention; empty where the data set does not give it."""
    moral_action: str
    immoral_action: str
    group: str
    norm: str = ""
    """Rule of thumb that the moral action keeps."""
    moral_consequence: str = ""
    immoral_consequence: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitRow:
    """Conduct and a word for a trait of character."""

    scenario: str
    trait: str
    label: bool
    """Whether people say that the conduct shows the trait."""
    group: str


class Question(StrEnum):
    """What a causal question asks of its premise."""

    CAUSE = "cause"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalRow:
    """A premise with two hypotheses, one of which is its cause or its effect."""

    premise: str
    asks: Question
    hypotheses: tuple[str, str]
    correct: int
    """Position of the right hypothesis: 0 or 1."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyRow:
    """A sentence or a question that people judged for its safety."""

    text: str
    context: str
    """What was said before; empty for a question."""
    label: bool
    """True for unsafe (KoSBi) or sensitive (SQuARe)."""
    category: str
    """Demographic category or kind of question; empty where there is none."""
    group: str


class Topic(StrEnum):
    """What a Korean question to a chatbot is about."""

    EVERYDAY = "everyday"
    BREAK_UP = "break-up"
    LOVE = "love"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A question with its topic and the answer written for it."""

    text: str
    answer: str
    topic: Topic
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRow:
    """An event with what PersonX wanted and how PersonX and others feel afterwards, in one annotator's words."""

    event: str
    intents: tuple[str, ...]
    own: tuple[str, ...]
    """PersonX's feelings; empty where the annotator said none."""
    others: tuple[str, ...]
    own_sentiment: float | None
    """Of PersonX's intent, from 1 (negative) to 5; None where the event is not caused by PersonX."""
    others_sentiment: float | None
    """Of the others' reaction, from 1 (negative) to 5; None where nobody else is concerned."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpathyRow:
    """A reaction to news with the writer's own empathy and distress, from 1 to 7."""

    text: str
    empathy: float
    distress: float
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnecdoteRow:
    """Somebody's account of a conflict, with the votes on who is in the wrong."""

    title: str
    text: str
    votes: Mapping[str, int]
    """AUTHOR, OTHER, EVERYBODY, NOBODY and INFO."""
    author_wrong: bool
    """Whether more votes put the author in the wrong (AUTHOR, EVERYBODY) than not (OTHER, NOBODY)."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that was skipped."""

    file: str
    row: int
    """Counted from 1, as an editor of tables shows it."""
    why: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row} {self.why}"


Row_co = TypeVar("Row_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Generic[Row_co]):
    """The checked rows of one data set, with what must be said about their origin."""

    name: str
    licence: str
    files: tuple[Path, ...]
    rows: tuple[Row_co, ...]
    problems: tuple[RowProblem, ...] = ()
    """Rows that were skipped, and why."""
    directions: tuple[Direction, ...] = ()
    """How words of plain meaning stand to the labels, where that could be compared."""

    @property
    def shippable(self) -> bool:
        """Whether weights trained on these rows may be shipped."""
        return is_shippable(self.licence)

    def __iter__(self) -> Iterator[Row_co]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
