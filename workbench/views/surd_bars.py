"""The parts of a decomposition by set of sources, in bits or as shares of the total, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.surd import TermKind, TermReport
from redheart_core.explain.surd.sets import Key
from workbench.copy import say
from workbench.views import numbers
from workbench.views.concept_scores import p_text
from workbench.views.figure import FigureText, Table
from workbench.views.surd_case import SurdCase, bits, kind_name, quoted, set_key, short_kind

MOST_ROWS = 8
LEAST_SHARE = 0.01
"""Of the total; smaller sets are counted below the figure and stand in the table."""
SHOWN_BITS = 5e-4
"""What is smaller would be a bar without length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar."""

    kind: TermKind
    value: float
    low: float | None
    """Ends of the interval, in the unit of the axis; None where there is none."""
    high: float | None
    hover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRow:
    """One set of sources with its parts."""

    label: str
    """What stands beside the bar; letters where names are long."""
    name: str
    segments: tuple[Segment, ...]
    """Redundant before synergistic; a single source has its unique part alone."""
    is_flagged: bool
    """Whether a tie or a close pair decides what it is called."""
    values: str
    """The bits or shares of the parts, in their order."""

    @property
    def length(self) -> float:
        """All parts together, in the unit of the axis."""
        return sum(segment.value for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdBarsView:
    """The sets that are drawn, the largest first."""

    text: FigureText
    rows: tuple[SetRow, ...]
    kind_labels: dict[TermKind, str]
    axis_label: str
    is_share: bool
    flag_note: str
    """What the mark ≈ means; empty where no row has it."""
    left_out: str
    """How many smaller sets are not drawn, and their bits; empty where none."""
    table: Table


def surd_bars_view(case: SurdCase, *, is_share: bool) -> SurdBarsView:
    """Lay out the parts that may be read.

    Args:
        case: A decomposition whose total is significant.
        is_share: Whether values are shares of the total instead of bits.
    """
    scale = case.report.total.plug_in if is_share else 1.0
    flagged = flagged_sets(case)
    rows = [
        SetRow(
            label=case.set_label(key),
            name=quoted(case.members(key), case.language),
            segments=tuple(_segment(case, term, scale) for term in terms),
            is_flagged=key in flagged,
            values=" | ".join(_short(term.plug_in / scale, is_share=is_share) for term in terms),
        )
        for key, terms in _by_set(case).items()
    ]
    rows.sort(key=lambda row: -row.length)
    least = LEAST_SHARE * case.report.total.plug_in / scale
    shown = [row for row in rows[:MOST_ROWS] if row.length >= least]
    rest = rows[len(shown) :]
    unit = "share" if is_share else "bits"
    return SurdBarsView(
        text=_text(case, tuple(shown), unit),
        rows=tuple(shown),
        kind_labels={kind: kind_name(kind, case.language) for kind in TermKind},
        axis_label=say(f"surd.bars.axis_{unit}", case.language),
        is_share=is_share,
        flag_note=say("surd.bars.flag", case.language) if any(row.is_flagged for row in shown) else "",
        left_out=_left_out(case, rest, scale),
        table=terms_table(case),
    )


def flagged_sets(case: SurdCase) -> frozenset[Key]:
    """Return the sets whose synergy may as well belong to another set."""
    if not case.shows_synergy:
        return frozenset()
    groups = [tie.keys for tie in case.report.result.ties] + [pair.keys for pair in case.report.close_pairs]
    return frozenset(key for keys in groups for key in keys)


def terms_table(case: SurdCase) -> Table:
    """Return every part that may be read, also the smallest, at full precision."""
    names = (
        "set", "sources", "kind", "bits", "low", "high", "share", "miller_madow", "null_subtracted", "p", "p_holm",
        "p_interaction",
    )  # fmt: skip
    total = case.report.total.plug_in
    return Table(
        name="surd-parts",
        columns=tuple(say(f"surd.column.{name}", case.language) for name in names),
        rows=tuple(
            (
                case.set_name(term.key), set_key(term.key), say(f"surd.kind.{term.kind.value}", case.language),
                term.plug_in, term.interval.low if term.interval else None,
                term.interval.high if term.interval else None, term.plug_in / total, term.miller_madow,
                term.null_subtracted, term.p_value, term.p_holm, term.p_interaction,
            )
            for term in case.terms
        ),
    )  # fmt: skip


def parts_table(case: SurdCase) -> Table:
    """Return the parts that are large enough to draw, rounded, as a table to read."""
    names = ("set", "kind", "bits", "interval", "share", "p_holm")
    total = case.report.total.plug_in
    shown = sorted((term for term in case.terms if term.plug_in >= SHOWN_BITS), key=lambda term: -term.plug_in)
    return Table(
        name="surd-parts-short",
        columns=tuple(say(f"surd.column.{name}", case.language) for name in names),
        rows=tuple(
            (
                case.set_name(term.key), short_kind(term.kind, case.language), bits(term.plug_in),
                "–" if term.interval is None else f"{bits(term.interval.low)}–{bits(term.interval.high)}",
                numbers.percent(term.plug_in / total), p_text(term.p_holm).removeprefix("p = ").removeprefix("p "),
            )
            for term in shown
        ),
    )  # fmt: skip


def _by_set(case: SurdCase) -> dict[Key, list[TermReport]]:
    """Return the parts worth drawing by set; the report lists redundancies before synergies."""
    found: dict[Key, list[TermReport]] = {}
    for term in case.terms:
        if term.plug_in >= SHOWN_BITS:
            found.setdefault(term.key, []).append(term)
    return found


def _segment(case: SurdCase, term: TermReport, scale: float) -> Segment:
    interval = term.interval
    share = numbers.percent(term.plug_in / case.report.total.plug_in)
    hover = f"{kind_name(term.kind, case.language)}: {_value(case, term)} · {share}"
    return Segment(
        kind=term.kind,
        value=term.plug_in / scale,
        low=None if interval is None else interval.low / scale,
        high=None if interval is None else interval.high / scale,
        hover=hover,
    )


def _short(value: float, *, is_share: bool) -> str:
    return numbers.percent(value) if is_share else bits(value)


def _value(case: SurdCase, term: TermReport) -> str:
    if term.interval is None:
        return say("surd.bars.bits", case.language, bits=bits(term.plug_in))
    low, high = bits(term.interval.low), bits(term.interval.high)
    return say("surd.bars.bits_interval", case.language, bits=bits(term.plug_in), low=low, high=high)


def _text(case: SurdCase, rows: tuple[SetRow, ...], unit: str) -> FigureText:
    language = case.language
    level = numbers.percent(case.report.settings.level)
    has_intervals = case.report.total.interval is not None
    drawn = "intervals" if has_intervals else "plain"
    if not rows:
        title = say("surd.bars.title_none", language)
    else:
        largest = max(rows[0].segments, key=lambda segment: segment.value)
        title = say(f"surd.bars.title_{largest.kind.value}", language, sources=rows[0].name, target=case.target)
    described = "; ".join(f"{row.name}: {', '.join(segment.hover for segment in row.segments)}" for row in rows)
    return FigureText(
        title=title,
        subtitle=say(f"surd.bars.subtitle_{unit}_{drawn}", language, target=case.target, level=level),
        alt=say("surd.bars.alt", language, target=case.target, rows=described),
    )


def _left_out(case: SurdCase, rest: list[SetRow], scale: float) -> str:
    if not rest:
        return ""
    together = bits(sum(row.length for row in rest) * scale)
    return say("surd.bars.left_out", case.language, count=str(len(rest)), bits=together)
