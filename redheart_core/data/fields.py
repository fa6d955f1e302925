"""Fields of a record: each is what it should be, or a ``RowError`` says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

MAX_LABEL_DIGITS = 4
"""Longer runs of digits are no label position, and may be too long for ``int``."""
JsonObject = Mapping[str, object]


class RowError(ValueError):
    """Why one record cannot become a row. A lenient reader counts it and goes on, a strict one refuses the file."""


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
    plain = value.strip() if isinstance(value, str) else value
    if isinstance(plain, bool) or plain not in ("0", "1", 0, 1):
        raise RowError(f"has the label {value!r}, expected 0 or 1")
    return plain in ("1", 1)


def parse_labels(field: str, num_labels: int) -> tuple[int, ...]:
    """Read comma-separated label positions below ``num_labels``."""
    parts = [part.strip() for part in field.split(",")]
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
