"""Korean conjugation, as far as finding a word needs it: the spellings a stem takes before its endings.

A dictionary form such as ``외롭다`` becomes the bare stem ``외롭`` (before 고, 지, 게 …) and the changed stems
``외로우``, ``외로워``, ``외로운``, ``외로움`` … Only the bare stem needs a check of what follows it, because only it
is also the beginning of unrelated words.
"""

from __future__ import annotations

from enum import StrEnum

_FIRST_SYLLABLE = 0xAC00
_NUM_VOWELS = 21
_NUM_FINALS = 28
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "·ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CONTRACTED = {
    "ㅏ": "ㅏ",
    "ㅓ": "ㅓ",
    "ㅐ": "ㅐ",
    "ㅔ": "ㅔ",
    "ㅕ": "ㅕ",
    "ㅗ": "ㅘ",
    "ㅜ": "ㅝ",
    "ㅣ": "ㅕ",
    "ㅚ": "ㅙ",
}
"""The vowel that a stem's last vowel and -아/-어 make together."""
_BRIGHT = frozenset("ㅏㅗㅑ")


class Irregular(StrEnum):
    """Consonant stems whose last consonant changes before a vowel. Dictionaries list them; spelling does not tell."""

    NONE = ""
    B = "ㅂ"
    D = "ㄷ"
    S = "ㅅ"


def split_syllable(syllable: str) -> tuple[int, str, str]:
    """Return the initial's index, the vowel and the final (``"·"`` for none) of one Hangul syllable."""
    code = ord(syllable) - _FIRST_SYLLABLE
    initial, rest = divmod(code, _NUM_VOWELS * _NUM_FINALS)
    vowel, final = divmod(rest, _NUM_FINALS)
    return initial, _VOWELS[vowel], _FINALS[final]


def join_syllable(initial: int, vowel: str, final: str = "·") -> str:
    """Return the syllable made of the three parts."""
    index = (initial * _NUM_VOWELS + _VOWELS.index(vowel)) * _NUM_FINALS + _FINALS.index(final)
    return chr(_FIRST_SYLLABLE + index)


def is_syllable(character: str) -> bool:
    """Return whether it is one composed Hangul syllable."""
    return len(character) == 1 and 0 <= ord(character) - _FIRST_SYLLABLE < 11_172


def ends_in_consonant(word: str) -> bool:
    """Return whether the last syllable has a final: particles then take the form 이, 을, 은. False in other scripts."""
    return is_syllable(word[-1:]) and split_syllable(word[-1])[2] != "·"


def without_final(syllable: str, final: str) -> str | None:
    """Return the syllable without its final; None where it has another one or none."""
    if not is_syllable(syllable):
        return None
    initial, vowel, found = split_syllable(syllable)
    return join_syllable(initial, vowel) if found == final else None


def changed_stems(dictionary_form: str, irregular: Irregular = Irregular.NONE) -> tuple[str, ...]:
    """Return the spellings of a verb or adjective other than its bare stem.

    Raises:
        ValueError: The form does not end in 다, or its stem does not have the irregular consonant.
    """
    if not dictionary_form.endswith("다") or len(dictionary_form) < 2:
        raise ValueError(f"“{dictionary_form}” is not a dictionary form: it must end in 다.")
    stem = dictionary_form[:-1]
    head, last = stem[:-1], stem[-1]
    initial, vowel, final = split_syllable(last)
    if irregular and final != irregular.value:
        raise ValueError(f"“{dictionary_form}” is marked {irregular.value} but its stem ends in {final}.")
    if irregular is Irregular.B:
        return _b_stems(head + join_syllable(initial, vowel), bright=stem in {"돕", "곱"})
    if irregular is Irregular.D:
        return _vowel_endings(head + join_syllable(initial, vowel, "ㄹ"), vowel)
    if irregular is Irregular.S:
        return _vowel_endings(head + join_syllable(initial, vowel), vowel)
    if final == "ㄹ":
        return _l_stems(head, initial, vowel, stem)
    if final != "·":
        return _vowel_endings(stem, vowel)
    return _vowel_stems(head, last)


def _vowel_endings(stem: str, vowel: str) -> tuple[str, ...]:
    a, past = ("아", "았") if vowel in _BRIGHT else ("어", "었")
    return tuple(stem + ending for ending in (a, past, "은", "을", "음", "으"))


def _b_stems(head: str, *, bright: bool) -> tuple[str, ...]:
    endings = ("우", "와" if bright else "워", "왔" if bright else "웠", "운", "울", "움", "웁")
    return tuple(head + ending for ending in endings)


def _l_stems(head: str, initial: int, vowel: str, stem: str) -> tuple[str, ...]:
    """ㄹ goes before ㄴ, ㅂ, 시 and 오: 힘든, 힘듭니다, 힘드네요, 힘드시."""
    dropped = [head + join_syllable(initial, vowel, final) for final in ("ㄴ", "ㅂ", "ㄻ")]
    open_stem = head + join_syllable(initial, vowel)
    before_n = [open_stem + ending for ending in ("네", "니", "시", "신", "셨", "세", "는", "실")]
    a, past = ("아", "았") if vowel in _BRIGHT else ("어", "었")
    return (*dropped, *before_n, stem + a, stem + past)


def _vowel_stems(head: str, last: str) -> tuple[str, ...]:
    initial, vowel, _ = split_syllable(last)
    finals = tuple(head + join_syllable(initial, vowel, final) for final in ("ㄴ", "ㄹ", "ㅁ", "ㅂ"))
    return finals + _contracted(head, last)


def _contracted(head: str, last: str) -> tuple[str, ...]:
    initial, vowel, _ = split_syllable(last)
    if last == "하":
        return head + "해", head + "했", head + "하여", head + "하였"
    if vowel == "ㅡ":
        return _eu_contracted(head, last)
    if vowel not in _CONTRACTED:
        return head + last + "어", head + last + "었"
    short = _CONTRACTED[vowel]
    open_form, past = join_syllable(initial, short), join_syllable(initial, short, "ㅆ")
    ending = "아" if vowel in _BRIGHT else "어"
    uncontracted = (
        () if short == vowel else (head + last + ending, head + last + ending.replace("어", "었").replace("아", "았"))
    )
    return (head + open_form, head + past, *uncontracted)


def _eu_contracted(head: str, last: str) -> tuple[str, ...]:
    """슬프다 → 슬퍼; 아프다 → 아파; 모르다 → 몰라 (르 doubles ㄹ onto the syllable before it)."""
    initial, _, _ = split_syllable(last)
    bright = bool(head) and split_syllable(head[-1])[1] in _BRIGHT
    vowel = "ㅏ" if bright else "ㅓ"
    if last == "르" and head and split_syllable(head[-1])[2] == "·":
        before, before_vowel, _ = split_syllable(head[-1])
        head = head[:-1] + join_syllable(before, before_vowel, "ㄹ")
    return head + join_syllable(initial, vowel), head + join_syllable(initial, vowel, "ㅆ")
