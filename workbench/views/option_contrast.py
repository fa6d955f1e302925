"""Why one option and not another: which words of either speak for which side, and what their scores must add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.contrast import ContrastWord, OptionContrast, Part
from redheart_core.explain.attribution.trust.completeness import Completeness
from redheart_core.explain.attribution.trust.contrast import contrast_sides
from redheart_core.text.tokenizer import Source
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import listing
from workbench.views.method_names import baseline_name, method_name
from workbench.views.top_words import SHOWN, TopWordsView, WordBar, word_labels
from workbench.views.word_map import FAINT, MapLine, Scale, Scored, WordMap, map_line, strongest, unit_name

_NAMED = 3
Letters = tuple[str, str]
"""Letters of the first and the second option, as on the page of the dilemma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastView:
    """Everything that is drawn of a contrast but its checks."""

    sentence: str
    """Both scores, and which option lies above."""
    speaks: tuple[str, str]
    """The words that speak most for the first, and for the second."""
    how: str
    """What of the difference the words share, and what stands before any word is read."""
    bars: TopWordsView
    map: WordMap


def contrast_view(contrast: OptionContrast, letters: Letters, language: UiLanguage) -> ContrastView:
    """Lay out a contrast.

    Args:
        contrast: The difference of the first option's score and the second's.
        letters: Of the two options.
        language: Of the reader.
    """
    names = {"first": letters[0], "second": letters[1]}
    return ContrastView(
        sentence=_sentence(contrast, names, language),
        speaks=(_speaks(contrast, letters, 1, language), _speaks(contrast, letters, -1, language)),
        how=_how(contrast, names, language),
        bars=_bars(contrast, letters, names, language),
        map=_map(contrast, letters, names, language),
    )


def contrast_facts(sides: Completeness, language: UiLanguage) -> tuple[tuple[str, str], ...]:
    """Return both sides of the sum of the difference, and the gap between them."""
    error = numbers.short(sides.error)
    share = sides.relative_error
    gap = (
        say("contrast.trust.error_close", language, error=error)
        if share is None
        else say("attribution.trust.error_value", language, error=error, share=numbers.fine_percent(share))
    )
    difference = say(
        "attribution.trust.difference_value", language,
        difference=numbers.long(sides.difference), end=numbers.long(sides.target_value),
        start=numbers.long(sides.baseline_value),
    )  # fmt: skip
    return (
        (say("attribution.trust.total", language), numbers.long(sides.total)),
        (say("contrast.trust.difference", language), difference),
        (say("attribution.trust.error", language), gap),
    )


def contrast_table(contrast: OptionContrast, letters: Letters, language: UiLanguage) -> Table:
    """Return every word with its side and its score, and what belongs to no word, at full precision."""
    keys = ("word", "source", "start", "score", "pieces", "ngrams")
    rows: list[tuple[str | float | int | None, ...]] = [
        (
            label, _part_name(one.part, letters, language), one.word.start,
            one.score, one.score - one.through_ngrams, one.through_ngrams,
        )
        for label, one in zip(_labels(contrast), contrast.words, strict=True)
    ]  # fmt: skip
    rows.append((say("attribution.bars.rest", language), None, None, contrast.rest, None, None))
    columns = tuple(say(f"attribution.column.{key}", language) for key in keys)
    return Table(name="option-contrast", columns=columns, rows=tuple(rows))


def _sentence(contrast: OptionContrast, names: dict[str, str], language: UiLanguage) -> str:
    lead = contrast.target_value
    side = "even" if abs(lead) < 0.005 else "above" if lead > 0 else "below"
    return say(
        f"contrast.lead.{side}", language, **names,
        ours=numbers.score(contrast.first.target_value), theirs=numbers.score(contrast.second.target_value),
        lead=numbers.short(abs(lead)),
    )  # fmt: skip


def _speaks(contrast: OptionContrast, letters: Letters, sign: int, language: UiLanguage) -> str:
    least = FAINT * strongest([one.score for one in contrast.words])
    pairs = zip(contrast.words, _labels(contrast), strict=True)
    found = sorted(
        ((one, label) for one, label in pairs if sign * one.score > max(0.0, least)),
        key=lambda pair: -sign * pair[0].score,
    )
    option = letters[0] if sign > 0 else letters[1]
    if not found:
        return say("contrast.lead.no_word", language, option=option)
    words = (
        say(
            "contrast.lead.word", language, word=label, score=numbers.signed_short(one.score),
            place=_part_name(one.part, letters, language),
        )
        for one, label in found[:_NAMED]
    )  # fmt: skip
    return say("contrast.lead.speaks", language, option=option, words=listing(words, language))


def _how(contrast: OptionContrast, names: dict[str, str], language: UiLanguage) -> str:
    sides = contrast_sides(contrast)
    return say(
        "contrast.lead.how", language, **names,
        lead=numbers.signed_short(contrast.target_value), shared=numbers.signed_short(sides.difference),
        before=numbers.signed_short(contrast.baseline_value),
        method=method_name(contrast.first.key.method, language),
        baseline=baseline_name(contrast.first.key.baseline, language),
    )  # fmt: skip


