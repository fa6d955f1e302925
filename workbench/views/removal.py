"""An output while words go, highest score first: with a faithful map it falls faster than with random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.trust.report import CurvePoint
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.word_map import unit_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalCurve:
    """One curve with the band of random maps."""

    label: str
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalView:
    """Two curves over the number of words."""

    text: FigureText
    num_words: tuple[int, ...]
    without: RemovalCurve
    only: RemovalCurve
    band_label: str
    words_axis: str
    value_axis: str
    table: Table


def removal_view(points: Sequence[CurvePoint], target: str, unit: Unit, language: UiLanguage) -> RemovalView:
    """Lay out the curves.

    Args:
        points: By number of words; at least one.
        target: Name of the output in the reader's language.
        unit: Of the output.
        language: Of the reader.
    """
    name = unit_name(unit, language)
    below = sum(point.without < (point.without_low + point.without_high) / 2 for point in points)
    described = "; ".join(f"{p.num_words}: {numbers.short(p.without)}, {numbers.short(p.only)}" for p in points)
    counts = {"below": str(below), "total": str(len(points))}
    return RemovalView(
        text=FigureText(
            title=say("attribution.removal.title", language, **counts),
            subtitle=say("attribution.removal.subtitle", language, unit=name),
            alt=say("attribution.removal.alt", language, target=target, points=described),
        ),
        num_words=tuple(point.num_words for point in points),
        without=RemovalCurve(
            label=say("attribution.column.without", language),
            values=tuple(point.without for point in points),
            low=tuple(point.without_low for point in points),
            high=tuple(point.without_high for point in points),
        ),
        only=RemovalCurve(
            label=say("attribution.column.only", language),
            values=tuple(point.only for point in points),
            low=tuple(point.only_low for point in points),
            high=tuple(point.only_high for point in points),
        ),
        band_label=say("attribution.removal.band", language),
        words_axis=say("attribution.removal.words", language),
        value_axis=f"{target} ({name})",
        table=Table(
            name="attribution-removal",
            columns=_columns(language),
            rows=tuple(
                (p.num_words, p.without, p.without_low, p.without_high, p.only, p.only_low, p.only_high)
                for p in points
            ),
        ),
    )  # fmt: skip


def _columns(language: UiLanguage) -> tuple[str, ...]:
    low, high = (say(f"attribution.column.random_{end}", language) for end in ("low", "high"))
    kinds = (say(f"attribution.column.{kind}", language) for kind in ("without", "only"))
    return (
        say("attribution.column.num_words", language),
        *(column for kind in kinds for column in (kind, f"{kind}, {low}", f"{kind}, {high}")),
    )
