"""Words in rows against methods or layers in columns: where the columns agree, and where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.result import Attribution
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.method_names import baseline_name, method_name
from workbench.views.top_words import ranked_words, word_labels
from workbench.views.word_map import strongest

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHeat:
    """Signed shades from -1 to 1: each column is divided by its own largest size."""

    text: FigureText
    row_labels: tuple[str, ...]
    """Words in reading order."""
    column_labels: tuple[str, ...]
    shades: tuple[tuple[float, ...], ...]
    """By row, then column."""
    table: Table
    """Every word, undivided."""


def methods_heat(attributions: Sequence[Attribution], target: str, language: UiLanguage) -> WordHeat:
    """Lay out what several methods say about the same words; the first one chooses which words are shown."""
    names = tuple(method_name(one.key.method, language) for one in attributions)
    columns = [one.scores for one in attributions]
    return _heat(attributions[0], names, columns, "methods", target, language)


def baselines_heat(attributions: Sequence[Attribution], target: str, language: UiLanguage) -> WordHeat:
    """Lay out the same words against several baselines; the first one is in use and chooses which words are shown."""
    names = tuple(baseline_name(one.key.baseline, language) for one in attributions)
    return _heat(attributions[0], names, [one.scores for one in attributions], "baselines", target, language)


def layers_heat(
    attribution: Attribution, layers: Sequence[str], scores_LW: Sequence[Sequence[float]], target: str,
    language: UiLanguage,
) -> WordHeat:  # fmt: skip
    """Lay out what goes through each layer; the attribution on the page chooses which words are shown."""
    return _heat(attribution, tuple(layers), scores_LW, "layers", target, language)


def _heat(
    shown_by: Attribution, names: tuple[str, ...], columns: Sequence[Sequence[float]], kind: str, target: str,
    language: UiLanguage,
) -> WordHeat:  # fmt: skip
    rows = sorted(ranked_words(shown_by)[:SHOWN])
    labels = word_labels(shown_by)
    tops = [strongest(column) or 1.0 for column in columns]
    shades = tuple(tuple(column[i] / top for column, top in zip(columns, tops, strict=True)) for i in rows)
    table = Table(
        name=f"attribution-{kind}",
        columns=(say("attribution.column.word", language), *names),
        rows=tuple((label, *(column[i] for column in columns)) for i, label in enumerate(labels)),
    )
    described = "; ".join(
        f"{name}: {labels[column.index(max(column, key=abs))]} {numbers.signed_short(max(column, key=abs))}"
        for name, column in zip(names, map(list, columns), strict=True)
    )
    return WordHeat(
        text=FigureText(
            title=_title(names, columns, labels, kind, language),
            subtitle=say(f"attribution.heat.{kind}_subtitle", language),
            alt=say(f"attribution.heat.{kind}_alt", language, target=target, columns=described),
        ),
        row_labels=tuple(labels[i] for i in rows),
        column_labels=names,
        shades=shades,
        table=table,
    )


def _title(
    names: Sequence[str], columns: Sequence[Sequence[float]], labels: Sequence[str], kind: str, language: UiLanguage
) -> str:
    """Say how many columns put the same word first as the first one does."""
    first = [max(range(len(column)), key=lambda i: (abs(column[i]), -i)) for column in columns]
    count = sum(one == first[0] for one in first)
    return say(
        f"attribution.heat.{kind}_title", language,
        word=labels[first[0]], count=str(count), total=str(len(names)),
    )  # fmt: skip
