"""Columns of a CSV file as numbers or text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            places = _places(path, header, names)
            cells = [_cells(path, row, len(header), places, reader.line_num) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise InputError(
            code="surd_csv",
            en=f"{path} cannot be read as a UTF-8 CSV file ({problem}).",
            ko=f"{path} 파일을 UTF-8 CSV로 읽을 수 없어요({problem}).",
        ) from problem
    return {name: _column([row[index] for row in cells]) for index, name in enumerate(names)}


def _refuse_repeats(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise InputError(
            code="surd_repeated_variable",
            en=f"{', '.join(repeated)} is named more than once among target, sources and units.",
            ko=f"대상, 원천 변수, 단위 가운데 {', '.join(repeated)} 이름이 두 번 이상 나와요.",
        )


def _places(path: Path, header: Sequence[str], names: Sequence[str]) -> list[int]:
    missing = [name for name in names if name not in header]
    if missing:
        raise InputError(
            code="surd_missing_column",
            en=f"{path} has no column {', '.join(missing)}. Its columns are: {', '.join(header) or 'none'}.",
            ko=f"{path} 파일에 {', '.join(missing)} 열이 없어요. 있는 열: {', '.join(header) or '없음'}.",
        )
    return [header.index(name) for name in names]


def _cells(path: Path, row: Sequence[str], width: int, places: Sequence[int], line: int) -> list[str]:
    if len(row) != width:
        raise InputError(
            code="surd_ragged",
            en=f"Line {line} of {path} has {len(row)} cells where the header has {width}.",
            ko=f"{path} 파일의 {line}번째 줄은 {len(row)}칸인데 머리글은 {width}칸이에요.",
        )
    return [row[place].strip() for place in places]


def _column(cells: Sequence[str]) -> NDArray[Any]:
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(cells, dtype=np.str_)
