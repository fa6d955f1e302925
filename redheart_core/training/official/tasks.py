"""The official tasks: which file, which output answers, which metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from redheart_core.errors import ConfigError
from redheart_core.training.official import readers
from redheart_core.training.official.cases import Case
from redheart_core.vocabulary.reading import Family


class Kind(StrEnum):
    """How a task is answered and measured."""

    EMOTIONS = "emotions"
    """A yes or no per category: macro-F1 and micro-F1."""
    RATINGS = "ratings"
    """A number per scale: Pearson's r, and the mean absolute error."""
    JUDGEMENTS = "judgements"
    """A yes or no: accuracy, and exact match over groups where the data set has them."""
    CHOICES = "choices"
    """Which of two passages: the share chosen rightly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialTask:
    """One data set with its official way of measuring."""

    name: str
    kind: Kind
    family: Family
    read: readers.Reader
    output: str = ""
    """The output that answers; empty where all of the family's do, or where each row names its own."""
    group_size: int | None = None
    """Consecutive rows that count only when all are right."""
    has_parts: bool = False
    """Whether one file holds training, development and test rows, told apart by a column."""
    two_classes: bool = False
    """Whether macro-F1 over yes and no is reported as well."""
    note: str = ""
    """What a reader of the numbers must know."""

    def cases(self, path: Path, *, part: str | None = None) -> tuple[Case, ...]:
        """Read an official file.

        Args:
            path: The file.
            part: Value of the split column, ``test`` when left out; only where there is one.

        Raises:
            ConfigError: The task's files have no parts.
            DataError: The file does not fit the task.
        """
        if part is not None and not self.has_parts:
            raise ConfigError(f"{self.name} has one file per part, so --part {part} would be ignored. Leave it out.")
        return readers.emobank(path, part or "test") if self.has_parts else self.read(path)


_EMOTIONS = (
    OfficialTask(
        name="goemotions_en", kind=Kind.EMOTIONS, family=Family.GOEMOTIONS, read=readers.goemotions(korean=False)
    ),
    OfficialTask(
        name="goemotions_ko",
        kind=Kind.EMOTIONS,
        family=Family.GOEMOTIONS,
        read=readers.goemotions(korean=True),
        note="The Korean side is a machine translation of the English rows.",
    ),
    OfficialTask(name="kote", kind=Kind.EMOTIONS, family=Family.KOTE, read=readers.kote),
    OfficialTask(name="emobank", kind=Kind.RATINGS, family=Family.VAD, read=readers.emobank, has_parts=True),
)
_ETHICS = (
    OfficialTask(
        name="ethics_justice",
        kind=Kind.JUDGEMENTS,
        family=Family.REASONING,
        output="just",
        read=readers.justice,
        group_size=4,
    ),
    OfficialTask(
        name="ethics_deontology",
        kind=Kind.JUDGEMENTS,
        family=Family.REASONING,
        output="dutiful",
        read=readers.deontology,
        group_size=4,
    ),
    OfficialTask(
        name="ethics_virtue",
        kind=Kind.JUDGEMENTS,
        family=Family.TRAIT,
        output="shown",
        read=readers.virtue,
        group_size=5,
        note="Every fifth answer or fewer is yes: accuracy alone says little, exact match is the official metric.",
    ),
    OfficialTask(
        name="ethics_utilitarianism",
        kind=Kind.CHOICES,
        family=Family.HEDONIC,
        output="hedonic",
        read=readers.utilitarianism,
    ),
    OfficialTask(
        name="ethics_commonsense",
        kind=Kind.JUDGEMENTS,
        family=Family.CONDUCT,
        output="blameless",
        read=readers.commonsense,
        note="The file says 1 for wrong; the model's output says how blameless. Accuracy is the same either way.",
    ),
)
_OTHERS = (
    OfficialTask(
        name="moral_stories",
        kind=Kind.CHOICES,
        family=Family.REASONING,
        output="acceptable",
        read=readers.moral_stories,
    ),
    OfficialTask(name="e_care", kind=Kind.CHOICES, family=Family.CAUSAL, read=readers.e_care),
    OfficialTask(
        name="korean_safety", kind=Kind.JUDGEMENTS, family=Family.SAFETY, read=readers.korean_safety, two_classes=True
    ),
)
TASKS: Mapping[str, OfficialTask] = {task.name: task for task in (*_EMOTIONS, *_ETHICS, *_OTHERS)}


def official_task(name: str) -> OfficialTask:
    """Return the task of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in TASKS:
        raise ConfigError(f"There is no task {name!r}. Known: {', '.join(TASKS)}.")
    return TASKS[name]
