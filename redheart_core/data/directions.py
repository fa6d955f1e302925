"""Noticing labels that are turned round or shifted, by words whose meaning leaves no doubt.

A file whose label means the opposite, or whose list of labels has another order, trains without complaint. So each
data set states words (``directions.toml``) and the readers compare:

    one label or rating   mean over passages with a ``higher`` word against those with a ``lower`` word; an error
                          where the difference lies ``MIN_REVERSAL`` and ``MAX_ERRORS`` standard errors on the wrong
                          side. Official hard tests are filtered against such words, so a difference near zero passes
    many labels           share of a label among passages with its words against all others; an error where fewer
                          than half of the labels are more than ``MIN_LIFT`` times as frequent
    an agreeing column    some files say the label in a second way; an error where most rows disagree

A side with fewer than ``MIN_CUED`` passages says nothing, so small files pass.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt
from statistics import fmean, pvariance
from typing import Any

from redheart_core.errors import DataError

MIN_CUED = 20
MAX_CHARACTERS = 500
"""Longer passages are not compared: they tend to have words of either end."""
MAX_ERRORS = 3.0
MIN_REVERSAL = 0.15
"""On labels 0 to 1. Turned round, the sets here differ by 0.16 (EmoBank's 1,000 development rows) to 0.87."""
MIN_LIFT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """What one comparison found."""

    subject: str
    """The label, or what the two sides are."""
    expected_higher: float
    """Mean label or share where it should be higher."""
    expected_lower: float
    num_higher: int
    """Passages behind ``expected_higher``."""
    num_lower: int


def compare_ends(name: str, rows: Iterable[tuple[str, float]]) -> Direction | None:
    """Compare passages with words of either end.

    Args:
        name: Data set, as in ``directions.toml``.
        rows: Passage and label, or rating brought to 0 to 1.

    Returns:
        What was found, or None where either side has too few passages.

    Raises:
        DataError: The labels are turned round.
    """
    higher, lower = (_pattern(tuple(_table()[name][end])) for end in ("higher", "lower"))
    high: list[float] = []
    low: list[float] = []
    for text, label in rows:
        if len(text) > MAX_CHARACTERS:
            continue
        is_high, is_low = bool(higher.search(text)), bool(lower.search(text))
        if is_high != is_low:
            (high if is_high else low).append(label)
    if min(len(high), len(low)) < MIN_CUED:
        return None
    reversal = fmean(low) - fmean(high)
    error = sqrt(pvariance(high) / len(high) + pvariance(low) / len(low))
    if reversal >= max(MIN_REVERSAL, MAX_ERRORS * error):
        raise DataError(
            f"{name}: the labels look turned round. Passages with words such as {_table()[name]['higher'][0]!r} have "
            f"{fmean(high):.2f} on average, those with {_table()[name]['lower'][0]!r} {fmean(low):.2f}. "
            "Check what the label means in this file."
        )
    return _direction("words of either end", high, low)


def compare_labels(name: str, texts: Sequence[str], has_label: Callable[[int, str], bool]) -> tuple[Direction, ...]:
    """Compare, for each label that ``directions.toml`` has words for, passages with and without them.

    Args:
        name: Data set.
        texts: All passages.
        has_label: Whether passage n carries the named label.

    Raises:
        DataError: Most labels are not where their words are.
    """
    found = []
    lowered = [text.lower() for text in texts]
    for label, cue in _table()[name].items():
        cued: tuple[list[float], list[float]] = ([], [])
        for place, text in enumerate(lowered):
            cued[any(part in text for part in cue["parts"])].append(has_label(place, label))
        others, with_words = cued
        if min(map(len, cued)) >= MIN_CUED:
            found.append(_direction(label, with_words, others))
    wrong = [one.subject for one in found if one.expected_higher <= MIN_LIFT * one.expected_lower]
    if found and 2 * len(wrong) > len(found):
        raise DataError(
            f"{name}: the labels look shifted. Passages that speak of {', '.join(wrong)} do not carry that label more "
            "often than others. Check the order of the labels in this file."
        )
    return tuple(found)


def require_agreement(name: str, agreements: Iterable[bool]) -> None:
    """Refuse a data set of which most rows contradict what they say in another way.

    Raises:
        DataError: Fewer than half agree, of ``MIN_CUED`` or more.
    """
    checked = list(agreements)
    if len(checked) >= MIN_CUED and 2 * sum(checked) < len(checked):
        raise DataError(
            f"{name}: the labels look turned round. {len(checked) - sum(checked)} of {len(checked)} rows contradict "
            "what else they say. Check what the label means in this file."
        )


def _direction(subject: str, high: Sequence[float], low: Sequence[float]) -> Direction:
    return Direction(
        subject=subject,
        expected_higher=fmean(high),
        expected_lower=fmean(low),
        num_higher=len(high),
        num_lower=len(low),
    )


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    source = files("redheart_core.data").joinpath("directions.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
