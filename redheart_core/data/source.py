"""Reading files at the edge: whatever is wrong is named with its file and row.

A reader turns records into rows. A record that cannot become a row raises ``RowError``; it is counted, named and
skipped. More than ``MAX_BAD_SHARE`` of such records means that the file is another one than was expected.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from redheart_core.data.directions import Direction
from redheart_core.data.fields import RowError
from redheart_core.data.rows import Dataset, RowProblem
from redheart_core.errors import DataError

MAX_BAD_SHARE = 0.01
"""Largest share of rows that may be skipped."""
Row = TypeVar("Row")
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed(Generic[Row]):
    """What came of the records of one file."""

    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...]


def require_file(data_dir: Path, relative: str) -> Path:
    """Return ``data_dir / relative``.

    Raises:
        DataError: There is no such file.
    """
    path = data_dir / relative
    if not path.is_file():
        raise DataError(f"{path} is missing. Point the data setting at the folder that holds the data sets.")
    return path


def parse_rows(
    path: Path, records: Iterable[tuple[int, Record | RowError]], parse: Callable[[int, Record], Row]
) -> Parsed[Row]:
    """Turn numbered records into rows, and refuse a file of which many cannot be turned.

    Args:
        path: For the messages.
        records: Record or the reason why there is none, numbered as in the file, from 1.
        parse: Gets number and record; raises ``RowError`` to skip it.

    Raises:
        DataError: There are no records, or more than ``MAX_BAD_SHARE`` of them are bad.
    """
    parsed = collect_rows(path, records, parse)
    require_few(path, len(parsed.rows), parsed.problems)
    return parsed


def collect_rows(
    path: Path, records: Iterable[tuple[int, Record | RowError]], parse: Callable[[int, Record], Row]
) -> Parsed[Row]:
    """Turn numbered records into rows; what cannot be turned is named, however much it is. See ``parse_rows``."""
    rows: list[Row] = []
    problems: list[RowProblem] = []
    for number, record in records:
        try:
            if isinstance(record, RowError):
                raise record
            rows.append(parse(number, record))
        except RowError as problem:
            problems.append(RowProblem(file=str(path), row=number, why=str(problem)))
    return Parsed(rows=tuple(rows), problems=tuple(problems))


def require_few(path: Path, num_rows: int, problems: Sequence[RowProblem]) -> None:
    """Refuse a file of which more than ``MAX_BAD_SHARE`` of the rows are bad, or which has none.

    Raises:
        DataError: Names the first bad row.
    """
    total = num_rows + len(problems)
    if not total:
        raise DataError(f"{path} holds no rows. Fetch the file again.")
    if len(problems) > MAX_BAD_SHARE * total:
        raise DataError(
            f"{path}: {len(problems)} of {total} rows cannot be used, more than {MAX_BAD_SHARE:.0%}. The first: "
            f"row {problems[0].row} {problems[0].why}. Fetch the file again."
        )


def checked_dataset(
    name: str,
    licence: str,
    path: Path,
    parsed: Parsed[Row],
    *,
    labels: Iterable[Hashable],
    directions: Sequence[Direction | None] = (),
) -> Dataset[Row]:
    """Make a data set of parsed rows whose ``labels`` vary.

    Raises:
        DataError: All labels are the same.
    """
    require_varied(name, labels)
    return Dataset(
        name=name,
        licence=licence,
        files=(path,),
        rows=parsed.rows,
        problems=parsed.problems,
        directions=tuple(direction for direction in directions if direction is not None),
    )


def require_varied(name: str, labels: Iterable[Hashable]) -> None:
    """Refuse a target that never changes: a model would learn it perfectly and know nothing.

    Raises:
        DataError: There are no labels, or all are the same.
    """
    counts = Counter(labels)
    if len(counts) < 2:
        seen = f"only the label {next(iter(counts))!r}" if counts else "no labels"
        raise DataError(f"{name}: {sum(counts.values())} rows with {seen}. A constant target teaches nothing.")


def file_sha256(path: Path) -> str:
    """Return the hash of a file, for the provenance of weights."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
