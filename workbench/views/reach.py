"""How much of a network one step of training really reaches."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.measurements import Measurement
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.measured import full_table, number, text, worded_notes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachView:
    """Parameters with a gradient, module by module."""

    finding: str
    summary: Table
    table: Table
    notes: tuple[str, ...]


def reach_view(measurement: Measurement, language: UiLanguage) -> ReachView:
    """Lay out what ``redheart reach`` counted."""
    keys = ("module", "tensors", "elements")
    rows = []
    for row in measurement.rows:
        share = (number(row, "reached_elements") or 0.0) / (number(row, "elements") or 1.0)
        tensors = f"{text(row, 'reached_tensors')} / {text(row, 'tensors')}"
        rows.append((text(row, "module"), tensors, f"{100 * share:.1f}%"))
    reached, total = (int(number(measurement.facts, name) or 0) for name in ("reached_tensors", "tensors"))
    return ReachView(
        finding=say(
            "machinery.reach.finding",
            language,
            preset=str(measurement.facts.get("preset", "")),
            reached=numbers.count(reached),
            total=numbers.count(total),
            unreached=numbers.count(total - reached),
        ),
        summary=Table(
            name="reach", columns=tuple(say(f"machinery.reach.{key}", language) for key in keys), rows=tuple(rows)
        ),
        table=full_table("reach", measurement),
        notes=worded_notes(measurement.notes, language),
    )
