"""Which passages teach which output of the linear part: the same labels as the objectives, as rows of a regression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redheart_core.training.objectives import (
    HEDONIC_ANCHOR_WEIGHT,
    TANH_AS_SIGMOID,
    VALENCE_STRETCH,
    ChoiceObjective,
    EmotionObjective,
    JudgedObjective,
    Objective,
    PleasureObjective,
    PreferenceObjective,
    StoryObjective,
    VadObjective,
)
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.emotions import EMOTIONS, GOEMOTIONS, KOTE
from redheart_core.vocabulary.reading import OUTPUTS, Family

_SHARED_MEANINGS = {
    emotion.kote: emotion.goemotions for emotion in EMOTIONS.values() if emotion.kote and emotion.goemotions
}
"""GoEmotions category by KOTE category."""
Places = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
SIDE_WEIGHT = 0.3
"""Of a course of action seen by itself, beside the comparison of the two."""
KOREAN_ROWS = "goemotions_ko"
SHARED_MEANING_WEIGHT = 0.3
"""Of a Korean GoEmotions row where it teaches the KOTE category of the same meaning, beside KOTE's own rows: of those
there are a tenth as many, too few to know what plainly named feelings look like."""
RATING_EPS = 0.02
"""Ratings at the ends of the scale are moved this far inside before they become logits."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceRows:
    """Rows of one task."""

    task: str
    passages: Places
    """Which passages of the task, those of one example counted one after the other."""
    minus: Places | None
    """For pairs: the passages that are taken away."""
    targets: Array
    """Probabilities; for ratings, logits."""
    weights: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutputRows:
    """Everything that teaches one output."""

    family: Family
    column: int
    sources: tuple[SourceRows, ...]

    @property
    def logits_per_unit(self) -> float:
        """What the fitted number is divided by to become the output's logit: a signed output is a tanh."""
        return TANH_AS_SIGMOID if self.family is Family.HEDONIC else 1.0


def output_rows(tasks: Sequence[Task], family: Family) -> Iterator[OutputRows]:
    """Yield the rows of each output of ``family`` that some task teaches."""
    for column in range(len(OUTPUTS[family])):
        sources = tuple(source for task in tasks for source in _sources(task, family, column))
        if sources:
            yield OutputRows(family=family, column=column, sources=sources)


def _sources(task: Task, family: Family, column: int) -> Iterator[SourceRows]:
    objective, output = task.objective, (family, column)
    if isinstance(objective, EmotionObjective):
        yield from _emotion_sources(task, objective, family, column)
    elif isinstance(objective, VadObjective):
        yield from _rating_sources(task, family, column)
    elif isinstance(objective, JudgedObjective) and (objective.family, objective.column) == output:
        yield _absolute(task, _targets(task)[:, 0])
    elif output == _preferred(objective):
        yield _pairs(task)
        if isinstance(objective, StoryObjective):
            yield _each_side(task)


def _preferred(objective: Objective) -> tuple[Family, int] | None:
    """Return the output that is higher for the first passage of each pair."""
    if isinstance(objective, PreferenceObjective):
        return objective.family, objective.column
    if isinstance(objective, PleasureObjective):
        return Family.HEDONIC, 0
    if isinstance(objective, StoryObjective | ChoiceObjective):
        return Family.REASONING, OUTPUTS[Family.REASONING].index("acceptable")
    return None


def _emotion_sources(task: Task, objective: EmotionObjective, family: Family, column: int) -> Iterator[SourceRows]:
    targets = _targets(task)
    if objective.family is family:
        yield _absolute(task, targets[:, column])
    elif family is Family.HEDONIC:
        yield _absolute(task, targets[:, -2], HEDONIC_ANCHOR_WEIGHT * targets[:, -1])
    elif family is Family.KOTE and task.name == KOREAN_ROWS and KOTE[column] in _SHARED_MEANINGS:
        labels = targets[:, GOEMOTIONS.index(_SHARED_MEANINGS[KOTE[column]])]
        yield _absolute(task, labels, np.full(len(labels), SHARED_MEANING_WEIGHT))


def _rating_sources(task: Task, family: Family, column: int) -> Iterator[SourceRows]:
    targets = _targets(task)
    if family is Family.VAD:
        inside = targets[:, column].clip(RATING_EPS, 1 - RATING_EPS)
        yield _absolute(task, np.log(inside / (1 - inside)))
    elif family is Family.HEDONIC:
        pleasant = (0.5 + VALENCE_STRETCH * (targets[:, 0] - 0.5)).clip(0.0, 1.0)
        yield _absolute(task, pleasant, np.full(len(pleasant), HEDONIC_ANCHOR_WEIGHT))


def _targets(task: Task) -> Array:
    return np.array([example.target for example in task.train], dtype=np.float64)


def _absolute(task: Task, targets: Array, weights: Array | None = None) -> SourceRows:
    used = np.ones(len(targets)) if weights is None else weights
    kept = np.flatnonzero(used > 0)
    return SourceRows(task=task.name, passages=kept, minus=None, targets=targets[kept], weights=used[kept])


def _each_side(task: Task) -> SourceRows:
    """The first passage of every example is affirmed by itself, the second denied: the zero that a ranking lacks."""
    passages = np.arange(2 * len(task.train))
    targets = np.tile([1.0, 0.0], len(task.train))
    weights = np.full(len(passages), SIDE_WEIGHT)
    return SourceRows(task=task.name, passages=passages, minus=None, targets=targets, weights=weights)


def _pairs(task: Task) -> SourceRows:
    """The first passage of every example was preferred."""
    first = np.arange(0, 2 * len(task.train), 2)
    ones = np.ones(len(first))
    return SourceRows(task=task.name, passages=first, minus=first + 1, targets=ones, weights=ones)
