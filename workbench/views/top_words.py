"""The words that moved an output most, as signed bars that add up, with the part that comes through n-grams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import shorten
from workbench.views.method_names import has_direction
from workbench.views.visible import visible_text
from workbench.views.word_map import strongest, unit_name

SHOWN = 10
_LABEL_WIDTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WordBar:
    """One bar."""

    label: str
    score: float
    through_ngrams: float | None
    """Part of the score; None for what belongs to no single word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopWordsView:
    """Signed bars, strongest first; the last ones sum up everything else."""

    text: FigureText
    bars: tuple[WordBar, ...]
    is_directed: bool
    """Whether the scores tell raising from lowering."""
    axis_label: str
    score_label: str
    ngram_label: str
    table: Table


def top_words_view(attribution: Attribution, target: str, language: UiLanguage, *, shown: int = SHOWN) -> TopWordsView:
    """Lay out the ``shown`` strongest words and the sum of all others.

    Args:
        attribution: Whose scores.
        target: Name of the output in the reader's language.
        language: Of the reader.
        shown: Most words that get a bar of their own.
    """
    order = ranked_words(attribution)[:shown]
    labels = word_labels(attribution)
    bars = tuple(
        WordBar(label=labels[i], score=attribution.scores[i], through_ngrams=attribution.ngram_scores[i]) for i in order
    )
    unit = unit_name(attribution.key.unit, language)
    described = "; ".join(f"{bar.label} {numbers.signed_short(bar.score)}" for bar in bars)
    return TopWordsView(
        text=FigureText(
            title=_title(bars, target, language),
            subtitle=say("attribution.bars.subtitle", language, unit=unit),
            alt=say("attribution.bars.alt", language, target=target, words=described),
        ),
        bars=(*bars, *_others(attribution, order, language)),
        is_directed=has_direction(attribution),
        axis_label=say("attribution.bars.axis", language, unit=unit),
        score_label=say("attribution.bars.score", language),
        ngram_label=say("attribution.bars.ngrams", language),
        table=words_table(attribution, language),
    )


def ranked_words(attribution: Attribution) -> list[int]:
    """Return the words by the size of their scores, largest first; equal ones in reading order."""
    return sorted(range(len(attribution.scores)), key=lambda i: (-abs(attribution.scores[i]), i))


def word_labels(attribution: Attribution) -> tuple[str, ...]:
    """Return a label for each word; words that occur more than once are counted."""
    texts = [shorten(visible_text(word.text), _LABEL_WIDTH) for word in attribution.words]
    total, seen = Counter(texts), Counter[str]()
    labels = []
    for text in texts:
        seen[text] += 1
        labels.append(f"{text} ({seen[text]})" if total[text] > 1 else text)
    return tuple(labels)


def ngram_share(attribution: Attribution) -> float | None:
    """Return which share of all movement of words comes through n-grams, or None where nothing moves."""
    through = sum(abs(score) for score in attribution.ngram_scores)
    pairs = zip(attribution.scores, attribution.ngram_scores, strict=True)
    beside = sum(abs(score - ngrams) for score, ngrams in pairs)
    return None if through + beside == 0.0 else through / (through + beside)


def words_table(attribution: Attribution, language: UiLanguage) -> Table:
    """Return every word in reading order with its score, and what belongs to no word, at full precision."""
    keys = ("word", "source", "start", "score", "pieces", "ngrams")
    columns = tuple(say(f"attribution.column.{key}", language) for key in keys)
    rows: list[tuple[str | float | int | None, ...]] = [
        (
            visible_text(word.text), say(f"attribution.map.{word.source.value}", language), word.start,
            score, score - ngrams, ngrams,
        )
        for word, score, ngrams in zip(attribution.words, attribution.scores, attribution.ngram_scores, strict=True)
    ]  # fmt: skip
    rows.append((say("attribution.bars.rest", language), None, None, attribution.rest, None, None))
    return Table(name="attribution-words", columns=columns, rows=tuple(rows))


def rounded(table: Table) -> Table:
    """Return a table with six decimals, for reading; files keep every digit."""
    rows = tuple(
        tuple(f"{cell:+.6f}".replace("-", "−") if isinstance(cell, float) else cell for cell in row)
        for row in table.rows
    )  # fmt: skip
    return Table(name=table.name, columns=table.columns, rows=rows)


def _title(bars: Sequence[WordBar], target: str, language: UiLanguage) -> str:
    if strongest([bar.score for bar in bars]) == 0.0:
        return say("attribution.bars.title_none", language, target=target)
    top = bars[0]
    side = "raised" if top.score > 0 else "lowered"
    return say(
        f"attribution.bars.title_{side}", language,
        word=top.label, score=numbers.signed_short(top.score), target=target,
    )  # fmt: skip


def _others(attribution: Attribution, shown: Sequence[int], language: UiLanguage) -> tuple[WordBar, ...]:
    left = [score for i, score in enumerate(attribution.scores) if i not in set(shown)]
    bars = []
    if left:
        label = say("attribution.bars.others", language, count=str(len(left)))
        bars.append(WordBar(label=label, score=sum(left), through_ngrams=None))
    if attribution.rest != 0.0:
        label = say("attribution.bars.rest", language)
        bars.append(WordBar(label=label, score=attribution.rest, through_ngrams=None))
    return tuple(bars)
