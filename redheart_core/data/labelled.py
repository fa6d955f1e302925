"""Rows of a data set as labelled cases: what chunk stores keep, and what influence is measured over.

A yes or no of people stays one (``{"text", "context", "label": true, "group"}``, the schema of judged data of one's
own); everything else that people said of one passage becomes words. Rows that compare passages say nothing about one
alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import singledispatch
from pathlib import Path

from redheart_core.data.rows import (
    CausalRow,
    ChoiceRow,
    Dataset,
    Grouped,
    JudgedRow,
    OutcomeRow,
    PairRow,
    SafetyRow,
    StoryRow,
    TraitRow,
)
from redheart_core.data.statistics import describe_row, label_name
from redheart_core.errors import DataError

Record = dict[str, str | bool]
"""One line of JSON."""


def write_labelled(dataset: Dataset[Grouped], path: Path, *, limit: int | None = None) -> int:
    """Write the cases of a data set as JSON lines, put in place by one rename, and return how many there are.

    Args:
        dataset: What is written.
        path: Where it goes.
        limit: Most cases; all when left out.

    Raises:
        DataError: Its rows say nothing about single passages, or nothing can be written.
    """
    part, count = path.with_name(f"{path.name}.part"), 0
    try:
        with part.open("w", encoding="utf-8") as file:
            for record in labelled_records(dataset):
                if limit is not None and count >= limit:
                    break
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}). Choose another place.") from error
    return count


def labelled_records(dataset: Dataset[Grouped]) -> Iterator[Record]:
    """Yield the cases of a data set, in its order.

    Raises:
        DataError: Its rows compare passages, or ask about pairs of them.
    """
    for row in dataset:
        yield from _judged(row, dataset.name)


@singledispatch
def _judged(row: Grouped, dataset: str) -> Iterator[Record]:
    """Write labels and ratings as words."""
    described = describe_row(row)
    labels = [label_name(dataset, label) for label in described.labels]
    ratings = [f"{name} {value:g}" for name, value in described.ratings]
    yield {"text": described.text, "label": ", ".join([*labels, *ratings])}


@_judged.register
def _(row: JudgedRow, dataset: str) -> Iterator[Record]:
    yield _yes_or_no(row.text, row.context, row.label, row.group)


@_judged.register
def _(row: StoryRow, dataset: str) -> Iterator[Record]:
    yield _yes_or_no(row.moral_action, row.situation, True, row.group)
    yield _yes_or_no(row.immoral_action, row.situation, False, row.group)


@_judged.register
def _(row: OutcomeRow, dataset: str) -> Iterator[Record]:
    yield _yes_or_no(row.consequence, row.told, row.moral, row.group)


@_judged.register
def _(row: TraitRow, dataset: str) -> Iterator[Record]:
    yield _yes_or_no(row.trait, row.scenario, row.label, row.group)


@_judged.register
def _(row: SafetyRow, dataset: str) -> Iterator[Record]:
    yield _yes_or_no(row.text, row.context, row.label, row.group)


@_judged.register
def _(row: PairRow | ChoiceRow | CausalRow, dataset: str) -> Iterator[Record]:
    raise DataError(f"{dataset} compares passages, and says nothing about one alone. Choose another data set.")


def _yes_or_no(text: str, context: str, label: bool, group: str) -> Record:
    return {"text": text, "context": context, "label": label, "group": group}
