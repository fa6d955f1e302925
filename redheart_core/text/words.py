"""Where words and sentences are in a passage, and a lower-cased copy that keeps every position.

Hangul runs and Latin words are also found separately, since an eojeol such as ``CEO가`` is one word of the passage
but holds an English word and a Korean particle.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

HANGUL = "가-힣ᄀ-ᇿㄱ-ㆎ"
"""Syllables and jamo as the inside of a character class. NFKC turns ㅋ and ㅠ into conjoining jamo."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LATIN_WORD = re.compile(r"[a-z0-9\u00e0-\u024f]+(?:'[a-z]+)*")
_HANGUL_RUN = re.compile(rf"(?<![0-9a-zA-Z])[{HANGUL}]+")
_SENTENCE_END = re.compile(r"[.!?。…]+(?=\s|$|[\"'”’)])|\n+")
_JOINED = re.compile(r"[\s-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage with the positions that the matchers need. All positions are character offsets, half-open."""

    text: str
    folded: str
    """``text`` in lower case with straight apostrophes; the same length as ``text``."""
    words: tuple[tuple[int, int], ...]
    word_starts: tuple[int, ...]
    latin: tuple[tuple[int, int, str], ...]
    """Latin words: start, end, lower-cased spelling."""
    latin_joined: tuple[bool, ...]
    """Whether only blanks or hyphens lie between a Latin word and the next one."""
    hangul: tuple[tuple[int, int], ...]
    """Runs of Hangul that no letter or digit of another script touches on the left."""
    has_latin_letters: bool
    sentence_starts: tuple[int, ...]

    def sentence_of(self, position: int) -> int:
        """Return the index of the sentence that holds ``position``."""
        return bisect_right(self.sentence_starts, position) - 1

    def sentence_span(self, sentence: int) -> tuple[int, int]:
        """Return where a sentence begins and ends; an empty span behind the last one."""
        starts = (*self.sentence_starts[sentence : sentence + 2], len(self.text), len(self.text))
        return starts[0], starts[1]

    def words_between(self, start: int, end: int) -> int:
        """Return how many words begin in ``[start, end)``."""
        return max(0, bisect_left(self.word_starts, end) - bisect_left(self.word_starts, start))


def read_passage(text: str) -> Passage:
    """Find the words and sentences of ``text``."""
    folded = _fold(text)
    words = tuple(match.span() for match in _WORD.finditer(text))
    latin = tuple((match.start(), match.end(), match.group()) for match in _LATIN_WORD.finditer(folded))
    return Passage(
        text=text,
        folded=folded,
        words=words,
        word_starts=tuple(start for start, _ in words),
        latin=latin,
        latin_joined=_joined(folded, latin),
        hangul=tuple(match.span() for match in _HANGUL_RUN.finditer(text)),
        has_latin_letters=any(not spelling.isdigit() for _, _, spelling in latin),
        sentence_starts=(0, *(match.end() for match in _SENTENCE_END.finditer(text))),
    )


def _fold(text: str) -> str:
    lowered = text.lower()
    if len(lowered) != len(text):
        # A few letters (for instance İ) have a longer lower case, which would shift every later position.
        lowered = "".join(lower if len(lower := c.lower()) == 1 else c for c in text)
    return lowered.replace("’", "'")


def _joined(folded: str, latin: tuple[tuple[int, int, str], ...]) -> tuple[bool, ...]:
    following = latin[1:]
    return tuple(
        _JOINED.fullmatch(folded, left[1], right[0]) is not None for left, right in zip(latin, following, strict=False)
    )
