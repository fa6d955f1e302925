"""The parameter table and the identity of the weights, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.model.ledger import Row
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersView:
    """Where the parameters of a model are."""

    total: str
    summary: Table
    """One row per part, as a reader takes it in."""
    table: Table
    """The same with the pieces of each part, at full precision."""


def parameters_view(rows: tuple[Row, ...], language: UiLanguage) -> ParametersView:
    """Lay out the parameter table of a built model."""
    total = sum(row.parameters for row in rows)
    name, count, share = (say(f"model.parameters.{key}", language) for key in ("row", "count", "share"))
    shown = tuple((row.name, numbers.count(row.parameters), f"{100 * row.parameters / total:.1f}%") for row in rows)
    pieces = [
        (label, parameters)
        for row in rows
        for label, parameters in (
            (row.name, row.parameters),
            *((f"{row.name} / {piece.name}", piece.parameters) for piece in row.parts),
        )
    ]
    return ParametersView(
        total=numbers.count(total),
        summary=Table(name="parameters", columns=(name, count, share), rows=shown),
        table=Table(name="parameters", columns=(name, count), rows=tuple(pieces)),
    )
