"""Mechanical alterations of a text, Korean or English: negate, strengthen, weaken, swap a word, change amounts.

An alteration of a cue is kept only where the text rules then read what was meant (the cue is negated, or counts more or
less, or another word of the same kind stands there). Nothing checks that the sentence is elegant: the edits are an
input distribution, not a style guide. None may bring words of self-harm into a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from redheart_core.text.entries import Entry, read_entries
from redheart_core.text.extract import extract_features
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.text.hangul import ends_in_consonant, is_syllable, without_final
from redheart_core.text.numerals import NUMBER_EN, NUMBER_KO, english_number, korean_number
from redheart_core.vocabulary.language import Language


class EditKind(StrEnum):
    """What was done to a piece of text."""

    NEGATED = "negated"
    STRENGTHENED = "strengthened"
    WEAKENED = "weakened"
    SWAPPED = "swapped"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """A piece of text after one edit."""

    kind: EditKind
    text: str


MOST_SWAPS = 6
"""Words tried in the place of one, spread over the lexicon's order."""
AMOUNT_FACTORS = (10.0, 0.1)
SWAPPABLE = frozenset(
    {
        CueKind.EMOTION, CueKind.HARM, CueKind.SELF_DAMAGE, CueKind.BENEFIT, CueKind.FAIRNESS, CueKind.HONESTY,
        CueKind.VULNERABLE, CueKind.VIRTUE,
    }
)  # fmt: skip
"""Kinds of cue whose word may give way to another word of the kind."""
GRADED = frozenset(
    {CueKind.EMOTION, CueKind.HARM, CueKind.SELF_DAMAGE, CueKind.BENEFIT, CueKind.FAIRNESS, CueKind.VIRTUE}
)
"""Kinds of cue that there can be more and less of."""
_SUFFIXES_EN = ("ly", "ing", "ed", "ful", "less", "ous", "ness", "s")
"""An English word gives way only to one with the same of these, or to one with none: a rough part of speech."""
_FIRM = {("en", True): "terrible", ("en", False): "terribly", ("ko", True): "심한", ("ko", False): "매우"}
_FAINT = {("en", True): "slight", ("en", False): "slightly", ("ko", True): "가벼운", ("ko", False): "조금"}
"""Words that make a cue count more, or less, by language and whether a noun follows."""
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|am|can|could|will|would|should|must|may|might|does|do|did)\b(?!\s+not\b)(?!n't)", re.I
)
_ENDINGS_KO = {
    "했습니다": "하지 않았습니다", "합니다": "하지 않습니다", "했어요": "하지 않았어요", "해요": "하지 않아요",
    "했다": "하지 않았다", "한다": "하지 않는다", "하지만": "하지 않지만", "하면서": "하지 않으면서",
    "하고": "하지 않고", "하며": "하지 않으며", "해서": "하지 않아서", "하면": "하지 않으면", "하는": "하지 않는",
    "는다": "지 않는다",
}  # fmt: skip
"""How a Korean predicate ends, and how it ends when it is denied."""
_PREDICATE_KO = re.compile(rf"[가-힣]({'|'.join(_ENDINGS_KO)})(?![가-힣])")
_PLAIN_KO = re.compile(r"[가-힣]*([가-힣])다(?![가-힣])")
_NUMBERS = {"en": (NUMBER_EN, english_number), "ko": (NUMBER_KO, korean_number)}
_COUNTED = (CueKind.PEOPLE, CueKind.DURATION, CueKind.MONEY)
_LARGEST_AMOUNT = 1e12


def alterations(text: str, language: Language) -> tuple[Alteration, ...]:
    """Return every alteration of a piece of text, by kind and then by place. Pure: the same text, the same list."""
    features = extract_features(text, language)
    found = (
        *_negated(features),
        *_graded(features, EditKind.STRENGTHENED, _FIRM),
        *_graded(features, EditKind.WEAKENED, _FAINT),
        *_swapped(features),
        *_amounts(features),
    )
    kept = {one.text: one for one in found if one.text != text and not _is_unfit(one.text, language)}
    return tuple(kept.values())


