"""Official files, read strictly: a file of another shape is refused with what it should look like.

Rows go through the same parsers as training data (``redheart_core.data``), whose readers skip a bad row and count it.
Here a skipped row would shift every group behind it, so a bad row refuses the file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from redheart_core.data.fields import RowError
from redheart_core.errors import DataError

Row = TypeVar("Row")
SHOWN = 90
"""Characters of an offending row in a message."""


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DataError: It cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Give the path of an official file.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}). Fetch the file again.") from error


def strictly(path: Path, number: int, row: object, shape: str, parse: Callable[[], Row]) -> Row:
    """Return the row that ``parse`` makes, with the parsers that readers of training data use leniently.

    Raises:
        DataError: It cannot be made.
    """
    try:
        return parse()
    except RowError as problem:
        raise misfit(path, number, row, shape, str(problem)) from problem


def misfit(path: Path, number: int, row: object, shape: str, why: str = "") -> DataError:
    """Build the error for a row that has another shape than the task's files; ``why`` goes on "it"."""
    shown = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
    return DataError(
        f"{path}, row {number} does not fit this task: it is {shown[:SHOWN]!r}{f' and {why}' if why else ''}, "
        f"but {shape} is expected. "
        "Choose the task that the file belongs to, or fetch the file again."
    )


def csv_rows(path: Path, *, columns: Sequence[int], shape: str) -> list[tuple[int, list[str]]]:
    """Return all rows of a CSV file with their numbers; empty rows at the end are no rows."""
    rows = list(enumerate(csv.reader(io.StringIO(read_text(path), newline="")), start=1))
    while rows and not rows[-1][1]:
        rows.pop()
    for number, row in rows:
        if len(row) not in columns:
            raise misfit(path, number, row, shape)
    if not rows:
        raise DataError(f"{path} is empty, but {shape} is expected.")
    return rows


def headed_rows(
    path: Path, *, header: Sequence[str], shape: str, more: Sequence[str] = ()
) -> list[tuple[int, list[str]]]:
    """Return the rows below a header that is ``header``, followed by any columns of ``more``."""
    (number, first), *rows = csv_rows(path, columns=range(1, len(header) + len(more) + 1), shape=shape)
    names = [name.strip().lower() for name in first]
    if names[: len(header)] != list(header) or not set(names[len(header) :]) <= set(more) or not rows:
        raise misfit(path, number, first, shape)
    for place, row in rows:
        if len(row) != len(first):
            raise misfit(path, place, row, shape)
    return rows


def tab_rows(path: Path, *, columns: Sequence[int], shape: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a tab-separated file without quoting."""
    lines = read_text(path).rstrip("\n").split("\n")
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, start=1)]
    for number, row in rows:
        if len(row) not in columns:
            raise misfit(path, number, row, shape)
    return rows


def json_lines(path: Path, *, keys: Sequence[str], shape: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects of a JSON-lines file that all have ``keys``."""
    rows = []
    for number, line in enumerate(read_text(path).rstrip("\n").split("\n"), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise misfit(path, number, line, shape) from error
        rows.append((number, _with_keys(path, number, row, keys, shape)))
    return rows


def json_list(path: Path, *, shape: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects of a file that holds one JSON list of them."""
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise misfit(path, error.lineno, error.msg, shape) from error
    if not isinstance(content, list) or not content:
        raise misfit(path, 1, str(content), shape)
    return [(number, _with_keys(path, number, row, (), shape)) for number, row in enumerate(content, start=1)]


def _with_keys(path: Path, number: int, row: Any, keys: Sequence[str], shape: str) -> dict[str, Any]:
    if not isinstance(row, dict) or any(key not in row for key in keys):
        raise misfit(path, number, row, shape)
    return row
