"""Development splits made of whole groups, so that no scenario is on both sides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar
from zlib import crc32

from redheart_core.data.rows import Dataset, Grouped
from redheart_core.errors import DataError

GroupedRow = TypeVar("GroupedRow", bound=Grouped)
HARD_ROWS: dict[str, tuple[int, int]] = {
    "ethics_deontology": (9_000, 12_500),
    "ethics_justice": (12_500, 16_000),
    "ethics_virtue_traits": (17_500, 23_000),
}
"""Where the hard rows stand: the files run from hard to easy, and a random split flatters.

Row n of GoEmotions has the same group in both languages, so ``split_groups`` cuts both at the same rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Generic[GroupedRow]):
    """The two sides of a data set."""

    train: tuple[GroupedRow, ...]
    dev: tuple[GroupedRow, ...]


def split_groups(dataset: Dataset[GroupedRow], *, share: float) -> Split[GroupedRow]:
    """Put about ``share`` of the groups on the development side, chosen by a hash of the group's name.

    Where ``HARD_ROWS`` names the data set, only groups that have a row in that range are eligible.

    Raises:
        DataError: One side would be empty.
    """
    eligible = {row.group for row in hard_rows(dataset)}
    return _split(dataset, lambda group: group in eligible and _fraction(group) < share)


def split_like(dataset: Dataset[GroupedRow], dev_groups: Collection[str]) -> Split[GroupedRow]:
    """Put the named groups on the development side: for rows whose scenarios another data set has split already.

    The virtues (``ethics_virtue``) are read from the same scenarios as the traits (``ethics_virtue_traits``); trained
    on together, the two must be split alike, or a scenario that is checked has been learned.

    Raises:
        DataError: One side would be empty.
    """
    return _split(dataset, lambda group: group in dev_groups)


def hard_rows(dataset: Dataset[GroupedRow]) -> tuple[GroupedRow, ...]:
    """Return the rows that are as hard as the official tests; all of them where nothing is known."""
    low, high = HARD_ROWS.get(dataset.name, (0, len(dataset)))
    return dataset.rows[low:high]


def whole_runs(rows: Iterable[GroupedRow], size: int) -> tuple[GroupedRow, ...]:
    """Keep the rows that stand in a run of exactly ``size`` consecutive rows of one group, in their order.

    The official scores of ETHICS count ``size`` (4, for virtue 5) consecutive rows when all of them are right. In the
    training files some runs were thinned, and many scenarios come back elsewhere: in virtue first thinned and without
    a shown trait, later as a run of five with one. A score over whatever shares a scenario is another score.

    Args:
        rows: In the order of the file, none taken out from between others (that may join two runs), for a score
            only those of ``HARD_ROWS``: earlier runs of five traits hold none that is shown.
        size: Rows per run.
    """
    runs = (tuple(run) for _, run in groupby(rows, key=lambda row: row.group))
    return tuple(row for run in runs if len(run) == size for row in run)


def _split(dataset: Dataset[GroupedRow], is_dev: Callable[[str], bool]) -> Split[GroupedRow]:
    train = tuple(row for row in dataset if not is_dev(row.group))
    dev = tuple(row for row in dataset if is_dev(row.group))
    if not train or not dev:
        raise DataError(f"{dataset.name}: {len(train)} rows to train on and {len(dev)} to check. Need both.")
    return Split(train=train, dev=dev)


def _fraction(group: str) -> float:
    return crc32(group.encode("utf-8")) / 2**32