def _labels(contrast: OptionContrast) -> tuple[str, ...]:
    """Return a label for each word of the contrast; words that occur more than once in a reading are counted."""
    ours = list(zip(contrast.first.words, word_labels(contrast.first), strict=True))
    theirs = list(zip(contrast.second.words, word_labels(contrast.second), strict=True))
    return (
        *(label for word, label in ours if word.source is Source.CONTEXT),
        *(label for word, label in ours if word.source is Source.TEXT),
        *(label for word, label in theirs if word.source is Source.TEXT),
    )


def _part_name(part: Part, letters: Letters, language: UiLanguage) -> str:
    return {
        Part.SITUATION: say("contrast.part.situation", language),
        Part.FIRST: say("contrast.part.option", language, letter=letters[0]),
        Part.SECOND: say("contrast.part.option", language, letter=letters[1]),
    }[part]


def _mark(part: Part, letters: Letters, language: UiLanguage) -> str:
    return {Part.SITUATION: say("contrast.part.short", language), Part.FIRST: letters[0], Part.SECOND: letters[1]}[part]


def _bars(contrast: OptionContrast, letters: Letters, names: dict[str, str], language: UiLanguage) -> TopWordsView:
    labels = [
        f"{label} · {_mark(one.part, letters, language)}"
        for one, label in zip(contrast.words, _labels(contrast), strict=True)
    ]
    order = sorted(range(len(labels)), key=lambda i: (-abs(contrast.words[i].score), i))
    shown = [_bar(labels[i], contrast.words[i]) for i in order[:SHOWN]]
    unit = unit_name(contrast.first.key.unit, language)
    described = "; ".join(f"{bar.label} {numbers.signed_short(bar.score)}" for bar in shown)
    return TopWordsView(
        text=FigureText(
            title=_title(shown, names, language),
            subtitle=say("contrast.bars.subtitle", language, **names, unit=unit),
            alt=say("contrast.bars.alt", language, **names, words=described),
        ),
        bars=(*shown, *_others([contrast.words[i].score for i in order[SHOWN:]], contrast.rest, language)),
        is_directed=True,
        axis_label=say("contrast.bars.axis", language, **names),
        score_label=say("attribution.bars.score", language),
        ngram_label=say("attribution.bars.ngrams", language),
        table=contrast_table(contrast, letters, language),
    )


def _bar(label: str, one: ContrastWord) -> WordBar:
    return WordBar(label=label, score=one.score, through_ngrams=one.through_ngrams)


def _title(bars: Sequence[WordBar], names: dict[str, str], language: UiLanguage) -> str:
    if not bars or bars[0].score == 0.0:
        return say("contrast.bars.title_none", language, **names)
    top = bars[0]
    side = names["first"] if top.score > 0 else names["second"]
    return say("contrast.bars.title", language, word=top.label, score=numbers.signed_short(top.score), side=side)


def _others(left: Sequence[float], rest: float, language: UiLanguage) -> tuple[WordBar, ...]:
    bars = []
    if left:
        label = say("attribution.bars.others", language, count=str(len(left)))
        bars.append(WordBar(label=label, score=sum(left), through_ngrams=None))
    if rest != 0.0:
        bars.append(WordBar(label=say("attribution.bars.rest", language), score=rest, through_ngrams=None))
    return tuple(bars)


def _map(contrast: OptionContrast, letters: Letters, names: dict[str, str], language: UiLanguage) -> WordMap:
    unit = contrast.first.key.unit
    top = strongest([one.score for one in contrast.words])
    drawn = Scale(top=top, is_directed=True, unit=unit)
    texts = {
        Part.SITUATION: contrast.first.key.context,
        Part.FIRST: contrast.first.key.text,
        Part.SECOND: contrast.second.key.text,
    }
    return WordMap(
        lines=tuple(_line(contrast, part, text, drawn, letters, language) for part, text in texts.items()),
        legend=(
            ("+", say("contrast.map.raises", language, **names, value=numbers.signed_short(top))),
            ("−", say("contrast.map.lowers", language, **names, value=numbers.signed_short(-top))),
        ),
        unmarked=say("attribution.map.unmarked", language, share=numbers.percent(FAINT)),
        label=say("contrast.map.label", language, **names),
    )


def _line(
    contrast: OptionContrast, part: Part, text: str, drawn: Scale, letters: Letters, language: UiLanguage
) -> MapLine:
    scored = [
        Scored(
            text=one.word.text, start=one.word.start, end=one.word.end, score=one.score,
            through_ngrams=one.through_ngrams,
        )
        for one in contrast.words
        if one.part is part
    ]  # fmt: skip
    return map_line(_part_name(part, letters, language), text, scored, drawn, language)
