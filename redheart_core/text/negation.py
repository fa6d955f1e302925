"""Which cues a negation has in its scope.

English: a negating word reaches over the next few words, up to the end of the clause. Korean: 안 and 못 negate what
comes right behind them; -지 않다, -지 못하다, -지 말다, 없다 and 아니다 negate what comes right before them.
"""

from __future__ import annotations

import re

from redheart_core.text.features import Cue, CueKind
from redheart_core.text.modifiers import Modifiers
from redheart_core.text.words import HANGUL, Passage

_MAX_DISTANCE = 80
"""Characters between the beginnings of an English negation and of what it still negates."""
_MAX_WORDS = 4
"""English words between a negation and what it still negates, the cue's first word included."""
_SHORT_REACH = {
    "no": 3,
    "neither": 3,
    "nor": 3,
    "without": 4,
    "none": 2,
    "lack of": 2,
    "nobody": 5,
    "no one": 5,
    "nothing": 2,
}
_CLAUSE_END = re.compile(
    r"[.,;:!?()\n—–]|\b(?:but|because|although|though|so (?:i|he|she|we|they|it|the|my|that)|if|"
    r"when|while|since|unless|until|who|which|whether|however|yet|and then)\b"
)
_PRONOUNS = frozenset({"nobody", "no one", "nothing", "none"})
_JOINED = re.compile(r"\b(?:and|or)\b")
"""Behind a negating pronoun, a joined verb is affirmed: "do nothing and let them die"."""

_PARTICLE = r"(?:을|를|이|가|은|는|도|만|에|에게|한테|로|으로|과|와|의|조차|마저|이나|나)?"
_ADVERB = r"(?:(?:다|잘|제대로|전부|모두|전혀|별로|하나도|조금도|아무|절대|절대로|결코|아직|더|더는|굳이)\s*)*"
_STEM_NEGATED = (
    rf"[{HANGUL}]{{0,4}}?(?:지|질|진)(?:는|도|를|가|만(?=\s*않)|조차)?\s*(?:않|못|안|말|마(?=[{HANGUL}\s.!?]|$)|아니하)"
)
_VERB_NEGATED = rf"{_PARTICLE}\s+{_ADVERB}[{HANGUL}]{{1,4}}(?:지|질|진)(?:는|도|를)?\s*(?:않|못|말|마)"
_ABSENT = rf"{_PARTICLE}\s*{_ADVERB}(?:없|아니(?!면)|아닌|아님|아냐|아녜)"
_CANNOT = rf"[{HANGUL}]{{0,4}}\s*수(?:가|는|도)?\s*(?:는\s*)?없"
_ADVERB_NEGATED = rf"{_PARTICLE}\s+(?:안|못)\s+(?!되|돼|될|된|됩)[{HANGUL}]+"
_AFTER = re.compile(f"(?:{_STEM_NEGATED}|{_VERB_NEGATED}|{_ABSENT}|{_CANNOT}|{_ADVERB_NEGATED})")
_ASSERTS = re.compile(
    rf"[{HANGUL}]?(?:을까|ᆯ까|나요|나\?|니\?|냐|을지도|겠나)|[{HANGUL}]{{0,2}}\s*(?:건|것은|것이|게|것도)\s*아니"
)
"""Behind a negation: a question that asserts (않을까요) or a second negation (않은 건 아니다)."""
_NOT_ONLY = re.compile(r"[가-힣]{0,3}\s*(?:뿐만?|만)\s*아니")
_BEFORE = re.compile(rf"(?:^|[^{HANGUL}])(?:안|못|도저히 안|절대 안)\s*$")

_UNTOUCHED = frozenset(
    {
        CueKind.NEGATION, CueKind.INTENSIFIER, CueKind.EXCLAMATION, CueKind.CONTRAST, CueKind.PEOPLE,
        CueKind.DURATION, CueKind.PROPINQUITY, CueKind.MONEY, CueKind.VULNERABLE,
    }
)  # fmt: skip
"""Kinds that a negation leaves as they are."""


def is_negated(cue: Cue, passage: Passage, negations: Modifiers) -> bool:
    """Say whether one of ``negations`` (cues of kind NEGATION) has ``cue`` in its scope."""
    if cue.kind in _UNTOUCHED or not negations:
        return False
    near = negations.starting_in(cue.start - _MAX_DISTANCE, cue.start)
    return _negated_in_korean(cue, passage.text) or any(
        _reaches(negation, cue, passage) for negation in near if passage.folded[negation.start].isascii()
    )


def _reaches(negation: Cue, cue: Cue, passage: Passage) -> bool:
    if negation.end > cue.start:
        return False
    between = passage.folded[negation.end : cue.start]
    reach = _SHORT_REACH.get(negation.entry, _MAX_WORDS)
    if _CLAUSE_END.search(between) or (negation.entry in _PRONOUNS and _JOINED.search(between)):
        return False
    return passage.words_between(negation.end, cue.start) < reach


def _negated_in_korean(cue: Cue, text: str) -> bool:
    if _BEFORE.search(text, max(0, cue.start - 8), cue.start):
        return True
    after = _AFTER.match(text, cue.end)
    if after is None or _NOT_ONLY.match(text, cue.end):
        return False
    return _ASSERTS.match(text, after.end()) is None
