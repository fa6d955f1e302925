"""Which language a passage is in: Hangul by its share of the letters, English by its words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from redheart_core.errors import InputError
from redheart_core.text.matching_en import english_vocabulary
from redheart_core.text.words import HANGUL
from redheart_core.vocabulary.language import Language

MIN_HANGUL_SHARE = 0.3
"""Share of Hangul among the letters from which a passage is read as Korean."""
MIN_MIXED_SHARE = 0.2
"""Share of known English words among all words from which a passage with Hangul is mixed."""
MIN_KNOWN_SHARE = 0.5
"""Share of known words from which a passage in Latin letters is English. Names and typing errors fill the rest."""

_HANGUL = re.compile(f"[{HANGUL}]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LATIN = re.compile(r"[a-z']+")
_REPEATED = re.compile(r"(.)\1{2,}")


def detect_language(text: str) -> Language:
    """Return the language of ``text``; ``OTHER`` also when there are no letters at all."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    num_letters = sum(map(len, words))
    if not num_letters:
        return Language.OTHER
    num_hangul = sum(len(_HANGUL.findall(word)) for word in words)
    hangul_share = num_hangul / num_letters
    known = sum(_is_english(word) for word in words)
    if num_hangul:
        return _with_hangul(hangul_share, known / len(words))
    return Language.ENGLISH if known / len(words) >= MIN_KNOWN_SHARE else Language.OTHER


def require_supported(text: str) -> Language:
    """Return the language of ``text`` or say why it cannot be read.

    Raises:
        InputError: ``no_words`` without any letter, ``unsupported_language`` for anything but Korean and English.
    """
    if not _WORD.search(text):
        raise InputError(
            code="no_words",
            en="There are no words to read, only digits, symbols or emoji. Please describe it in a sentence.",
            ko="읽을 수 있는 낱말이 없고 숫자나 기호, 이모지만 있어요. 한 문장으로 적어 주세요.",
        )
    language = detect_language(text)
    if language is Language.OTHER:
        raise InputError(
            code="unsupported_language",
            en="This does not look like Korean or English, the two languages that can be read. "
            "Please write it in one of them.",
            ko="한국어나 영어로 된 글이 아닌 것 같아요. 두 언어만 읽을 수 있으니 한국어나 영어로 적어 주세요.",
        )
    return language


def _with_hangul(hangul_share: float, english_share: float) -> Language:
    if english_share >= MIN_MIXED_SHARE:
        return Language.MIXED
    return Language.KOREAN if hangul_share >= MIN_HANGUL_SHARE else Language.OTHER


def _is_english(word: str) -> bool:
    if not _LATIN.fullmatch(word):
        return False
    known = _known_words()
    return any(spelling in known for spelling in _reduced(word))


def _reduced(word: str) -> tuple[str, ...]:
    """The word, the word without a possessive, and with stretched letters shortened (sooo, noooo)."""
    return word, word.removesuffix("'s"), _REPEATED.sub(r"\1", word), _REPEATED.sub(r"\1\1", word)


@cache
def english_words() -> frozenset[str]:
    """The frequent English words, read once. See ``word_list`` for how the file is made."""
    source = files("redheart_core.text").joinpath("data/english_words.txt").read_text(encoding="utf-8")
    return frozenset(source.split())


@cache
def _known_words() -> frozenset[str]:
    """Frequent words and the words of the lexicon, so that a lone “Whistleblowing?” is English."""
    return english_words() | english_vocabulary()
