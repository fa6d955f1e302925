"""Reading files at the edge: whatever is wrong is named with its file and row.

A reader turns records into rows. A record that cannot become a row raises ``RowError``; it is counted, named and
skipped. More than ``MAX_BAD_SHARE`` of such records means that the file is another one than was expected.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from redheart_core.data.directions import Direction
from redheart_core.data.rows import Dataset, RowProblem
from redheart_core.errors import DataError

MAX_BAD_SHARE = 0.01
"""Largest share of rows that may be skipped."""
MAX_LABEL_DIGITS = 4
"""Longer runs of digits are no label position, and may be too long for ``int``."""
Row = TypeVar("Row")
Record = TypeVar("Record")
JsonObject = Mapping[str, object]


class RowError(ValueError):
    """Why one record cannot become a row. It never leaves this package."""


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


def line_records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the tab-separated fields of each line."""
    for number, line in enumerate(read_lines(path), start=1):
        yield number, line.split("\t")


def csv_records(path: Path, *, columns: int) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield the rows of a CSV file without a header, each checked to have ``columns`` fields."""
    for number, row in enumerate(_csv_rows(path), start=1):
        yield number, row if len(row) == columns else _other_width(row, columns)


def table_records(path: Path, *, columns: Sequence[str]) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield the fields under ``columns`` of a CSV file whose first row names its columns; others are ignored.

    Raises:
        DataError: The header lacks one of the columns.
    """
    rows = _csv_rows(path)
    header = [name.strip() for name in rows[0]] if rows else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(f"{path} has no column {', '.join(missing)}; its header is {', '.join(header) or 'empty'}.")
    places = [header.index(name) for name in columns]
    for number, row in enumerate(rows[1:], start=2):
        same_width = len(row) == len(header)
        yield number, [row[place] for place in places] if same_width else _other_width(row, len(header))


def csv_table(path: Path) -> Iterator[tuple[int, JsonObject | RowError]]:
    """Yield the rows of a CSV file as objects whose keys are its header; empty fields are left out.

    Raises:
        DataError: The header is empty, or names a column twice.
    """
    rows = _csv_rows(path)
    header = [name.strip() for name in rows[0]] if rows else []
    if not header or len(set(header)) < len(header):
        raise DataError(f"{path} has the header {', '.join(header) or '(none)'}. Name every column once.")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) == len(header):
            yield number, {name: field for name, field in zip(header, row, strict=True) if field}
        else:
            yield number, _other_width(row, len(header))


def jsonl_records(path: Path) -> Iterator[tuple[int, JsonObject | RowError]]:
    """Yield the objects of a JSON-lines file, packed with gzip or not."""
    for number, line in enumerate(read_lines(path), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, RowError(f"is not JSON ({getattr(error, 'msg', error)})")
            continue
        yield number, row if isinstance(row, dict) else RowError("is not a JSON object")


def json_records(path: Path) -> Iterator[tuple[int, JsonObject | RowError]]:
    """Yield the objects of a file that is one JSON list.

    Raises:
        DataError: The file is not one JSON list.
    """
    try:
        rows = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not JSON ({getattr(error, 'msg', error)}). Fetch the file again.") from error
    if not isinstance(rows, list):
        raise DataError(f"{path} holds {type(rows).__name__}, expected a JSON list. Fetch the file again.")
    for number, row in enumerate(rows, start=1):
        yield number, row if isinstance(row, dict) else RowError("is not a JSON object")


def texts(row: JsonObject, *keys: str) -> tuple[str, ...]:
    """Return the texts under ``keys``, each of which must be there and say something."""
    found = [row.get(key) for key in keys]
    if not all(isinstance(value, str) and value.strip() for value in found):
        raise RowError(f"does not have text under each of {', '.join(keys)}")
    return tuple(filled(str(value)) for value in found)


def filled(text: str) -> str:
    """Return ``text``, which must say something in characters that can be written."""
    if not text.strip():
        raise RowError("has no text")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RowError("has half a character (a lone surrogate)")
    return text


def parse_flag(value: object) -> bool:
    """Read a label that must be 0 or 1, as text or as a number."""
    if isinstance(value, bool) or value not in ("0", "1", 0, 1):
        raise RowError(f"has the label {value!r}, expected 0 or 1")
    return value in ("1", 1)


def parse_labels(field: str, num_labels: int) -> tuple[int, ...]:
    """Read comma-separated label positions below ``num_labels``."""
    parts = field.strip().split(",")
    if not all(part.isdecimal() and len(part) <= MAX_LABEL_DIGITS and int(part) < num_labels for part in parts):
        raise RowError(f"has the labels {field[:40]!r}, expected numbers below {num_labels}")
    return tuple(sorted({int(part) for part in parts}))


def parse_rating(field: str, *, low: float, high: float) -> float:
    """Read a rating from ``low`` to ``high``."""
    try:
        rating = float(field)
    except ValueError as error:
        raise RowError(f"has a rating that is no number ({field[:40]!r})") from error
    if not low <= rating <= high:
        raise RowError(f"has a rating outside {low:g} to {high:g}")
    return rating


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


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, packed with gzip or not, without final empty ones."""
    return read_text(path).rstrip("\n").split("\n")


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, packed with gzip or not, with plain line ends and without a byte-order mark.

    Raises:
        DataError: The file is missing, damaged or in another encoding.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}). Fetch the file again.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is no whole gzip file ({error}). Fetch the file again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check the path.") from error


def _csv_rows(path: Path) -> list[list[str]]:
    # Strict, so that a quote that is never closed is an error and not one row that swallows the rest of the file.
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num} is not CSV ({error}). Fetch the file again.") from error


def _other_width(row: list[str], expected: int) -> RowError:
    return RowError(f"has {len(row)} columns, expected {expected}")