def _is_unfit(text: str, language: Language) -> bool:
    return bool(extract_features(text, language).of_kind(CueKind.SELF_HARM))


def _negated(features: TextFeatures) -> Iterator[Alteration]:
    text = features.text
    if _written(features) == "ko":
        denied = _denied_korean(text)
        if denied is not None:
            yield Alteration(kind=EditKind.NEGATED, text=denied)
        return
    if features.of_kind(CueKind.NEGATION):
        return
    auxiliary = _AUXILIARY.search(text)
    if auxiliary is not None:
        yield Alteration(kind=EditKind.NEGATED, text=f"{text[: auxiliary.end()]} not{text[auxiliary.end() :]}")
        return
    for cue in features.of_kind(*GRADED):
        if _is_noun(cue, "en"):
            continue
        opens = "Not " if text[cue.start : cue.end].endswith("ing") else "Do not "
        denial = "not " if cue.start else opens
        changed = f"{text[: cue.start]}{denial}{text[cue.start].lower()}{text[cue.start + 1 :]}"
        if _reads(changed, features.language, cue, len(denial), lambda after, before: after.negated != before.negated):
            yield Alteration(kind=EditKind.NEGATED, text=changed)


def _denied_korean(text: str) -> str | None:
    """Deny the last predicate whose ending is one that can be denied by rule."""
    found = [match for match in _PREDICATE_KO.finditer(text) if match[0][0] != "못"]
    if found:
        last = found[-1]
        return text[: last.start(1)] + _ENDINGS_KO[last[1]] + text[last.end(1) :]
    for plain in reversed([*_PLAIN_KO.finditer(text)]):
        stem = without_final(plain[1], "ㄴ")
        if stem is not None:
            return f"{text[: plain.start(1)]}{stem}지 않는다{text[plain.end() :]}"
    return None


def _graded(features: TextFeatures, kind: EditKind, words: Mapping[tuple[str, bool], str]) -> Iterator[Alteration]:
    """Put a strengthening or weakening word before a cue."""
    text, language = features.text, _written(features)
    for cue in features.of_kind(*GRADED):
        word = words[language, _is_noun(cue, language)]
        changed = f"{text[: cue.start]}{word} {text[cue.start :]}"

        def counts(after: Cue, before: Cue) -> bool:
            return (
                after.strength > before.strength if kind is EditKind.STRENGTHENED else after.strength < before.strength
            )

        if _follows_blank(text, cue.start) and _reads(changed, features.language, cue, len(word) + 1, counts):
            yield Alteration(kind=kind, text=changed)


