"""Numbers as people write them: digits, English number words, Korean number words and large units."""

from __future__ import annotations

import re

_UNITS_EN = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_VAGUE_EN = {
    "a": 1, "an": 1, "dozen": 12, "dozens": 36, "couple": 2, "several": 4, "few": 3, "many": 10, "half": 0.5,
    "tens": 30, "hundreds": 300, "thousands": 3_000, "millions": 3_000_000, "billions": 3_000_000_000,
}  # fmt: skip
"""Stand-ins for amounts that people leave open: “several” is four, a bare plural unit is three of it."""
_SCALES_EN = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000,
    "k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000,
}  # fmt: skip

_number_word = "|".join(sorted((*_UNITS_EN, *_SCALES_EN), key=len, reverse=True))
NUMBER_EN = (
    r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?(?:hundred|thousand|million|billion|trillion|bn|mn|k|m)\b)?"
    r"|(?:tens|hundreds|thousands|millions|billions|dozens)(?:\s+of(?:\s+(?:thousands|millions))?)?"
    r"|(?:half\s+a|a\s+few|a\s+couple|a\s+half|a)\s+(?:dozen|hundred|thousand|million|billion)(?:\s+of)?"
    r"|(?:a\s+couple(?:\s+of)?|a\s+few|several|many)"
    rf"|(?:{_number_word})(?:[\s-]{{1,3}}(?:and\s)?(?:{_number_word})){{0,6}}(?:\sdozen)?)"
)
"""Matches a number in lower-case English text. Give the match to ``english_number``."""

_MAX_NUMBER = 1e15
"""Larger numbers are cut to this: no count, sum or time in a dilemma is larger."""

_NATIVE_KO = {
    "한두": 1.5, "두세": 2.5, "두어": 2, "서너": 3.5, "너댓": 4.5, "대여섯": 5.5, "예닐곱": 6.5,
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12, "열세": 13, "열네": 14, "열다섯": 15, "스무": 20,
    "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90, "몇": 4, "여러": 4,
    "반": 0.5,
}  # fmt: skip
_DIGITS_KO = {d: v for v, d in enumerate("영일이삼사오육칠팔구")} | {"수": 3, "몇": 4}
"""수 and 몇 before a unit leave the amount open (수백, 몇십): three and four of it."""
_SMALL_SCALES_KO = {"십": 10, "백": 100, "천": 1_000}
_LARGE_SCALES_KO = {"만": 10_000, "억": 100_000_000, "조": 1_000_000_000_000}

_native = "|".join(sorted(_NATIVE_KO, key=len, reverse=True))
NUMBER_KO = (
    r"(?:\d[\d,]*(?:\.\d+)?(?:\s?[십백천만억조]{1,3}(?:\s?\d[\d,]*)?){0,4}여?"
    rf"|(?:{_native})"
    r"|[일이삼사오육칠팔구수몇]?(?:[십백천만억조](?:\s?[일이삼사오육칠팔구]?[십백천만억조]){0,8}[일이삼사오육칠팔구]?)여?"
    r"|[일이삼사오육칠팔구])"
)
"""Matches a number in Korean text. Give the match to ``korean_number``."""


def english_number(words: str) -> float:
    """Return the value of a match of ``NUMBER_EN`` in lower case."""
    total, current = 0.0, 0.0
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", words):
        if token in {"of", "and"}:
            continue
        if token[0].isdigit():
            current = float(token.replace(",", ""))
        elif token in _SCALES_EN:
            current = max(current, 1.0) * _SCALES_EN[token]
            if _SCALES_EN[token] >= 1_000:
                total, current = total + current, 0.0
        elif token in _UNITS_EN:
            current += _UNITS_EN[token]
        else:
            current = _vague(token, current)
    return min(total + current, _MAX_NUMBER)


def _vague(token: str, current: float) -> float:
    """“a dozen” is 12, “half a dozen” 6, “a few hundred” 300, “tens of thousands” 30 × 1,000."""
    value = _VAGUE_EN[token]
    if token in {"a", "an"}:
        return current or 1.0
    if token in {"thousands", "millions"} and current:
        return current * value / 3
    return value * current if token == "dozen" and current else value


def korean_number(words: str) -> float:
    """Return the value of a match of ``NUMBER_KO``."""
    text = words.strip().removesuffix("여").strip()
    if text in _NATIVE_KO:
        return float(_NATIVE_KO[text])
    total, section, digit = 0.0, 0.0, 0.0
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|[영일이삼사오육칠팔구수몇십백천만억조]", text):
        if token[0].isdigit():
            digit = float(token.replace(",", ""))
        elif token in _DIGITS_KO:
            digit = _DIGITS_KO[token]
        elif token in _SMALL_SCALES_KO:
            section, digit = section + (digit or 1.0) * _SMALL_SCALES_KO[token], 0.0
        else:
            total, section, digit = total + ((section + digit) or 1.0) * _LARGE_SCALES_KO[token], 0.0, 0.0
    return min(total + section + digit, _MAX_NUMBER)
