"""What every figure carries beside its drawing: words that say the finding, and the same numbers as a table."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

Cell = str | float | int | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureText:
    """The words of a figure. They may quote what a person typed, so nothing here is HTML."""

    title: str
    """The finding."""
    subtitle: str
    """What is drawn, in which unit, over what."""
    alt: str
    """What a reader who does not see the figure needs to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers of a figure at full precision."""

    name: str
    """Stem of the file's name in a download."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        """Refuse ragged rows."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"The table '{self.name}' has rows that do not fit its {len(self.columns)} columns.")

    def to_csv(self) -> str:
        """Return the table as CSV. A text that a spreadsheet would run as a formula gets a leading apostrophe."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(self.columns)
        writer.writerows([_inert(cell) for cell in row] for row in self.rows)
        return buffer.getvalue()

    def to_json(self) -> str:
        """Return the table as a JSON list with one object per row."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(rows, ensure_ascii=False, indent=2)


def _inert(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
