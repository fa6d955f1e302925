"""Which modules were in memory when: a recorded reading inside a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import FigureText, Table
from workbench.views.measured import GIB, decimal, full_table, gib, milliseconds, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A module came in or went out."""

    time_s: float
    module: str
    comes_in: bool
    size_gib: float
    resident_gib: float
    """Held in memory after the move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingView:
    """What it costs to hold only a part of the weights."""

    finding: str
    summary: Table
    table: Table


def holding_view(measurement: Measurement, language: UiLanguage) -> HoldingView:
    """Lay out the ways of holding a network, each timed in one run."""
    keys = ("way", "query", "ratio", "held", "waited")
    rows = tuple(
        (
            _way(text(row, "variant"), language),
            milliseconds(number(row, "median_ms")),
            f"× {decimal(number(row, 'ratio_to_heavy'))}",
            gib(number(row, "resident_bytes")),
            milliseconds(number(row, "waited_ms_per_query")),
        )
        for row in measurement.rows
    )
    medium = [number(row, "ratio_to_heavy") for row in measurement.rows if text(row, "variant").startswith("medium")]
    best = min(ratio for ratio in medium if ratio is not None)
    return HoldingView(
        finding=say("machinery.holding.finding", language, ratio=decimal(best)),
        summary=Table(
            name="holding", columns=tuple(say(f"machinery.holding.{key}", language) for key in keys), rows=rows
        ),
        table=full_table("holding", measurement),
    )


def _way(name: str, language: UiLanguage) -> str:
    key = f"machinery.holding.variant.{name.replace(', ', '_').replace(' ', '_')}"
    return say(key, language) if key in catalogue() else name


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencyView:
    """The timeline of one recorded run."""

    text: FigureText
    moves: tuple[Move, ...]
    budget_gib: float | None
    budget_label: str
    time_label: str
    size_label: str
    table: Table


def residency_view(measurement: Measurement, language: UiLanguage) -> ResidencyView:
    """Lay out the moves of a recorded run."""
    moves = tuple(_move(row) for row in measurement.rows)
    budget = measurement.facts.get("budget_bytes")
    budget_gib = float(budget) / GIB if isinstance(budget, int | float) else None
    peak_gib = max(move.resident_gib for move in moves)
    evictions = sum(not move.comes_in for move in moves)
    title = say(
        "machinery.residency.finding",
        language,
        mode=str(measurement.facts.get("mode", "")),
        peak=gib(peak_gib * GIB),
        budget=gib(None if budget_gib is None else budget_gib * GIB),
        total=gib(_fact(measurement, "total_bytes")),
        evictions=str(evictions),
    )
    return ResidencyView(
        text=FigureText(
            title=title,
            subtitle=say("machinery.residency.subtitle", language),
            alt="; ".join(f"{decimal(move.time_s)} s {move.module} {decimal(move.resident_gib)} GiB" for move in moves),
        ),
        moves=moves,
        budget_gib=budget_gib,
        budget_label=say("machinery.residency.budget", language),
        time_label=say("machinery.residency.time", language),
        size_label=say("machinery.residency.size", language),
        table=_table(moves, language),
    )


def _move(row: Mapping[str, Scalar]) -> Move:
    return Move(
        time_s=number(row, "time_s") or 0.0,
        module=text(row, "name"),
        comes_in=text(row, "action") != "evicted",
        size_gib=(number(row, "bytes") or 0.0) / GIB,
        resident_gib=(number(row, "resident_bytes_after") or 0.0) / GIB,
    )


def _fact(measurement: Measurement, name: str) -> float | None:
    return number(measurement.facts, name)


def _table(moves: tuple[Move, ...], language: UiLanguage) -> Table:
    keys = ("time", "module", "move", "moved", "size")
    rows = tuple(
        (
            move.time_s,
            move.module,
            say(f"machinery.residency.{'comes_in' if move.comes_in else 'goes_out'}", language),
            move.size_gib,
            move.resident_gib,
        )
        for move in moves
    )
    return Table(
        name="residency", columns=tuple(say(f"machinery.residency.{key}", language) for key in keys), rows=rows
    )
