"""Rows of data sets as labelled cases of one output: what people said of a passage, put as a yes or no about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from redheart_core.data.labelled import labelled_records
from redheart_core.data.own import Check, Kind, check_own_content
from redheart_core.data.rows import Dataset, EmotionRow, Grouped, JudgedRow
from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.vocabulary.reading import Family

DATASETS: Mapping[str, str] = MappingProxyType(
    {
        "reasoning/acceptable": "moral_stories",
        "reasoning/just": "ethics_justice",
        "reasoning/dutiful": "ethics_deontology",
        "reasoning/virtuous": "ethics_virtue",
        "conduct/blameless": "ethics_commonsense",
        "trait/shown": "ethics_virtue_traits",
        "safety/unsafe": "kosbi",
        "safety/sensitive": "square_questions",
    }
)
"""Data sets whose yes or no is about an output, by the output's name."""
_OF_FAMILY = {Family.GOEMOTIONS: "goemotions_en", Family.KOTE: "kote"}
_KINDS = {Family.GOEMOTIONS: Kind.EMOTIONS, Family.KOTE: Kind.EMOTIONS_KO}


def dataset_of(target: OutputTarget) -> str | None:
    """Return the name of the data set in which people said yes or no to what an output stands for, if there is one."""
    return _OF_FAMILY.get(target.family) or DATASETS.get(target.name)


def kinds_of(target: OutputTarget) -> tuple[Kind, ...]:
    """Return the kinds of data of one's own that say yes or no to an output, the plainest first."""
    return (Kind.JUDGED, *(kind for family, kind in _KINDS.items() if family is target.family))


def check_cases(name: str, content: bytes, target: OutputTarget) -> Check:
    """Check a file of one's own by each kind that fits the output, and return the check with the fewest bad rows.

    Raises:
        DataError: The content cannot be read at all.
    """
    checks = [check_own_content(name, content, kind) for kind in kinds_of(target)]
    return min(checks, key=lambda check: (bool(check.refusal), len(check.dataset.problems)))


def cases_of(dataset: Dataset[Grouped], target: OutputTarget) -> Iterator[JudgedRow]:
    """Yield the cases of a data set, in its order.

    Raises:
        ExplanationError: Its rows say neither yes nor no to anything.
        DataError: Its rows compare passages.
    """
    emotions = [row for row in dataset if isinstance(row, EmotionRow)]
    if emotions:
        for row in emotions:
            yield JudgedRow(text=row.text, context="", label=target.place in row.labels, group=row.group)
        return
    for record in labelled_records(dataset):
        label = record["label"]
        if not isinstance(label, bool):
            raise ExplanationError(f"{dataset.name} says neither yes nor no of a passage. Give judged cases.")
        yield JudgedRow(
            text=str(record["text"]), context=str(record["context"]), label=label, group=str(record["group"])
        )
