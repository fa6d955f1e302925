"""Cues that are shapes rather than words: exclamation marks and a contrast that hides in a Korean ending."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redheart_core.text.features import Cue, CueKind
from redheart_core.text.words import HANGUL, Passage

_EXCLAMATION = re.compile(r"[!\u203c]+[!?\u203c]*|\?+![!?]*")
_MAX_EXCLAMATION = 3
_KO_CONTRAST = re.compile(rf"(?<=[가-힣])지만(?:은|서도)?(?![{HANGUL}])")
_KO_CONTRAST_WORD = frozenset({"하지만", "그렇지만"})


def find_patterns(passage: Passage) -> Iterator[Cue]:
    """Yield exclamations (``value`` is the number of marks, at most three) and contrasts by -지만."""
    text = passage.text
    for match in _EXCLAMATION.finditer(text):
        value = float(min(_MAX_EXCLAMATION, len(match.group().replace("?", ""))))
        yield Cue(kind=CueKind.EXCLAMATION, entry="!", start=match.start(), end=match.end(), value=value)
    for match in _KO_CONTRAST.finditer(text):
        if not _is_conjunction(text, match.end()):
            yield Cue(kind=CueKind.CONTRAST, entry="-지만", start=match.start(), end=match.end())


def _is_conjunction(text: str, end: int) -> bool:
    """하지만 and 그렇지만 are words of their own when they are a whole eojeol; the lexicon has them."""
    start = end
    while start and "가" <= text[start - 1] <= "힣":
        start -= 1
    return text[start:end] in _KO_CONTRAST_WORD
