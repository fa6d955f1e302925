"""All there is to know about the target as one bar: what the components tell, by kind, and what they do not tell."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.surd import Interval, TermKind
from workbench.copy import say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.surd_case import LEAK_MARK, SurdCase, bits, kind_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the bar, in bits."""

    kind: TermKind | None
    """None for what is not told."""
    label: str
    short: str
    """Its name alone, for inside the bar."""
    bits: float
    share: float
    """Of the target's entropy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdWholeView:
    """The bar."""

    text: FigureText
    pieces: tuple[Piece, ...]
    total: tuple[float, float] | None
    """Interval of everything that is told, in bits."""
    axis_label: str
    table: Table


def surd_whole_view(case: SurdCase) -> SurdWholeView | None:
    """Lay out the bar; None where its pieces must not be read."""
    result = case.report.result
    if not (case.shows_split and case.shows_synergy) or result.leak is None:
        return None
    language, entropy = case.language, result.target_entropy
    pieces = [
        Piece(
            kind=kind, label=kind_name(kind, language), short=say(f"surd.column.{kind.value}", language),
            bits=case.sum_of(kind), share=case.sum_of(kind) / entropy,
        )
        for kind in TermKind
    ]  # fmt: skip
    name = say("surd.kind.leak", language)
    leak = Piece(kind=None, label=f"{LEAK_MARK} {name}", short=name, bits=result.leak * entropy, share=result.leak)
    drawn = tuple(piece for piece in (*pieces, leak))
    interval = case.report.total.interval
    return SurdWholeView(
        text=_text(case, drawn),
        pieces=drawn,
        total=None if interval is None else (interval.low, min(entropy, interval.high)),
        axis_label=say("surd.whole.axis", language),
        table=_table(case, drawn),
    )


def _total_label(case: SurdCase, interval: Interval | None) -> str:
    if interval is None:
        return ""
    level = numbers.percent(case.report.settings.level)
    return say(
        "surd.whole.interval", case.language, level=level, low=bits(interval.low), high=bits(interval.high)
    )  # fmt: skip


def _text(case: SurdCase, pieces: tuple[Piece, ...]) -> FigureText:
    told = numbers.percent(1.0 - pieces[-1].share)
    described = "; ".join(f"{piece.label} {bits(piece.bits)}, {numbers.percent(piece.share)}" for piece in pieces)
    entropy = bits(case.report.result.target_entropy)
    subtitle = say("surd.whole.subtitle", case.language, target=case.target, entropy=entropy)
    return FigureText(
        title=say("surd.whole.title", case.language, share=told, target=case.target),
        subtitle=" ".join(filter(None, (subtitle, _total_label(case, case.report.total.interval)))),
        alt=say("surd.whole.alt", case.language, target=case.target, pieces=described),
    )


def _table(case: SurdCase, pieces: tuple[Piece, ...]) -> Table:
    names = ("kind", "bits", "share_entropy")
    return Table(
        name="surd-whole",
        columns=tuple(say(f"surd.column.{name}", case.language) for name in names),
        rows=tuple((piece.label, piece.bits, piece.share) for piece in pieces),
    )
