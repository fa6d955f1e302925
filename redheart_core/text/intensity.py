"""How strongly a cue counts: intensifiers beside it, and on which side of a contrast it stands."""

from __future__ import annotations

import re

from redheart_core.text.features import Cue, CueKind
from redheart_core.text.modifiers import Modifiers
from redheart_core.text.words import Passage

AFTER_CONTRAST = 1.25
"""What follows “but” counts more …"""
BEFORE_CONTRAST = 0.75
"""… than what went before."""

_MAX_DISTANCE = 40
"""Characters within which an intensifier is looked for."""
_FAR_REACHING = 1.2
"""An intensifier from this value on reaches over one word (정말 너무 힘들다); weaker ones (더, 좀) only the next."""
_BREAK = re.compile(r"[.,;:!?()\n]")
_REST_OF_CLAUSE = re.compile(r"\w*\s*(?:[.,;:!?()\n~…]|$|(?:but|and|that|because|when|for)\b)")
_PLAIN = frozenset({CueKind.NEGATION, CueKind.INTENSIFIER, CueKind.EXCLAMATION, CueKind.CONTRAST})
_MEASURED = frozenset({CueKind.PEOPLE, CueKind.DURATION, CueKind.PROPINQUITY, CueKind.MONEY, CueKind.CERTAINTY})
"""Kinds whose value is a measure: “really tomorrow” is no stronger a tomorrow."""


def strength_of(cue: Cue, passage: Passage, intensifiers: Modifiers, contrasts: Modifiers) -> float:
    """Return the product of the intensifiers beside ``cue`` and its contrast factor; 1 where neither applies."""
    if cue.kind in _PLAIN:
        return 1.0
    strength = _contrast_factor(cue, passage, contrasts)
    if cue.kind in _MEASURED:
        return strength
    for intensifier in intensifiers.starting_in(cue.start - _MAX_DISTANCE, cue.end + _MAX_DISTANCE):
        if _is_beside(intensifier, cue, passage):
            strength *= intensifier.value
    return round(strength, 6)


def _is_beside(intensifier: Cue, cue: Cue, passage: Passage) -> bool:
    """Before the cue one word may come between if it is strong; behind it (so much, 죽겠다) none, at a clause's end."""
    if intensifier.end <= cue.start:
        start, end, allowed = intensifier.end, cue.start, int(intensifier.value >= _FAR_REACHING)
    elif cue.end <= intensifier.start and _REST_OF_CLAUSE.match(passage.text, intensifier.end):
        start, end, allowed = cue.end, intensifier.start, 0
    else:
        return False
    if _BREAK.search(passage.text, start, end):
        return False
    return passage.words_between(start, end) <= allowed


def _contrast_factor(cue: Cue, passage: Passage, contrasts: Modifiers) -> float:
    """Look at the last contrast of the cue's sentence, else at one that opens the next sentence."""
    if not contrasts:
        return 1.0
    sentence = passage.sentence_of(cue.start)
    start, end = passage.sentence_span(sentence)
    own = contrasts.starting_in(start, end)
    if own:
        return _within(cue, own[-1], passage)
    following = contrasts.starting_in(*passage.sentence_span(sentence + 1))
    return BEFORE_CONTRAST if following and _opens_sentence(following[0], passage) else 1.0


def _within(cue: Cue, contrast: Cue, passage: Passage) -> float:
    """A concession (although; negative value) makes its own clause, up to a comma, count less."""
    follows = cue.start >= contrast.end
    if contrast.value < 0 and follows and "," in passage.text[contrast.end : cue.start]:
        return AFTER_CONTRAST
    counts_more = follows == (contrast.value > 0)
    return AFTER_CONTRAST if counts_more else BEFORE_CONTRAST


def _opens_sentence(contrast: Cue, passage: Passage) -> bool:
    start = passage.sentence_starts[passage.sentence_of(contrast.start)]
    return contrast.value > 0 and not passage.text[start : contrast.start].strip(" \n\t\"'“‘")
