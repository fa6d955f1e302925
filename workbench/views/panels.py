"""Curves of a run laid out as panels: one small drawing per quantity, all over the same steps or minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from redheart_core.runs.stretches import Stretch
from workbench.copy import UiLanguage, say
from workbench.views.figure import Cell, FigureText, Table

Role = Literal["ink", "muted", "first", "second", "third", "fourth", "fifth", "sixth"]
RUN_ROLES: tuple[Role, ...] = ("first", "second", "third", "fourth", "fifth", "sixth")
"""Colours of runs held side by side, in their order."""
Shape = Literal["line", "step", "points", "dots"]
"""Points are joined by a line, dots are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One curve. Where stretches hold more than one value, a band reaches from their lowest to their highest."""

    name: str
    stretches: tuple[Stretch, ...]
    role: Role = "ink"
    shape: Shape = "line"
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    """A moment on the axis, drawn as an upright line."""

    x: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """A value to hold a curve against."""

    y: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """One small drawing."""

    title: str
    """What is drawn, and in which unit."""
    lines: tuple[LineView, ...]
    marks: tuple[MarkView, ...] = ()
    levels: tuple[LevelView, ...] = ()
    best: tuple[float, float] | None = None
    """The point to mark as best."""
    is_log: bool = False
    starts_at_zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelsView:
    """Panels that belong together."""

    text: FigureText
    panels: tuple[PanelView, ...]
    axis_label: str
    table: Table
    is_log_axis: bool = False


def panels_table(name: str, axis_label: str, panels: Iterable[PanelView], language: UiLanguage) -> Table:
    """Return every point that is drawn: a stretch with its mean, lowest and highest value per row."""
    columns = ("panel", "curve", "from", "to", "mean", "low", "high", "values")
    rows: list[tuple[Cell, ...]] = [
        (panel.title, line.name, each.start, each.end, each.mean, each.low, each.high, each.num_values)
        for panel in panels
        for line in panel.lines
        for each in line.stretches
    ]
    names = [say(f"run.column.{column}", language, axis=axis_label) for column in columns]
    return Table(name=name, columns=tuple(names), rows=tuple(rows))


def within(view: PanelsView, span: tuple[float, float]) -> PanelsView:
    """Return the view with what lies between two places of its axis; panels keep their place even when empty."""
    low, high = span
    panels = tuple(
        replace(
            panel,
            lines=tuple(
                replace(line, stretches=tuple(s for s in line.stretches if s.end >= low and s.start <= high))
                for line in panel.lines
            ),
            marks=tuple(mark for mark in panel.marks if low <= mark.x <= high),
            best=panel.best if panel.best is not None and low <= panel.best[0] <= high else None,
        )
        for panel in view.panels
    )
    return replace(view, panels=panels)


def single_points(xs: Sequence[float], values: Sequence[float]) -> tuple[Stretch, ...]:
    """Return values that stand alone as a curve."""
    return tuple(Stretch(x, x, y, y, x, y, x, 1) for x, y in zip(xs, values, strict=True))


def first_tenth(stretches: Sequence[Stretch]) -> float:
    """Return the mean over the first tenth of a curve; one value is no trend."""
    return _mean(stretches[: max(1, len(stretches) // 10)])


def last_tenth(stretches: Sequence[Stretch]) -> float:
    """Return the mean over the last tenth of a curve."""
    return _mean(stretches[-max(1, len(stretches) // 10) :])


def _mean(stretches: Sequence[Stretch]) -> float:
    return sum(each.mean * each.num_values for each in stretches) / sum(each.num_values for each in stretches)
