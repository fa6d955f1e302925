"""Label statistics of a data set: printed before training, and stored with what was trained on it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import singledispatch
from pathlib import Path
from statistics import fmean, median, pstdev

from redheart_core.data.directions import Direction
from redheart_core.data.rows import (
    AnecdoteRow,
    CausalRow,
    ChoiceRow,
    Dataset,
    EmotionRow,
    EmpathyRow,
    Grouped,
    JudgedRow,
    OutcomeRow,
    PairRow,
    RatingRow,
    ReactionRow,
    SafetyRow,
    StoryRow,
    TopicRow,
    TraitRow,
    VadRow,
)
from redheart_core.data.source import file_sha256
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE

SHOWN_PROBLEMS = 20
"""The most skipped rows that are named; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What one row says, for counting."""

    text: str
    labels: tuple[str, ...] = ()
    ratings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How many rows carry a label."""

    label: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSummary:
    """Distribution of one rating, in its own scale."""

    rating: str
    rows: int
    mean: float
    deviation: float
    """Of the population."""
    lowest: float
    highest: float
    distinct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was read."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What can be said of a data set without looking at a model."""

    name: str
    licence: str
    shippable: bool
    files: tuple[SourceFile, ...]
    num_rows: int
    num_groups: int
    median_characters: float
    labels: tuple[LabelCount, ...]
    """Most frequent first."""
    ratings: tuple[RatingSummary, ...]
    num_problems: int
    problems: tuple[str, ...]
    """The first of the skipped rows, with the reason."""
    directions: tuple[Direction, ...]


def describe_dataset(dataset: Dataset[Grouped]) -> Statistics:
    """Count the labels of a data set, summarise its ratings, and name its files by their hash."""
    described = [describe_row(row) for row in dataset]
    counts = Counter(label for row in described for label in row.labels)
    return Statistics(
        name=dataset.name,
        licence=dataset.licence,
        shippable=dataset.shippable,
        files=tuple(SourceFile(path=path.name, sha256=file_sha256(path)) for path in dataset.files),
        num_rows=len(dataset),
        num_groups=len({row.group for row in dataset}),
        median_characters=median(len(row.text) for row in described) if described else 0.0,
        labels=tuple(
            LabelCount(label=label_name(dataset.name, label), rows=count) for label, count in counts.most_common()
        ),
        ratings=_summaries(described),
        num_problems=len(dataset.problems),
        problems=tuple(map(str, dataset.problems[:SHOWN_PROBLEMS])),
        directions=dataset.directions,
    )


def label_name(dataset: str, label: str) -> str:
    """Turn the position of an emotion into its name."""
    if dataset.startswith("goemotions"):
        return GOEMOTIONS[int(label)]
    return KOTE[int(label)] if dataset.startswith("kote") else label


def save_statistics(path: Path, statistics: Iterable[Statistics]) -> None:
    """Write statistics as JSON, put in place by one rename."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps([asdict(one) for one in statistics], ensure_ascii=False, indent=2) + "\n", "utf-8")
    part.replace(path)


@singledispatch
def describe_row(row: object) -> Described:
    """Return text, labels and ratings of a row of any data set."""
    raise TypeError(f"no description of a {type(row).__name__}")


@describe_row.register
def _(row: EmotionRow) -> Described:
    return Described(text=row.text, labels=tuple(map(str, row.labels)))


@describe_row.register
def _(row: VadRow) -> Described:
    ratings = (("valence", row.valence), ("arousal", row.arousal), ("dominance", row.dominance))
    return Described(text=row.text, ratings=ratings)


@describe_row.register
def _(row: RatingRow) -> Described:
    return Described(text=row.text, ratings=(("rating", row.rating),))


@describe_row.register
def _(row: EmpathyRow) -> Described:
    return Described(text=row.text, ratings=(("empathy", row.empathy), ("distress", row.distress)))


@describe_row.register
def _(row: JudgedRow) -> Described:
    return Described(text=row.text, labels=("yes" if row.label else "no",))


@describe_row.register
def _(row: TraitRow) -> Described:
    return Described(text=row.scenario, labels=("shown" if row.label else "not shown",))


@describe_row.register
def _(row: SafetyRow) -> Described:
    labels = ("yes" if row.label else "no", *((f"category {row.category}",) if row.category else ()))
    return Described(text=row.text, labels=labels)


@describe_row.register
def _(row: CausalRow) -> Described:
    return Described(text=row.premise, labels=(f"asks for {row.asks.value}", f"hypothesis {row.correct + 1}"))


@describe_row.register
def _(row: TopicRow) -> Described:
    return Described(text=row.text, labels=(row.topic.value,))


@describe_row.register
def _(row: PairRow) -> Described:
    return Described(text=row.better, labels=("first is better",))


@describe_row.register
def _(row: StoryRow) -> Described:
    return Described(text=row.moral_action, labels=("with situation" if row.situation else "without situation",))


@describe_row.register
def _(row: OutcomeRow) -> Described:
    return Described(text=row.consequence, labels=("moral" if row.moral else "immoral",))


@describe_row.register
def _(row: ChoiceRow) -> Described:
    labels = (f"{place} breaks {rule}" for place, part in enumerate(row.broken, start=1) for rule in sorted(part))
    return Described(text=row.situation, labels=tuple(labels))


@describe_row.register
def _(row: ReactionRow) -> Described:
    rated = (("own intent", row.own_sentiment), ("others' reaction", row.others_sentiment))
    return Described(text=row.event, ratings=tuple((name, value) for name, value in rated if value is not None))


@describe_row.register
def _(row: AnecdoteRow) -> Described:
    return Described(text=row.text, labels=("author wrong" if row.author_wrong else "author not wrong",))


def _summaries(described: Iterable[Described]) -> tuple[RatingSummary, ...]:
    values: dict[str, list[float]] = defaultdict(list)
    for row in described:
        for name, value in row.ratings:
            values[name].append(value)
    return tuple(
        RatingSummary(
            rating=name,
            rows=len(found),
            mean=fmean(found),
            deviation=pstdev(found),
            lowest=min(found),
            highest=max(found),
            distinct=len(set(found)),
        )
        for name, found in values.items()
    )
