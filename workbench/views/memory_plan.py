"""What a training step was planned to need, and what it was measured to need, on the device and beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import FigureText, Table
from workbench.views.measured import GIB, gib, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBar:
    """One kind of memory, planned and measured."""

    label: str
    place: str
    planned_gib: float
    measured_gib: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlanView:
    """A plan held against a measurement."""

    text: FigureText
    bars: tuple[PlanBar, ...]
    planned_label: str
    measured_label: str
    axis_label: str
    summary: Table
    table: Table


def memory_plan_view(measurement: Measurement, language: UiLanguage) -> MemoryPlanView:
    """Lay out a recorded step."""
    bars = tuple(_bar(row, language) for row in measurement.rows)
    planned, measured = (number(measurement.facts, f"{kind}_peak_bytes") for kind in ("planned", "measured"))
    error = number(measurement.facts, "plan_error")
    facts = {name: str(measurement.facts.get(name, "")) for name in ("preset", "batch", "length")}
    return MemoryPlanView(
        text=FigureText(
            title=say(
                "machinery.plan.finding",
                language,
                planned=gib(planned),
                measured=gib(measured),
                error="–" if error is None else f"{100 * error:+.1f}%".replace("-", "−"),
                **facts,
            ),
            subtitle=say("machinery.plan.subtitle", language),
            alt="; ".join(f"{bar.label} {bar.planned_gib:.2f} GiB" for bar in bars),
        ),
        bars=bars,
        planned_label=say("machinery.plan.planned", language),
        measured_label=say("machinery.plan.measured", language),
        axis_label=say("machinery.plan.axis", language),
        summary=_summary(bars, language),
        table=_table(measurement, language),
    )


def _bar(row: Mapping[str, Scalar], language: UiLanguage) -> PlanBar:
    measured = number(row, "measured_bytes")
    return PlanBar(
        label=line_name(text(row, "line"), language),
        place=say(f"machinery.plan.{text(row, 'place')}", language),
        planned_gib=(number(row, "planned_bytes") or 0.0) / GIB,
        measured_gib=None if measured is None else measured / GIB,
    )


def line_name(name: str, language: UiLanguage) -> str:
    """Return the name of a kind of memory."""
    key = f"machinery.plan.line.{name}"
    return say(key, language) if key in catalogue() else name


def _summary(bars: tuple[PlanBar, ...], language: UiLanguage) -> Table:
    columns = tuple(say(f"machinery.plan.{key}", language) for key in ("kind", "place", "planned", "measured"))
    rows = tuple(
        (
            bar.label,
            bar.place,
            gib(bar.planned_gib * GIB),
            gib(None if bar.measured_gib is None else bar.measured_gib * GIB),
        )
        for bar in bars
    )
    return Table(name="memory-plan", columns=columns, rows=rows)


def _table(measurement: Measurement, language: UiLanguage) -> Table:
    columns = tuple(say(f"machinery.plan.{key}", language) for key in ("kind", "place", "planned", "measured"))
    rows = tuple(
        tuple(row.get(name) for name in ("line", "place", "planned_bytes", "measured_bytes"))
        for row in measurement.rows
    )
    return Table(name="memory-plan", columns=columns, rows=rows)
