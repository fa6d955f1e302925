"""Files as numbered records: text, CSV, JSON and JSON lines, packed with gzip or not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from redheart_core.data.fields import JsonObject, RowError
from redheart_core.errors import DataError


def line_records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the tab-separated fields of each line."""
    for number, line in enumerate(read_lines(path), start=1):
        yield number, line.split("\t")


def csv_records(path: Path, *, columns: int) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield the rows of a CSV file without a header, each checked to have ``columns`` fields."""
    for number, row in enumerate(_csv_rows(path, read_text(path)), start=1):
        yield number, row if len(row) == columns else _other_width(row, columns)


def table_records(path: Path, *, columns: Sequence[str]) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yield the fields under ``columns`` of a CSV file whose first row names its columns; others are ignored.

    Raises:
        DataError: The header lacks one of the columns.
    """
    rows = _csv_rows(path, read_text(path))
    header = [name.strip() for name in rows[0]] if rows else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(f"{path} has no column {', '.join(missing)}; its header is {', '.join(header) or 'empty'}.")
    places = [header.index(name) for name in columns]
    for number, row in enumerate(rows[1:], start=2):
        same_width = len(row) == len(header)
        yield number, [row[place] for place in places] if same_width else _other_width(row, len(header))


def csv_table(path: Path, text: str) -> Iterator[tuple[int, JsonObject | RowError]]:
    """Yield the rows of CSV as objects whose keys are its header; empty fields are left out.

    Args:
        path: For the messages.
        text: What the file holds.

    Raises:
        DataError: The header is empty, or names a column twice.
    """
    rows = _csv_rows(path, text)
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
    return json_line_objects(read_text(path))


def json_line_objects(text: str) -> Iterator[tuple[int, JsonObject | RowError]]:
    """Yield the objects of JSON lines."""
    for number, line in enumerate(_lines(text), start=1):
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


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, packed with gzip or not, without final empty ones."""
    return _lines(read_text(path))


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, packed with gzip or not, with plain line ends and without a byte-order mark.

    Raises:
        DataError: The file is missing, damaged or in another encoding.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is no whole gzip file ({error}). Fetch the file again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check the path.") from error
    return decoded(path, content)


def decoded(path: Path, content: bytes) -> str:
    """Return UTF-8 as text with plain line ends and without a byte-order mark.

    Raises:
        DataError: It is in another encoding.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}). Fetch the file again.") from error


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


def _csv_rows(path: Path, text: str) -> list[list[str]]:
    # Strict, so that a quote that is never closed is an error and not one row that swallows the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num} is not CSV ({error}). Fetch the file again.") from error


def _other_width(row: list[str], expected: int) -> RowError:
    return RowError(f"has {len(row)} columns, expected {expected}")
