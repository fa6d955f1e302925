"""English inflection, as far as finding a word needs it: regular rules and a table of irregular verbs."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files

_VOWELS = frozenset("aeiou")
_KEEPS_ONE_CONSONANT = frozenset("wxy")
_STRESSED_ENDING = frozenset(
    "admit commit control equip forget kidnap omit permit prefer refer regret submit occur".split()  # noqa: SIM905
)
"""Longer verbs that double their last consonant, as one-vowel verbs do."""


class EnglishClass(StrEnum):
    """How an English entry inflects."""

    WORD = "word"
    """Only as written."""
    VERB = "verb"
    """The first word is a verb."""
    NOUN = "noun"
    """The last word is a noun."""


def spellings(word: str, inflects: EnglishClass) -> frozenset[str]:
    """Return every spelling of one word, itself included."""
    if inflects is EnglishClass.VERB:
        return _verb_spellings(word)
    if inflects is EnglishClass.NOUN:
        return frozenset({word, _with_s(word)})
    return frozenset({word})


def _verb_spellings(verb: str) -> frozenset[str]:
    past = _irregular_verbs().get(verb) or (_with_ed(verb),)
    return frozenset({verb, _with_s(verb), _with_ing(verb), *past})


@cache
def _irregular_verbs() -> dict[str, tuple[str, ...]]:
    source = files("redheart_core.text").joinpath("data/irregular_verbs_en.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in source.splitlines()[1:])
    return {verb: tuple(past.split("|")) for verb, past in rows}


def _ends_in_consonant_y(word: str) -> bool:
    return len(word) > 1 and word.endswith("y") and word[-2] not in _VOWELS


def _with_s(word: str) -> str:
    if _ends_in_consonant_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _with_ed(word: str) -> str:
    if word.endswith("e"):
        return word + "d"
    if _ends_in_consonant_y(word):
        return word[:-1] + "ied"
    return _doubled(word) + "ed"


def _with_ing(word: str) -> str:
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) and len(word) > 2:
        return word[:-1] + "ing"
    return _doubled(word) + "ing"


def _doubled(word: str) -> str:
    """Double the last consonant of a one-vowel word (stop, stopped) and of the listed longer verbs."""
    if len(word) < 3 or word[-1] in _VOWELS or word[-1] in _KEEPS_ONE_CONSONANT or word[-2] not in _VOWELS:
        return word
    one_vowel = sum(letter in _VOWELS for letter in word) == 1
    return word + word[-1] if one_vowel or word in _STRESSED_ENDING else word
