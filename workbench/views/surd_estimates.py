"""The same parts estimated three ways, side by side: as counted, by Miller and Madow, and less what chance gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from redheart_core.explain.surd import TermKind
from workbench.copy import say
from workbench.views.figure import FigureText, Table
from workbench.views.surd_case import SurdCase, bits, kind_name

Estimate = Literal["plug_in", "miller_madow", "null_subtracted"]
ESTIMATES: tuple[Estimate, ...] = ("plug_in", "miller_madow", "null_subtracted")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """One kind of part, or the total."""

    label: str
    values: tuple[float, ...]
    """In bits, in the order of ``ESTIMATES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdEstimatesView:
    """The estimates of the total and of each kind of part that may be read."""

    text: FigureText
    rows: tuple[EstimateRow, ...]
    labels: dict[Estimate, str]
    axis_label: str
    table: Table


def surd_estimates_view(case: SurdCase) -> SurdEstimatesView:
    """Lay out the estimates; a column of parts always adds up to its own total."""
    language, total = case.language, case.report.total
    rows = [
        EstimateRow(
            label=say("surd.kind.total", language), values=(total.plug_in, total.miller_madow, total.null_subtracted)
        )
    ]
    rows += [_row(case, kind) for kind in TermKind if any(term.kind is kind for term in case.terms)]
    labels = {name: say(f"surd.estimate.{name}", language) for name in ESTIMATES}
    described = "; ".join(f"{row.label}: {', '.join(bits(max(0.0, value)) for value in row.values)}" for row in rows)
    low, high = (pick(max(0.0, value) for value in rows[0].values) for pick in (min, max))
    return SurdEstimatesView(
        text=FigureText(
            title=say("surd.estimate.title", language, low=bits(low), high=bits(high)),
            subtitle=say("surd.estimate.subtitle", language),
            alt=say("surd.estimate.alt", language, rows=described),
        ),
        rows=tuple(rows),
        labels=labels,
        axis_label=say("surd.bars.axis_bits", language),
        table=Table(
            name="surd-estimates",
            columns=(say("surd.column.kind", language), *labels.values()),
            rows=tuple((row.label, *row.values) for row in rows),
        ),
    )


def _row(case: SurdCase, kind: TermKind) -> EstimateRow:
    terms = [term for term in case.terms if term.kind is kind]
    values = tuple(sum(getattr(term, name) for term in terms) for name in ESTIMATES)
    return EstimateRow(label=kind_name(kind, case.language), values=values)
