"""Finding English entries: whole words, inflected, at any place in a passage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from redheart_core.errors import DataError
from redheart_core.text.entries import GAP, Entry, Match, read_entries
from redheart_core.text.inflection import EnglishClass, spellings
from redheart_core.text.words import Passage

_MAX_GAP = 3
"""Words that a gap may span."""

Element = frozenset[str] | None
"""The spellings allowed for one word of a pattern; ``None`` is a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    rest: tuple[Element, ...]
    """What must follow the first word, which is the key of the index."""
    entry: Entry


def find_english(passage: Passage) -> Iterator[Match]:
    """Yield every English entry in the passage, overlaps included."""
    index = english_index()
    for position, (start, _, spelling) in enumerate(passage.latin):
        for key in _keys(spelling):
            for pattern in index.get(key, ()):
                last = _last_word(passage, position, pattern.rest)
                if last is not None:
                    yield Match(entry=pattern.entry, start=start, end=_end(passage, last, pattern, key))


def _keys(spelling: str) -> tuple[str, ...]:
    """The word itself and, for a possessive, the word without ``'s``."""
    return (spelling, spelling[:-2]) if spelling.endswith("'s") else (spelling,)


def _end(passage: Passage, last: int, pattern: _Pattern, key: str) -> int:
    """Where the match ends: before ``'s`` if the last word matched only without it."""
    _, end, spelling = passage.latin[last]
    matched = (pattern.rest[-1] or frozenset()) if pattern.rest else frozenset({key})
    return end if spelling in matched else end - 2


def _last_word(passage: Passage, position: int, rest: tuple[Element, ...]) -> int | None:
    """Return the index of the last word if ``rest`` follows ``position`` without punctuation between."""
    if not rest:
        return position
    element = rest[0]
    if element is not None:
        following = position + 1
        if not _follows(passage, position) or element.isdisjoint(_keys(passage.latin[following][2])):
            return None
        return _last_word(passage, following, rest[1:])
    for skipped in range(_MAX_GAP + 1):
        last = _last_word(passage, position + skipped, rest[1:])
        if last is not None:
            return last
        if not _follows(passage, position + skipped):
            return None
    return None


def _follows(passage: Passage, position: int) -> bool:
    return position + 1 < len(passage.latin) and passage.latin_joined[position]


@cache
def english_index() -> dict[str, tuple[_Pattern, ...]]:
    """Every pattern under each spelling of its first word. Built once per process."""
    index: defaultdict[str, list[_Pattern]] = defaultdict(list)
    for entry in read_entries("en"):
        first, *rest = _elements(entry.form.lower(), entry.inflects)
        if first is None:
            raise DataError(f"“{entry.form}” begins with a gap.")
        for spelling in sorted(first):
            index[spelling].append(_Pattern(rest=tuple(rest), entry=entry))
    return {spelling: tuple(patterns) for spelling, patterns in index.items()}


def english_vocabulary() -> frozenset[str]:
    """Every spelling in the English lexicons."""
    index = english_index()
    elements = (element for patterns in index.values() for pattern in patterns for element in pattern.rest)
    return frozenset(index).union(*(element for element in elements if element))


def _elements(form: str, inflects: str) -> list[Element]:
    words = form.replace("-", " ").split()
    inflected = {EnglishClass.VERB: 0, EnglishClass.NOUN: len(words) - 1}.get(EnglishClass(inflects))
    return [
        None
        if word == GAP
        else _alternatives(word, EnglishClass(inflects) if place == inflected else EnglishClass.WORD)
        for place, word in enumerate(words)
    ]


def _alternatives(word: str, inflects: EnglishClass) -> frozenset[str]:
    return frozenset().union(*(spellings(alternative, inflects) for alternative in word.split("/")))
