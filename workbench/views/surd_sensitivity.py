"""The same cases cut into two, three and four bins: what stays, and what the choice of bins decides."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.surd import Reliability, SensitivityRow, TermKind
from workbench.copy import say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.surd_case import SurdCase, bits, kind_name
from workbench.views.surd_trust import leading_kind

RELIABILITY_MARKS = {Reliability.GREEN: "✓", Reliability.AMBER: "~", Reliability.RED: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BinsRow:
    """One number of bins."""

    label: str
    parts: tuple[tuple[TermKind, float], ...]
    """In bits; synergy is missing where the sample is too small for it."""
    note: str
    """At the end of the bar: what is not told, and what the sample size allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdSensitivityView:
    """The rows, from few bins to many."""

    text: FigureText
    rows: tuple[BinsRow, ...]
    kind_labels: dict[TermKind, str]
    axis_label: str
    table: Table


def surd_sensitivity_view(case: SurdCase) -> SurdSensitivityView:
    """Lay out the rows."""
    language, found = case.language, case.report.sensitivity
    rows = tuple(_row(case, row) for row in found)
    described = "; ".join(_described(case, row) for row in rows)
    is_stable = len({leading_kind(row) for row in found}) == 1
    return SurdSensitivityView(
        text=FigureText(
            title=say(f"surd.sensitivity.{'stable' if is_stable else 'moves'}", language),
            subtitle=say("surd.sensitivity.subtitle", language, target=case.target),
            alt=say("surd.sensitivity.alt", language, rows=described),
        ),
        rows=rows,
        kind_labels={kind: kind_name(kind, language) for kind in TermKind},
        axis_label=say("surd.bars.axis_bits", language),
        table=_table(case),
    )


def _described(case: SurdCase, row: BinsRow) -> str:
    parts = ", ".join(f"{kind_name(kind, case.language)} {bits(value)}" for kind, value in row.parts)
    return f"{row.label}: {parts}, {row.note}"


def _is_shown(case: SurdCase, row: SensitivityRow) -> bool:
    return case.is_revealed or row.reliability is not Reliability.RED


def _row(case: SurdCase, row: SensitivityRow) -> BinsRow:
    parts = [(TermKind.REDUNDANT, row.redundant), (TermKind.UNIQUE, row.unique)]
    if _is_shown(case, row):
        parts.append((TermKind.SYNERGISTIC, row.synergistic))
    return BinsRow(
        label=say("surd.sensitivity.bins", case.language, bins=str(row.bins)), parts=tuple(parts), note=_note(case, row)
    )


def _note(case: SurdCase, row: SensitivityRow) -> str:
    mark = RELIABILITY_MARKS[row.reliability]
    if not _is_shown(case, row) or row.leak is None:
        return f"{mark} {say('surd.sensitivity.too_few', case.language)}"
    return f"{mark} {say('surd.sensitivity.leak', case.language, share=numbers.percent(row.leak))}"


def _table(case: SurdCase) -> Table:
    names = ("bins", "redundant", "unique", "synergistic", "total", "leak", "reliability")
    return Table(
        name="surd-bins",
        columns=tuple(say(f"surd.column.{name}", case.language) for name in names),
        rows=tuple(
            (
                row.bins, row.redundant, row.unique,
                row.synergistic if _is_shown(case, row) else None,
                row.total if _is_shown(case, row) else None,
                row.leak if _is_shown(case, row) else None,
                _reliability(case, row.reliability),
            )
            for row in case.report.sensitivity
        ),
    )  # fmt: skip


def _reliability(case: SurdCase, reliability: Reliability) -> str:
    return f"{RELIABILITY_MARKS[reliability]} {say(f'surd.reliability.{reliability.value}', case.language)}"
