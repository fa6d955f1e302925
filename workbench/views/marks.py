"""Words marked in a text: spans of evidence become consecutive segments, and segments become safe HTML.

The only HTML with a person's words in it is made here. Every character of the text passes ``html.escape``.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from workbench.copy import UiLanguage, say


class MarkKind(StrEnum):
    """How a stretch of text is marked; also the end of its CSS class."""

    RAISES = "raises"
    LOWERS = "lowers"
    CULTURE = "culture"
    MODIFIES = "modifies"
    CHOSEN = "chosen"


_MARK_OF_CUE = {
    "emotion": MarkKind.RAISES,
    "culture": MarkKind.CULTURE,
    "negation": MarkKind.MODIFIES,
    "intensifier": MarkKind.MODIFIES,
    "exclamation": MarkKind.MODIFIES,
    "contrast": MarkKind.MODIFIES,
}
_PRECEDENCE = tuple(MarkKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A marked stretch, half-open character offsets."""

    start: int
    end: int
    kind: MarkKind
    note: str
    """What a reader is told about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text under one mark or none."""

    text: str
    kind: MarkKind | None
    note: str


def emotion_marks(cues: Iterable[Mapping[str, Any]], language: UiLanguage) -> tuple[Mark, ...]:
    """Return the marks of the cues that bear on feeling."""
    marks = []
    for cue in cues:
        kind = _MARK_OF_CUE.get(str(cue["kind"]))
        if kind is None:
            continue
        if kind is MarkKind.RAISES and cue.get("negated"):
            kind = MarkKind.LOWERS
        note = say(f"emotion.mark.{kind.value}", language)
        marks.append(Mark(start=int(cue["start"]), end=int(cue["end"]), kind=kind, note=note))
    return tuple(marks)


def segments(text: str, marks: Sequence[Mark]) -> tuple[Segment, ...]:
    """Cut ``text`` at the borders of the marks; where marks overlap, the first kind in ``MarkKind`` shows.

    Marks outside the text are cut to it. The segments' texts joined are ``text``.
    """
    inside = [mark for mark in marks if 0 <= mark.start < mark.end and mark.start < len(text)]
    borders = sorted({0, len(text), *(m.start for m in inside), *(min(m.end, len(text)) for m in inside)})
    found = []
    for start, end in pairwise(borders):
        over = [mark for mark in inside if mark.start <= start and end <= mark.end]
        top = min(over, key=lambda mark: _PRECEDENCE.index(mark.kind)) if over else None
        found.append(Segment(text=text[start:end], kind=top.kind if top else None, note=top.note if top else ""))
    return tuple(found)


def marked_html(text: str, marks: Sequence[Mark]) -> str:
    """Return the text as HTML with its marks; the text itself cannot add a tag."""
    parts = []
    for segment in segments(text, marks):
        shown = html.escape(segment.text)
        if segment.kind is None:
            parts.append(shown)
        else:
            note = html.escape(segment.note)
            parts.append(f'<mark class="rh-mark rh-{segment.kind.value}" title="{note}">{shown}</mark>')
    return f'<p class="rh-text" dir="auto">{"".join(parts)}</p>'
