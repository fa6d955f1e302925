"""Cutting a text into a few parts that can be left out or altered on their own.

Sentences first; while there are too few parts, the longest is cut at a clause, else in its middle between two words.
While there are too many, the two shortest neighbours become one. Joined again, the parts are the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from redheart_core.text.words import read_passage

FEWEST_WORDS = 2
"""A part is never cut so that a piece has fewer words."""
_CLAUSE = re.compile(
    r"[,;:—–]\s+"
    r"|\s+(?=(?:and|but|or|so that|because|although|though|while|which|who|if|when|until|unless)\s)"
    r"|(?<=[가-힣](?:고|며|서|면|니|데|려))\s+|(?<=지만)\s+"
)
"""Where one clause ends and the next begins: punctuation, an English conjunction, a Korean connective ending."""


def cut(text: str, wanted: int) -> tuple[str, ...]:
    """Return at most ``wanted`` parts; fewer where the text has too few words. None for a text without words."""
    pieces = [piece for piece in _sentences(text) if piece]
    if not read_passage(text).words:
        return ()
    while len(pieces) < wanted and (divided := _divided(pieces)) is not None:
        pieces = divided
    pieces = _without_wordless(pieces)
    while len(pieces) > wanted:
        pieces = _joined(pieces)
    return tuple(pieces)


def _sentences(text: str) -> list[str]:
    starts = read_passage(text).sentence_starts
    return [text[start:end] for start, end in zip(starts, (*starts[1:], len(text)), strict=True)]


def _num_words(text: str) -> int:
    return len(read_passage(text).words)


def _divided(pieces: Sequence[str]) -> list[str] | None:
    """Cut the piece with most words that can be cut."""
    order = sorted(range(len(pieces)), key=lambda place: (-_num_words(pieces[place]), place))
    for place in order:
        at = _best_cut(pieces[place])
        if at is not None:
            whole = pieces[place]
            return [*pieces[:place], whole[:at], whole[at:], *pieces[place + 1 :]]
    return None


def _best_cut(text: str) -> int | None:
    """Return the clause's end nearest to the middle, else the blank between words nearest to it."""
    words = read_passage(text).words
    inner = [start for start, _ in words[FEWEST_WORDS : len(words) - FEWEST_WORDS + 1]]
    if not inner:
        return None
    middle = len(text) / 2
    clauses = [match.end() for match in _CLAUSE.finditer(text) if inner[0] <= match.end() <= inner[-1]]
    return min(clauses or inner, key=lambda at: (abs(at - middle), at))


def _without_wordless(pieces: Sequence[str]) -> list[str]:
    """Give pieces of mere punctuation to the piece before them, or to the one after where there is none."""
    kept: list[str] = []
    for piece in pieces:
        if kept and (not _num_words(piece) or not _num_words(kept[-1])):
            kept[-1] += piece
        else:
            kept.append(piece)
    return kept


def _joined(pieces: Sequence[str]) -> list[str]:
    lengths = [len(one) + len(other) for one, other in pairwise(pieces)]
    place = lengths.index(min(lengths))
    return [*pieces[:place], pieces[place] + pieces[place + 1], *pieces[place + 2 :]]
