"""What a person asks about: a situation, its options, the people it touches. Checked once, here, at the edge."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from redheart_core.errors import InputError

MAX_TEXT_LENGTH = 20_000
"""Characters in one passage. Longer ones are refused, not cut."""
MAX_NAME_LENGTH = 200
MIN_OPTIONS = 2
MAX_OPTIONS = 8
MAX_PARTIES = 20
MAX_PARTY_COUNT = 10_000_000_000
"""A little more than everyone alive."""

_ALLOWED_CONTROLS = frozenset("\n\r\t")
_JOINER = "\u200d"
_INVISIBLE = _JOINER + "\u1160\u3164\u2800"
"""Characters that show nothing but are not blanks: joiner, Hangul fillers, empty Braille."""


def clean_passage(text: str, *, what_en: str, what_ko: str, limit: int = MAX_TEXT_LENGTH) -> str:
    """Return ``text`` in NFKC without surrounding blanks, or say what is wrong with it.

    Right-to-left marks and other invisible format characters are dropped: they carry no meaning that the system
    reads and can make a page show something other than what was analysed. The zero-width joiner stays, since
    emoji and some scripts are spelt with it.

    Raises:
        InputError: Too long, empty, blank, or with control characters.
    """
    _check_length(text, what_en, what_ko, limit)
    controls = sorted({f"U+{ord(c):04X}" for c in text if _is_control(c)})
    if controls:
        raise InputError(
            code="control_characters",
            en=f"The {what_en} contains control characters ({', '.join(controls[:5])}). Please remove them.",
            ko=f"{what_ko}: 제어 문자({', '.join(controls[:5])})가 있어요. 지우고 다시 시도해 주세요.",
        )
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf" or c == _JOINER)
    cleaned = unicodedata.normalize("NFKC", kept).strip()
    _check_length(cleaned, what_en, what_ko, limit)
    if not cleaned.strip(_INVISIBLE):
        raise InputError(
            code="empty",
            en=f"The {what_en} is empty. Please write at least one sentence.",
            ko=f"{what_ko}: 비어 있어요. 한 문장 이상 적어 주세요.",
        )
    return cleaned


def _check_length(text: str, what_en: str, what_ko: str, limit: int) -> None:
    """Refuse a passage that is too long; asked before and after NFKC, which can lengthen a text eighteenfold."""
    if len(text) > limit:
        raise InputError(
            code="too_long",
            en=f"The {what_en} has {len(text):,} characters; at most {limit:,} can be read. Please shorten it.",
            ko=f"{what_ko}: {len(text):,}자예요. {limit:,}자까지 읽을 수 있으니 줄여 주세요.",
        )


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in {"Cc", "Cs"} and character not in _ALLOWED_CONTROLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """People affected by a dilemma."""

    name: str
    count: int = 1
    """How many people, 1 to 10 billion."""
    vulnerability: float = 0.0
    """How exposed to harm and how little able to protect themselves, 0 to 1."""

    def __post_init__(self) -> None:
        """Clean the name and refuse impossible numbers."""
        object.__setattr__(
            self,
            "name",
            clean_passage(self.name, what_en="name of a party", what_ko="당사자 이름", limit=MAX_NAME_LENGTH),
        )
        whole = isinstance(self.count, int) and not isinstance(self.count, bool)
        if not whole or not 1 <= self.count <= MAX_PARTY_COUNT:
            raise InputError(
                code="party_count",
                en=f"“{self.name}” has {self.count:,} people; it must be a whole number from 1 to {MAX_PARTY_COUNT:,}.",
                ko=f"‘{self.name}’의 사람 수가 {self.count:,}명이에요. 1에서 {MAX_PARTY_COUNT:,} 사이의 정수여야 해요.",
            )
        if not 0.0 <= self.vulnerability <= 1.0:
            raise InputError(
                code="party_vulnerability",
                en=f"The vulnerability of “{self.name}” is {self.vulnerability}; it must be between 0 and 1.",
                ko=f"‘{self.name}’의 취약성이 {self.vulnerability}예요. 0에서 1 사이여야 해요.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One course of action."""

    name: str
    """The course of action in the author's words. It is both what is shown and what is read."""

    def __post_init__(self) -> None:
        """Clean the text."""
        object.__setattr__(self, "name", clean_passage(self.name, what_en="option", what_ko="선택지"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dilemma:
    """A situation with two to eight options and, optionally, the affected parties."""

    situation: str
    options: tuple[Option, ...]
    parties: tuple[Party, ...] = ()

    def __post_init__(self) -> None:
        """Clean the situation and check the options against each other."""
        object.__setattr__(self, "situation", clean_passage(self.situation, what_en="situation", what_ko="상황 설명"))
        self._check_number_of_options()
        self._check_distinct_options()
        self._check_parties()

    def _check_number_of_options(self) -> None:
        count = len(self.options)
        if count < MIN_OPTIONS:
            raise InputError(
                code="too_few_options",
                en=f"There is {count} option; a dilemma needs at least {MIN_OPTIONS}. Please add one.",
                ko=f"선택지가 {count}개예요. 적어도 {MIN_OPTIONS}개가 필요하니 더 적어 주세요.",
            )
        if count > MAX_OPTIONS:
            raise InputError(
                code="too_many_options",
                en=f"There are {count} options; at most {MAX_OPTIONS} can be compared. Please remove some.",
                ko=f"선택지가 {count}개예요. {MAX_OPTIONS}개까지 비교할 수 있으니 줄여 주세요.",
            )

    def _check_distinct_options(self) -> None:
        seen: set[str] = set()
        for option in self.options:
            key = " ".join(option.name.casefold().split())
            if key in seen:
                raise InputError(
                    code="identical_options",
                    en=f"Two options are the same: “{option.name}”. Please make them differ.",
                    ko=f"선택지 두 개가 똑같아요: ‘{option.name}’. 서로 다르게 적어 주세요.",
                )
            seen.add(key)

    def _check_parties(self) -> None:
        if len(self.parties) > MAX_PARTIES:
            raise InputError(
                code="too_many_parties",
                en=f"There are {len(self.parties)} parties; at most {MAX_PARTIES} can be read. Please merge some.",
                ko=f"당사자가 {len(self.parties)}쪽이에요. {MAX_PARTIES}쪽까지 읽을 수 있으니 묶어 주세요.",
            )
        names = [party.name.casefold() for party in self.parties]
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    code="identical_parties",
                    en=f"Two parties have the same name: “{name}”. Please merge or rename them.",
                    ko=f"당사자 이름이 겹쳐요: ‘{name}’. 합치거나 다르게 적어 주세요.",
                )