def _swapped(features: TextFeatures) -> Iterator[Alteration]:
    """Put another word of the lexicon in the place of one of the same kind and class."""
    text, language = features.text, _written(features)
    for cue in features.of_kind(*SWAPPABLE):
        surface = text[cue.start : cue.end]
        entry = _lexicon(language).get((cue.kind, surface.lower()))
        if entry is None:
            continue
        peers = _peers(language)[cue.kind, entry.inflects, ends_in_consonant(surface)]
        alike = [other for other in peers if _suffix(other, language) == _suffix(surface.lower(), language)]
        for other in alike[:: max(1, len(alike) // MOST_SWAPS)][:MOST_SWAPS]:
            changed = f"{text[: cue.start]}{_cased(other, surface)}{text[cue.end :]}"
            if other != surface.lower() and _has(changed, features.language, cue.kind, cue.start, len(other)):
                yield Alteration(kind=EditKind.SWAPPED, text=changed)


def _amounts(features: TextFeatures) -> Iterator[Alteration]:
    """Multiply all amounts of the text by ten, and by a tenth."""
    spans = _amount_spans(features)
    if not spans:
        return
    for factor in AMOUNT_FACTORS:
        pieces, end = [], 0
        for start, stop, value in spans:
            pieces += [features.text[end:start], _amount(value * factor)]
            end = stop
        yield Alteration(kind=EditKind.AMOUNT, text="".join([*pieces, features.text[end:]]))


def _amount_spans(features: TextFeatures) -> list[tuple[int, int, float]]:
    """Return start, end and value of digits, and of the number words that count people, time or money."""
    text = features.text.lower()
    pattern, value_of = _NUMBERS[_written(features)]
    spans = {m.start(): m for m in re.finditer(rf"(?<![\w.,])(?=\d){pattern}", text)}
    word = re.compile(rf"{pattern}(?=\s)")
    for cue in features.of_kind(*_COUNTED):
        match = word.match(text, cue.start, cue.end)
        if match is not None and not any(m.start() < match.end() and match.start() < m.end() for m in spans.values()):
            spans[match.start()] = match
    valued = ((match.start(), match.end(), value_of(match[0])) for _, match in sorted(spans.items()))
    return [span for span in valued if 1 <= span[2] <= _LARGEST_AMOUNT]


def _amount(value: float) -> str:
    return f"{max(1, round(value)):,}"


def _reads(text: str, language: Language, before: Cue, shift: int, holds: Callable[[Cue, Cue], bool]) -> bool:
    """Return whether the cue, moved by ``shift``, is still there and has changed as it should."""
    after = [
        cue
        for cue in extract_features(text, language).of_kind(before.kind)
        if cue.entry == before.entry and cue.end == before.end + shift
    ]
    return bool(after) and holds(after[0], before)


def _has(text: str, language: Language, kind: CueKind, start: int, length: int) -> bool:
    """Return whether there is a cue of the kind at that very place."""
    return any(
        cue.start == start and cue.end == start + length for cue in extract_features(text, language).of_kind(kind)
    )


def _written(features: TextFeatures) -> str:
    """Return the script of the piece, whose passage may hold both languages."""
    return "ko" if any(map(is_syllable, features.text)) else "en"


def _follows_blank(text: str, place: int) -> bool:
    return place > 0 and text[place - 1].isspace()


def _suffix(word: str, language: str) -> str:
    return next((end for end in _SUFFIXES_EN if word.endswith(end)), "") if language == "en" else ""


def _is_noun(cue: Cue, language: str) -> bool:
    return (cue.kind, cue.entry) in _nouns(language)


def _cased(word: str, model: str) -> str:
    return word.capitalize() if model[:1].isupper() else word


@cache
def _nouns(language: str) -> frozenset[tuple[CueKind, str]]:
    return frozenset((entry.kind, entry.name) for entry in read_entries(language) if entry.kind and _names_thing(entry))


def _names_thing(entry: Entry) -> bool:
    return entry.inflects == "noun"


@cache
def _lexicon(language: str) -> Mapping[tuple[CueKind, str], Entry]:
    """Return the entries that are one plain word which stands in a text as it stands in the lexicon."""
    plain = (entry for entry in read_entries(language) if entry.kind in SWAPPABLE and entry.form.isalpha())
    usable = (entry for entry in plain if language == "en" or entry.inflects in {"noun", "word"})
    return {(entry.kind, entry.form.lower()): entry for entry in usable if entry.kind is not None}


@cache
def _peers(language: str) -> Mapping[tuple[CueKind, str, bool], tuple[str, ...]]:
    """Return the words by kind, class and whether the last syllable ends in a consonant (particles depend on it)."""
    grouped: defaultdict[tuple[CueKind, str, bool], list[str]] = defaultdict(list)
    for (kind, form), entry in _lexicon(language).items():
        grouped[kind, entry.inflects, ends_in_consonant(form)].append(form)
    return defaultdict(tuple, {key: tuple(sorted(forms)) for key, forms in grouped.items()})
