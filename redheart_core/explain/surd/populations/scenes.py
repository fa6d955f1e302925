"""Rows of a data set as scenes that can be scored: a situation, what can be done in it, what people said of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

from redheart_core.data.rows import ChoiceRow, Dataset, Grouped, JudgedRow, OutcomeRow, PairRow, SafetyRow, StoryRow
from redheart_core.data.statistics import describe_row
from redheart_core.errors import DataError
from redheart_core.vocabulary.dilemma import MIN_OPTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One independent unit: a dilemma with its options, or passages that belong together."""

    group: str
    situation: str
    """What the options are read against; empty where there is none."""
    options: tuple[str, ...]
    labels: tuple[float | None, ...]
    """What people said of each option: 1 for good, 0 for bad; None where they said neither."""

    @property
    def is_dilemma(self) -> bool:
        """Whether the options compete in one situation, so that regret means something."""
        return bool(self.situation) and len(self.options) >= MIN_OPTIONS


def scenes_of(dataset: Dataset[Grouped], *, wanted: int | None = None, seed: int = 0) -> tuple[Scene, ...]:
    """Return the scenes of a data set, or so many of them drawn at random, in the order of the data set.

    Raises:
        DataError: There are fewer than two.
    """
    scenes = tuple(scene_of(row) for row in dataset)
    if len(scenes) < 2:  # one case has no distribution
        raise DataError(f"{dataset.name} has {len(scenes)} rows; a population needs at least 2.")
    if wanted is None or wanted >= len(scenes):
        return scenes
    kept = sorted(random.Random(seed).sample(range(len(scenes)), wanted))
    return tuple(scenes[place] for place in kept)


@singledispatch
def scene_of(row: Grouped) -> Scene:
    """Return a row as a scene; rows without a judgement of one passage are its text alone."""
    return _single(row, describe_row(row).text, "", None)


@scene_of.register
def _(row: StoryRow) -> Scene:
    return _several(row, row.situation, (row.moral_action, row.immoral_action))


@scene_of.register
def _(row: ChoiceRow) -> Scene:
    return _several(row, row.situation, row.actions)


@scene_of.register
def _(row: PairRow) -> Scene:
    return _several(row, "", (row.better, row.worse))


@scene_of.register
def _(row: JudgedRow) -> Scene:
    return _single(row, row.text, row.context, row.label)


@scene_of.register
def _(row: OutcomeRow) -> Scene:
    return _single(row, row.consequence, row.told, row.moral)


@scene_of.register
def _(row: SafetyRow) -> Scene:
    return _single(row, row.text, row.context, not row.label)


def _single(row: Grouped, text: str, situation: str, label: bool | None) -> Scene:
    said = None if label is None else float(label)
    return Scene(group=row.group, situation=situation, options=(text,), labels=(said,))


def _several(row: Grouped, situation: str, options: Sequence[str]) -> Scene:
    """The first of two is the one that people preferred."""
    return Scene(group=row.group, situation=situation, options=tuple(options), labels=(1.0, 0.0))
