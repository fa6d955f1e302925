"""Columns of a CSV file as numbers or text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError


def read_columns(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the named columns of a CSV file with a header, in the order of ``names``.

    A column whose every filled cell is a number becomes numbers, with NaN for empty cells; any other becomes text.

    Raises:
        InputError: The file cannot be read, a name is not in the header or given twice, or rows are ragged.
    """
    _refuse_repeats(names)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(file, str(path), names)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise _unreadable(str(path), problem) from problem


def parse_table(content: bytes, *, what: str) -> dict[str, NDArray[Any]]:
    """Return every column of a CSV file with a header, as ``read_columns`` does.

    Args:
        content: The file, in UTF-8.
        what: Name of the file for messages.

    Raises:
        InputError: It cannot be read, a name stands twice in the header, or rows are ragged.
    """
    try:
        return _read(io.StringIO(content.decode("utf-8-sig"), newline=""), what, None)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise _unreadable(what, problem) from problem


def without_missing(columns: Mapping[str, NDArray[Any]], needed: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the columns without the rows in which one of the needed ones has no usable value."""
    missing_N = np.logical_or.reduce([is_missing(columns[name]) for name in needed])
    return {name: values[~missing_N] for name, values in columns.items()}


def is_missing(values_N: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a case has no value, shape (N,): NaN or infinite numbers, empty text."""
    if values_N.dtype.kind == "f":
        return np.asarray(~np.isfinite(values_N))
    return np.asarray(values_N == "") if values_N.dtype.kind == "U" else np.zeros(len(values_N), np.bool_)


def _read(file: TextIO, what: str, names: Sequence[str] | None) -> dict[str, NDArray[Any]]:
    reader = csv.reader(file, strict=True)
    header = next(reader, [])
    wanted = header if names is None else names
    places = _places(what, header, wanted)
    if names is None:
        _refuse_twice(what, header)
    cells = [_cells(what, row, len(header), places, reader.line_num) for row in reader if row]
    return {name: _column([row[index] for row in cells]) for index, name in enumerate(wanted)}


def _unreadable(what: str, problem: Exception) -> InputError:
    return InputError(
        code="surd_csv",
        en=f"{what} cannot be read as a UTF-8 CSV file ({problem}).",
        ko=f"{what} 파일을 UTF-8 CSV로 읽을 수 없어요({problem}).",
    )


def _refuse_twice(what: str, header: Sequence[str]) -> None:
    twice = sorted({name for name in header if list(header).count(name) > 1})
    if twice:
        raise InputError(
            code="surd_header_twice",
            en=f"The header of {what} has {', '.join(twice)} more than once. Give every column its own name.",
            ko=f"{what} 파일의 머리글에 {', '.join(twice)} 이름이 두 번 이상 나와요. 열마다 다른 이름을 주세요.",
        )


def _refuse_repeats(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise InputError(
            code="surd_repeated_variable",
            en=f"{', '.join(repeated)} is named more than once among target, sources and units.",
            ko=f"대상, 원천 변수, 단위 가운데 {', '.join(repeated)} 이름이 두 번 이상 나와요.",
        )


def _places(what: str, header: Sequence[str], names: Sequence[str]) -> list[int]:
    missing = [name for name in names if name not in header]
    if missing:
        raise InputError(
            code="surd_missing_column",
            en=f"{what} has no column {', '.join(missing)}. Its columns are: {', '.join(header) or 'none'}.",
            ko=f"{what} 파일에 {', '.join(missing)} 열이 없어요. 있는 열: {', '.join(header) or '없음'}.",
        )
    return [header.index(name) for name in names]


def _cells(what: str, row: Sequence[str], width: int, places: Sequence[int], line: int) -> list[str]:
    if len(row) != width:
        raise InputError(
            code="surd_ragged",
            en=f"Line {line} of {what} has {len(row)} cells where the header has {width}.",
            ko=f"{what} 파일의 {line}번째 줄은 {len(row)}칸인데 머리글은 {width}칸이에요.",
        )
    return [row[place].strip() for place in places]


def _column(cells: Sequence[str]) -> NDArray[Any]:
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(cells, dtype=np.str_)
