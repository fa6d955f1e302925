"""Runs side by side: where their settings differ, curves on one scale, and how well each did at best."""

from __future__ import annotations

from collections.abc import Sequence

from redheart_core.runs.axes import Axis, along
from redheart_core.runs.comparing import MetricRow, best_metrics, differing
from redheart_core.runs.intervals import metric_interval
from redheart_core.runs.series import GRADIENT_NORM, LEARNING_RATE, LOSS, LOSS_OF_TASK
from redheart_core.runs.stretches import joined
from redheart_core.runs.watching import Look
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Cell, FigureText, Table
from workbench.views.labels import letter, shorten
from workbench.views.panels import RUN_ROLES, LineView, PanelsView, PanelView, last_tenth, panels_table
from workbench.views.task_names import metric_label, task_name
from workbench.views.visible import visible_text

MOST_RUNS = len(RUN_ROLES)
_MOST_POINTS = 300
_NAME_WIDTH = 28


def run_label(place: int, name: str) -> str:
    """Return what a run is called in a comparison: a letter, since two may have one name, and its name."""
    return f"{letter(place)} {shorten(visible_text(name), _NAME_WIDTH)}"


def shared_series(looks: Sequence[Look]) -> tuple[str, ...]:
    """Return the curves that at least one of the runs has, the total loss first."""
    known = sorted({name for look in looks for name, curve in look.curves.items() if curve})
    return tuple(sorted(known, key=lambda name: (name != LOSS, not name.startswith(LOSS_OF_TASK), name)))


def series_label(name: str, language: UiLanguage) -> str:
    """Return the name of a curve in the reader's language; one without words keeps its identifier."""
    if name == LOSS:
        return say("run.loss.total", language)
    if name.startswith(LOSS_OF_TASK):
        task = task_name(name.removeprefix(LOSS_OF_TASK), language)
        return say("comparison.loss_of", language, task=task)
    if name.startswith(GRADIENT_NORM):
        return say("comparison.gradient_of", language, module=name.removeprefix(GRADIENT_NORM))
    return say("run.rate.unit", language) if name == LEARNING_RATE else name


def curves_view(looks: Sequence[Look], series: Sequence[str], axis: Axis, language: UiLanguage) -> PanelsView | None:
    """Lay out curves of several runs over one axis; None where no run has any of them."""
    panels = tuple(panel for name in series if (panel := _panel(looks, name, axis, language)).lines)
    if not panels:
        return None
    label = say(f"comparison.axis.{axis.value}", language)
    title = _finding(looks, language)
    described = "; ".join(panel.title for panel in panels)
    return PanelsView(
        text=FigureText(
            title=title,
            subtitle=say("comparison.curves_subtitle", language),
            alt=say("run.alt", language, title=title, panels=described),
        ),
        panels=panels,
        axis_label=label,
        table=panels_table("compared-curves", label, panels, language),
    )


def settings_table(looks: Sequence[Look], language: UiLanguage) -> Table:
    """Return the settings that are not the same everywhere, a run per column."""
    rows = differing([look.facts.settings for look in looks])
    return Table(
        name="settings",
        columns=(say("comparison.setting", language), *_labels(looks)),
        rows=tuple((row.name, *(visible_text(value or "–") for value in row.values)) for row in rows),
    )


def metrics_table(looks: Sequence[Look], language: UiLanguage) -> Table:
    """Return the best value of every development metric with its interval, a run per column."""
    columns = (say("comparison.metric", language), *_labels(looks))
    rows = best_metrics([look.validations for look in looks])
    return Table(name="best-validation", columns=columns, rows=tuple(_shown(row, language) for row in rows))


def full_metrics_table(looks: Sequence[Look], language: UiLanguage) -> Table:
    """Return the same with every number on its own: value, interval, step, rows, baseline."""
    names = ("run", "id", "task", "metric", "value", "low", "high", "step", "rows", "baseline")
    rows: list[tuple[Cell, ...]] = []
    for row in best_metrics([look.validations for look in looks]):
        for place, look in enumerate(looks):
            value, num_rows = row.values[place], row.num_rows[place]
            if value is None or num_rows is None:
                continue
            found = metric_interval(row.metric, value, num_rows)
            ends = (None, None) if found is None else (found.low, found.high)
            label = run_label(place, look.facts.name)
            rows.append(
                (
                    label, look.folder.run_id, row.task, row.metric, value, *ends, row.steps[place], num_rows,
                    row.baselines[place],
                )
            )  # fmt: skip
    columns = tuple(say(f"comparison.column.{name}", language) for name in names)
    return Table(name="best-validation", columns=columns, rows=tuple(rows))


def _labels(looks: Sequence[Look]) -> tuple[str, ...]:
    return tuple(run_label(place, look.facts.name) for place, look in enumerate(looks))


def _shown(row: MetricRow, language: UiLanguage) -> tuple[str, ...]:
    cells = [
        _cell(row.metric, value, step, num_rows, language)
        for value, step, num_rows in zip(row.values, row.steps, row.num_rows, strict=True)
    ]
    return (f"{task_name(row.task, language)}: {metric_label(row.metric, language)}", *cells)


def _cell(metric: str, value: float | None, step: int | None, num_rows: int | None, language: UiLanguage) -> str:
    if value is None or step is None or num_rows is None:
        return "–"
    found = metric_interval(metric, value, num_rows)
    shown = numbers.score(value) if found is None else numbers.interval(value, found.low, found.high)
    return say("comparison.cell", language, value=shown, step=numbers.count(step))


def _panel(looks: Sequence[Look], name: str, axis: Axis, language: UiLanguage) -> PanelView:
    lines = tuple(
        LineView(
            name=run_label(place, look.facts.name),
            stretches=along(joined(look.curves[name], most=_MOST_POINTS), look.clock, axis),
            role=RUN_ROLES[place % MOST_RUNS],
        )
        for place, look in enumerate(looks)
        if look.curves.get(name)
    )
    return PanelView(title=series_label(name, language), lines=lines, is_log=name.startswith(GRADIENT_NORM))


def _finding(looks: Sequence[Look], language: UiLanguage) -> str:
    ends = {
        run_label(place, look.facts.name): last_tenth(look.curves[LOSS])
        for place, look in enumerate(looks)
        if look.curves.get(LOSS)
    }
    if not ends:
        return say("comparison.no_loss", language)
    lowest = min(ends, key=lambda name: ends[name])
    return say("comparison.finding", language, run=lowest, loss=numbers.short(ends[lowest]))
