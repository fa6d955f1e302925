"""Reading the lexicons: the readable rows of ``data/*.tsv`` as typed entries.

Columns
    emotions_xx.tsv   forms, class, emotions, sense
    cues_xx.tsv       kind, forms, class, value, note
    culture_xx.tsv    concept, forms, class, sense
    idioms_xx.tsv     forms, class, suppresses, note

``forms`` are separated by ``|`` and share the rest of the row; each is an entry of its own, named by itself (by its
concept in the cultural lexicon). In a form, ``/`` separates words that may stand in
the same place and ``~`` is a gap of up to three words. ``class`` says how the form inflects, see ``inflection`` and
``matching_ko``. An idiom is not evidence itself: it takes away the listed kinds of cue that overlap it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from redheart_core.errors import DataError
from redheart_core.text.features import CueKind
from redheart_core.vocabulary.emotions import EMOTIONS

GAP = "~"
EVERY_KIND = "*"
_ALTERNATIVES = re.compile(r"/[^\s/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One form of one row of a lexicon."""

    name: str
    form: str
    inflects: str
    kind: CueKind | None
    """``None`` for an idiom."""
    value: float = 1.0
    emotions: Mapping[str, float] = field(default_factory=dict)
    suppresses: frozenset[CueKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry found at ``[start, end)``."""

    entry: Entry
    start: int
    end: int


def read_entries(suffix: str) -> tuple[Entry, ...]:
    """Read all four lexicons of a language (``"en"`` or ``"ko"``).

    Raises:
        DataError: A row names an unknown kind or emotion, or has a number that cannot be read. Says which row.
    """
    return tuple(
        entry for name, parse in _LEXICONS.items() for row in _rows(f"{name}_{suffix}.tsv") for entry in parse(row)
    )


def parse_emotions(cell: str) -> dict[str, float]:
    """Read ``fatigue:0.9 sadness:0.5``.

    Raises:
        DataError: An emotion is unknown or a weight lies outside (0, 1].
    """
    weights: dict[str, float] = {}
    for part in cell.split():
        name, _, weight = part.partition(":")
        if name not in EMOTIONS:
            raise DataError(f"Unknown emotion “{name}” in “{cell}”. Known: {', '.join(EMOTIONS)}.")
        weights[name] = float(weight)
        if not 0.0 < weights[name] <= 1.0:
            raise DataError(f"The weight of {name} in “{cell}” must lie above 0 and not above 1.")
    return weights


def parse_kind(name: str) -> CueKind:
    """Return the kind of cue called ``name``.

    Raises:
        DataError: There is none.
    """
    try:
        return CueKind(name)
    except ValueError:
        raise DataError(f"Unknown kind of cue “{name}”. Known: {', '.join(CueKind)}.") from None


_Row = dict[str, str]


def _rows(file_name: str) -> Iterator[_Row]:
    source = files("redheart_core.text").joinpath(f"data/{file_name}").read_text(encoding="utf-8")
    heading, *lines = source.splitlines()
    columns = heading.split("\t")
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if not len(columns) - 1 <= len(cells) <= len(columns):
            raise DataError(f"{file_name}, row {number} has {len(cells)} columns instead of {len(columns)}.")
        yield dict(zip(columns, cells, strict=False))


def _forms(row: _Row) -> tuple[str, ...]:
    # Passages are in NFKC, which spells lone jamo such as ㅠ with other characters than a keyboard does.
    forms = tuple(unicodedata.normalize("NFKC", form).strip() for form in row["forms"].split("|"))
    if not all(forms):
        raise DataError(f"An empty form in “{row['forms']}”.")
    return forms


def _name(form: str) -> str:
    """``break ~ promise/vow`` is called “break … promise”."""
    return _ALTERNATIVES.sub("", form).replace(GAP, "…")


def _emotion_entries(row: _Row) -> Iterator[Entry]:
    weights = parse_emotions(row["emotions"])
    if not weights:
        raise DataError(f"“{row['forms']}” names no emotion.")
    for form in _forms(row):
        yield Entry(
            name=_name(form),
            form=form,
            inflects=row["class"],
            kind=CueKind.EMOTION,
            value=max(weights.values()),
            emotions=weights,
        )


def _cue_entries(row: _Row) -> Iterator[Entry]:
    kind, value = parse_kind(row["kind"]), float(row["value"])
    for form in _forms(row):
        yield Entry(name=_name(form), form=form, inflects=row["class"], kind=kind, value=value)


def _culture_entries(row: _Row) -> Iterator[Entry]:
    for form in _forms(row):
        yield Entry(name=row["concept"], form=form, inflects=row["class"], kind=CueKind.CULTURE)


def _idiom_entries(row: _Row) -> Iterator[Entry]:
    names = row["suppresses"].split()
    kinds = frozenset(CueKind) if names == [EVERY_KIND] else frozenset(map(parse_kind, names))
    for form in _forms(row):
        yield Entry(name=_name(form), form=form, inflects=row["class"], kind=None, suppresses=kinds)


_LEXICONS: dict[str, Callable[[_Row], Iterator[Entry]]] = {
    "emotions": _emotion_entries,
    "cues": _cue_entries,
    "culture": _culture_entries,
    "idioms": _idiom_entries,
}
