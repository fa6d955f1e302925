"""Files of cases: JSON lines, CSV with a header, or one text per line. Read row by row; a bad row is named.

JSON lines and CSV rows have ``text`` and, optionally, ``id`` and ``label``. Without an id a case is named by its row,
counted from 1. A label is what people said of the case: text, a number, true or false, or a list of these.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import TextIO

from redheart_core.data.chunks.cases import Case
from redheart_core.errors import DataError, InputError
from redheart_core.vocabulary.dilemma import clean_passage

MAX_ID_LENGTH = 200
MAX_LABEL_LENGTH = 1_000
Fields = tuple[str, str, str]
"""Identifier, text and label, none of them checked."""


def count_cases(path: Path) -> int:
    """Return the number of cases, after every row was checked.

    Raises:
        DataError: See ``read_cases``; or two rows share an identifier, or there are none.
    """
    seen: set[str] = set()
    for case in read_cases(path):
        if case.id in seen:
            raise DataError(f"{path}: the id {case.id!r} occurs twice. Give every case an id of its own.")
        seen.add(case.id)
    if not seen:
        raise DataError(f"{path}: there are no cases in it. Write one case per row.")
    return len(seen)


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file, cleaned as everything that is read.

    Raises:
        DataError: The file or a row cannot be used; the message names the row.
    """
    reader = _reader(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, fields in reader(path, file):
                yield _case(path, number, fields)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from error


def parse_cases(name: str, content: bytes) -> Iterator[Case]:
    """Yield the cases of a file that was given as bytes; see ``read_cases``. The name tells the format and no more."""
    path = Path(Path(name).name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    for number, fields in _reader(path)(path, StringIO(text, newline="")):
        yield _case(path, number, fields)


def _reader(path: Path) -> Callable[[Path, TextIO], Iterator[tuple[int, Fields]]]:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: cannot tell its format by its name. Known endings: {', '.join(_READERS)}.")
    return reader


def _case(path: Path, number: int, fields: Fields) -> Case:
    name, text, label = fields
    if len(label) > MAX_LABEL_LENGTH:
        raise _bad_row(path, number, f"a label of {len(label):,} characters; at most {MAX_LABEL_LENGTH:,} are allowed")
    if len(name) > MAX_ID_LENGTH:
        raise _bad_row(path, number, f"an id of {len(name):,} characters; at most {MAX_ID_LENGTH} are allowed")
    try:
        cleaned = clean_passage(text, what_en="text", what_ko="글")
        spoken = clean_passage(label, what_en="label", what_ko="라벨") if label.strip() else ""
    except InputError as error:
        raise _bad_row(path, number, str(error)) from error
    return Case(id=name or str(number), text=cleaned, label=spoken)


def _json_lines(path: Path, file: TextIO) -> Iterator[tuple[int, Fields]]:
    for number, line in _filled(file):
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise _bad_row(path, number, "not JSON") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise _bad_row(path, number, 'no text under "text"')
        name = row.get("id", "")
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise _bad_row(path, number, "an id that is neither text nor a whole number")
        yield number, (str(name), row["text"], _label(path, number, row.get("label")))


def _csv_rows(path: Path, file: TextIO) -> Iterator[tuple[int, Fields]]:
    rows = csv.DictReader(file)
    try:
        if "text" not in (rows.fieldnames or ()):
            raise DataError(f'{path}: the header has no column "text". Name the columns "id" and "text".')
        for number, row in enumerate(rows, start=1):
            if row["text"] is None or None in row:
                raise _bad_row(path, number, "another number of columns than the header")
            yield number, (row.get("id") or "", row["text"], row.get("label") or "")
    except csv.Error as error:
        raise DataError(f"{path}, line {rows.line_num}: {error}. Correct the row.") from error


def _text_lines(path: Path, file: TextIO) -> Iterator[tuple[int, Fields]]:
    for number, line in _filled(file):
        yield number, ("", line, "")


def _label(path: Path, number: int, value: object) -> str:
    """Write a label as a person would read it."""
    if value is None:
        return ""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str | int | float) for part in parts):
        raise _bad_row(path, number, "a label that is neither text, a number, true or false, nor a list of these")
    return ", ".join(part if isinstance(part, str) else json.dumps(part) for part in parts)


def _filled(file: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(file, start=1) if line.strip())


def _bad_row(path: Path, number: int, problem: str) -> DataError:
    return DataError(f"{path}, row {number}: {problem}. Correct the row.")


_READERS: dict[str, Callable[[Path, TextIO], Iterator[tuple[int, Fields]]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv_rows,
    ".txt": _text_lines,
}
