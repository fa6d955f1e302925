"""Reading files at the edge: whatever is wrong is named with its file and row."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import cast

from redheart_core.errors import DataError


def require_file(data_dir: Path, relative: str) -> Path:
    """Return ``data_dir / relative``.

    Raises:
        DataError: There is no such file.
    """
    path = data_dir / relative
    if not path.is_file():
        raise DataError(f"{path} is missing. Point the data setting at the folder that holds the data sets.")
    return path


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, without a final empty one."""
    return _text(path).rstrip("\n").split("\n")


def read_csv(path: Path, *, columns: int) -> list[list[str]]:
    """Return all rows of a CSV file, each checked to have ``columns`` fields."""
    rows = list(csv.reader(io.StringIO(_text(path), newline="")))
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise bad_row(path, number, f"has {len(row)} columns, expected {columns}")
    return rows


def read_jsonl(path: Path, *, keys: Sequence[str]) -> list[dict[str, str]]:
    """Return the objects of a JSON-lines file, each checked to have text under every key of ``keys``."""
    rows = []
    for number, line in enumerate(read_lines(path), start=1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise bad_row(path, number, f"is not JSON ({error.msg})") from error
        if not isinstance(row, dict) or any(not isinstance(row.get(key), str) for key in keys):
            raise bad_row(path, number, f"does not have text under each of {', '.join(keys)}")
        rows.append(cast("dict[str, str]", row))
    return rows


def bad_row(path: Path, number: int, problem: str) -> DataError:
    """Build the error for one row, counted from 1."""
    return DataError(f"{path}, row {number} {problem}. Fetch the file again.")


def parse_flag(path: Path, number: int, value: str) -> bool:
    """Read a label that must be 0 or 1."""
    if value not in ("0", "1"):
        raise bad_row(path, number, f"has the label {value!r}, expected 0 or 1")
    return value == "1"


def parse_labels(path: Path, number: int, field: str, num_labels: int) -> tuple[int, ...]:
    """Read comma-separated label positions below ``num_labels``."""
    parts = field.split(",")
    if not all(part.isdecimal() and int(part) < num_labels for part in parts):
        raise bad_row(path, number, f"has the labels {field!r}, expected numbers below {num_labels}")
    return tuple(sorted({int(part) for part in parts}))


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
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}). Fetch the file again.") from error
