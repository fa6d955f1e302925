"""The parameter table of a preset against the documents' budget, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.model.ledger import Row, total_budget
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Cell, Table

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersView:
    """Where the parameters of a model are."""

    finding: str
    """How the total stands to the documents."""
    summary: Table
    """One row per part, as a reader takes it in."""
    table: Table
    """The same with the pieces of each part, at full precision."""


def parameters_view(preset: str, rows: tuple[Row, ...], language: UiLanguage) -> ParametersView:
    """Lay out the parameter table of a built model."""
    total = Row(
        name=say("model.parameters.total", language), parameters=_sum(rows), budget=total_budget(rows), parts=()
    )
    keys = ("row", "count", "budget", "deviation", "share")
    columns = tuple(say(f"model.parameters.{key}", language) for key in keys)
    pieces = [(f"{row.name} / {part.name}", part) for row in rows for part in row.parts]
    shown = [_shown(row, total.parameters) for row in (*rows, total)]
    if total.budget is None:  # columns of nothing but dashes say nothing
        columns, shown = (*columns[:2], columns[4]), [(*row[:2], row[4]) for row in shown]
    everything = [*((row.name, row) for row in rows), *pieces, (total.name, total)]
    return ParametersView(
        finding=_finding(preset, total, rows, language),
        summary=Table(
            name="parameters",
            columns=columns,
            rows=tuple(shown),
        ),
        table=Table(
            name="parameters",
            columns=tuple(say(f"model.parameters.{key}", language) for key in keys[:4]),
            rows=tuple((name, row.parameters, row.budget, row.deviation) for name, row in everything),
        ),
    )


def _sum(rows: tuple[Row, ...]) -> int:
    return sum(row.parameters for row in rows)


def _finding(preset: str, total: Row, rows: tuple[Row, ...], language: UiLanguage) -> str:
    if total.deviation is None or total.budget is None:
        return say("model.parameters.text", language, total=numbers.count(total.parameters))
    worst = max(rows, key=lambda row: abs(row.deviation or 0.0))
    return say(
        "model.parameters.against",
        language,
        preset=preset,
        total=numbers.count(total.parameters),
        budget=numbers.count(total.budget),
        deviation=_percent(total.deviation),
        worst=worst.name,
        worst_deviation=_percent(worst.deviation or 0.0),
    )


def _shown(row: Row, total: int) -> tuple[Cell, ...]:
    budget = "–" if row.budget is None else f"{row.budget / MILLION:.1f} M"
    deviation = "–" if row.deviation is None else _percent(row.deviation)
    return (row.name, numbers.count(row.parameters), budget, deviation, f"{100 * row.parameters / total:.1f}%")


def _percent(share: float) -> str:
    return f"{100 * share:+.2f}%".replace("-", "−")
