"""What every recorded measurement says about itself: the command that repeats it, the machine, the day."""

from __future__ import annotations

from collections.abc import Mapping

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import Table

GIB = 1024**3
SHOWN_DIGITS = 12
"""Of a checkpoint's hash."""
_NOTES = "notes."


def source_sentence(measurement: Measurement, language: UiLanguage) -> str:
    """Say where, when and with what the numbers were measured."""
    return say(
        "machinery.source",
        language,
        machine=measurement.machine,
        date=measurement.date,
        torch=measurement.torch,
    )


def checkpoint_sentence(measurement: Measurement, in_use: str | None, language: UiLanguage) -> str | None:
    """Say of which checkpoint the numbers are, and whether it is the one in use; None where none was measured."""
    measured = {*_checkpoints(measurement.facts), *(one for row in measurement.rows for one in _checkpoints(row))}
    if not measured:
        return None
    if measured == {in_use}:
        return say("machinery.checkpoint.same", language)
    others = ", ".join(sha256[:SHOWN_DIGITS] for sha256 in sorted(measured - {in_use or ""}))
    return say("machinery.checkpoint.other", language, others=others)


def worded_notes(notes: tuple[str, ...], language: UiLanguage) -> tuple[str, ...]:
    """Return what a measurement says of itself in the language of the reader; what nobody worded stays English."""
    if language == "en":
        return notes
    known = {entry.en: entry.ko for key, entry in catalogue().items() if key.startswith(_NOTES)}
    return tuple(known.get(note, note) for note in notes)


def _checkpoints(values: Mapping[str, Scalar]) -> tuple[str, ...]:
    return (str(values["checkpoint"]),) if values.get("checkpoint") else ()


def number(row: Mapping[str, Scalar], name: str) -> float | None:
    """Return a number of a row, or None where it was not measured."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(row: Mapping[str, Scalar], name: str) -> str:
    """Return a text of a row, empty where there is none."""
    value = row.get(name)
    return "" if value is None else str(value)


def gib(size_bytes: float | None) -> str:
    """Write a size in GiB."""
    return "–" if size_bytes is None else f"{size_bytes / GIB:.2f} GiB"


def milliseconds(value: float | None) -> str:
    """Write a duration in milliseconds."""
    return "–" if value is None else f"{value:.0f} ms"


def decimal(value: float | None, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals and a true minus sign."""
    if value is None:
        return "–"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # adding zero makes -0.0 a plain zero


def full_table(name: str, measurement: Measurement) -> Table:
    """Return every recorded number under its own name."""
    columns = tuple(dict.fromkeys(key for row in measurement.rows for key in row))
    rows = tuple(tuple(row.get(column) for column in columns) for row in measurement.rows)
    return Table(name=name, columns=columns, rows=rows)
