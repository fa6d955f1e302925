"""A passage in reading order, each word with what it did to an output. Pieces of words on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution, Unit
from redheart_core.text.tokenizer import Source
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.method_names import has_direction

SIZE = "•"
"""Stands before a word that is large where a method knows no direction."""
FAINT = 0.08
"""Words below this share of the strongest stay unmarked; their scores are in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWord:
    """A word, or a piece of one."""

    before: str
    """What stands between it and its predecessor."""
    text: str
    sign: str
    """``+`` raises, ``−`` lowers, ``•`` is large without a direction; empty where it does next to nothing."""
    strength: float
    """0 to 1, of the strongest word or piece on the page."""
    note: str
    """Its score in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLine:
    """The words of the context, or of the text."""

    label: str
    """Empty where there is only the text."""
    words: tuple[MapWord, ...]
    after: str
    """What follows the last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMap:
    """Everything that is drawn of a passage."""

    lines: tuple[MapLine, ...]
    legend: tuple[tuple[str, str], ...]
    """(sign, text) of what raises and what lowers, or of what is merely large, with the score of the deepest colour."""
    unmarked: str
    label: str
    """What a screen reader announces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A word or a piece with its place and its score."""

    text: str
    start: int
    end: int
    score: float
    through_ngrams: float | None
    """None for a piece, which n-grams do not reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How scores of one map are drawn."""

    top: float
    """Score of the deepest colour."""
    is_directed: bool
    """Whether scores tell raising from lowering."""
    unit: Unit


def word_map(attribution: Attribution, language: UiLanguage, *, scale: float | None = None) -> WordMap:
    """Lay out the words of the passage.

    Args:
        attribution: Whose scores.
        language: Of the reader.
        scale: Score of the deepest colour; the strongest word's by default. Maps that are compared share one.
    """
    scored = [
        (
            word.source,
            Scored(text=word.text, start=word.start, end=word.end, score=score, through_ngrams=ngrams),
        )
        for word, score, ngrams in zip(
            attribution.words, attribution.scores, attribution.ngram_scores, strict=True
        )
    ]  # fmt: skip
    return _map(attribution, scored, language, scale=scale, inline=True)


def piece_map(attribution: Attribution, language: UiLanguage) -> WordMap:
    """Lay out the pieces that the network read, without what comes through n-grams. Special tokens come last."""
    scored = [
        (p.source, Scored(text=p.text, start=p.start, end=p.end, score=p.score, through_ngrams=None))
        for p in attribution.pieces
    ]
    return _map(attribution, scored, language, scale=None, inline=False)


def strongest(scores: Sequence[float]) -> float:
    """Return the largest size of a score, or zero."""
    return max((abs(score) for score in scores), default=0.0)


def unit_name(unit: Unit, language: UiLanguage) -> str:
    """Return the name of a unit inside a sentence."""
    return say(f"attribution.unit.{unit.value}", language)


_Placed = tuple[Source, Scored]


def _map(
    attribution: Attribution, scored: Sequence[_Placed], language: UiLanguage, *, scale: float | None, inline: bool
) -> WordMap:
    unit = unit_name(attribution.key.unit, language)
    top = scale if scale is not None else strongest([word.score for _, word in scored])
    directed = has_direction(attribution)
    drawn = Scale(top=top, is_directed=directed, unit=attribution.key.unit)
    return WordMap(
        lines=tuple(_lines(attribution, scored, drawn, language, inline=inline)),
        legend=_directions(top, unit, language) if directed else _sizes(top, language),
        unmarked=say("attribution.map.unmarked", language, share=numbers.percent(FAINT)),
        label=say("attribution.map.label", language),
    )


def _directions(top: float, unit: str, language: UiLanguage) -> tuple[tuple[str, str], ...]:
    raised, lowered = numbers.signed_short(top), numbers.signed_short(-top)
    return (
        ("+", say("attribution.map.raises", language, value=raised, unit=unit)),
        ("−", say("attribution.map.lowers", language, value=lowered, unit=unit)),
    )


def _sizes(top: float, language: UiLanguage) -> tuple[tuple[str, str], ...]:
    return ((SIZE, say("attribution.map.weighs", language, value=numbers.short(top))),)


def _lines(
    attribution: Attribution, scored: Sequence[_Placed], drawn: Scale, language: UiLanguage, *, inline: bool
) -> list[MapLine]:
    texts = {Source.CONTEXT: attribution.key.context, Source.TEXT: attribution.key.text, Source.SPECIAL: ""}
    present = [source for source in texts if any(one is source for one, _ in scored)]
    return [
        map_line(
            say(f"attribution.map.{source.value}", language) if len(present) > 1 else "",
            texts[source] if inline else "",
            [word for one, word in scored if one is source],
            drawn,
            language,
        )
        for source in present
    ]


def map_line(label: str, text: str, scored: Sequence[Scored], drawn: Scale, language: UiLanguage) -> MapLine:
    """Lay out one passage; without its text, pieces stand side by side with a space between them."""
    words, reached = [], 0
    for entry in scored:
        before = text[reached : entry.start] if text else " "
        reached = max(reached, entry.end)
        share = 0.0 if drawn.top == 0.0 else min(1.0, abs(entry.score) / drawn.top)
        marked = share >= FAINT and entry.score != 0.0
        words.append(
            MapWord(
                before=before,
                text=text[entry.start : entry.end] if text else entry.text,
                sign=_sign(entry.score, drawn.is_directed) if marked else "",
                strength=share,
                note=_note(entry, drawn.unit, language),
            )
        )
    return MapLine(label=label, words=tuple(words), after=text[reached:])


def _sign(score: float, directed: bool) -> str:
    if not directed:
        return SIZE
    return "+" if score > 0.0 else "−"


def _note(entry: Scored, unit: Unit, language: UiLanguage) -> str:
    name = unit_name(unit, language)
    if entry.through_ngrams is None:
        return say("attribution.map.note_piece", language, score=numbers.signed_short(entry.score), unit=name)
    return say(
        "attribution.map.note", language,
        score=numbers.signed_short(entry.score), unit=name, ngrams=numbers.signed_short(entry.through_ngrams),
    )  # fmt: skip
