"""What the curves of a run show: losses by head, validations, rates, gradients, pace; each with its finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redheart_core.errors import ConfigError
from redheart_core.runs.comparing import metric_name
from redheart_core.runs.reader import Validation
from redheart_core.runs.series import (
    BATCH_SIZE,
    GRADIENT_NORM,
    LEARNING_RATE,
    LOSS,
    LOSS_OF_TASK,
    PLANNED_LEARNING_RATE,
    TOKENS_PER_S,
)
from redheart_core.runs.stretches import Stretch, joined, summarised
from redheart_core.runs.watching import Look
from redheart_core.training.config import parse_config
from redheart_core.training.happenings import EventKind
from redheart_core.training.schedule import planned_curve
from redheart_core.training.techniques.early_stopping import LOWER_IS_BETTER
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText
from workbench.views.happenings import happening_text
from workbench.views.panels import (
    LevelView,
    LineView,
    MarkView,
    PanelsView,
    PanelView,
    first_tenth,
    last_tenth,
    panels_table,
    single_points,
)
from workbench.views.task_names import metric_label, task_name

MOST_ALONE, MOST_AMONG = 600, 200
"""Points of a curve that stands alone, and of one among many."""
_EQUAL = 1e-9


def loss_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out the total loss; None before the first step."""
    loss = look.curves.get(LOSS)
    if not loss:
        return None
    panel = PanelView(title=say("run.loss.unit", language), lines=(_line(loss, say("run.loss.total", language)),))
    values = {
        "first": numbers.short(first_tenth(loss)),
        "last": numbers.short(last_tenth(loss)),
        "steps": numbers.count(look.status.step),
    }
    return _panels("loss", (panel,), "run.loss", values, language)


def head_losses_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out the loss of each head; None before the first step."""
    found = _named(look.curves, LOSS_OF_TASK)
    if not found:
        return None
    panels = tuple(
        PanelView(title=task_name(task, language), lines=(_line(curve, task_name(task, language), MOST_AMONG),))
        for task, curve in found.items()
    )
    falling = sum(last_tenth(curve) < first_tenth(curve) for curve in found.values())
    values = {"falling": numbers.count(falling), "total": numbers.count(len(found))}
    return _panels("losses-by-head", panels, "run.heads", values, language)


def validation_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out every development metric with its best value, its baseline and the sweet spots; None without any."""
    by_metric: dict[tuple[str, str], list[Validation]] = {}
    for row in look.validations:
        if row.value == row.value:
            by_metric.setdefault((row.task, metric_name(row.metric)), []).append(row)
    if not by_metric:
        return None
    marks = sweet_spots(look, language)
    panels = tuple(_validation_panel(rows, marks, language) for rows in by_metric.values())
    latest = look.validations[-1].step
    at_best = sum(_best(rows).step == latest for rows in by_metric.values())
    above = sum(_is_above_baseline(rows) for rows in by_metric.values())
    values = {
        "at_best": numbers.count(at_best),
        "above": numbers.count(above),
        "total": numbers.count(len(panels)),
        "spots": numbers.count(len(marks)),
    }
    return _panels("validation", panels, "run.validation", values, language)


def sweet_spots(look: Look, language: UiLanguage) -> tuple[MarkView, ...]:
    """Return the steps at which modules stopped learning, with what was told of them."""
    found: dict[int, list[str]] = {}
    for event in look.events:
        if event.kind is EventKind.SWEET_SPOT:
            found.setdefault(event.step, []).append(happening_text(event, language))
    return tuple(MarkView(x=step, note="\n".join(details)) for step, details in found.items())


def rates_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out the learning rate: the plan for the whole run, and what the optimiser used; None before the first step.

    A configuration that this version cannot parse leaves the plan of the steps taken so far, which was recorded.
    """
    actual, recorded = look.curves.get(LEARNING_RATE), look.curves.get(PLANNED_LEARNING_RATE)
    if not actual or not recorded:
        return None
    off = max(abs(a.mean - p.mean) / max(abs(p.mean), _EQUAL) for a, p in zip(actual, recorded, strict=False))
    panel = PanelView(
        title=say("run.rate.unit", language),
        lines=(
            LineView(
                name=say("run.rate.plan", language), stretches=_plan(look) or joined(recorded, most=MOST_ALONE),
                role="muted", is_dashed=True,
            ),
            _line(actual, say("run.rate.actual", language)),
        ),
        starts_at_zero=True,
    )  # fmt: skip
    key = "run.rate" if off < _EQUAL else "run.rate_off"
    return _panels("learning-rate", (panel,), key, {"off": numbers.fine_percent(off)}, language)


def gradients_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out the norm of the gradient of each module; None where none was measured."""
    found = _named(look.curves, GRADIENT_NORM)
    found = {module: curve for module, curve in found.items() if any(each.high > 0 for each in curve)}
    if not found:
        return None
    panels = tuple(
        PanelView(title=module, lines=(_line(curve, module, MOST_AMONG),), is_log=True)
        for module, curve in found.items()
    )
    largest = max(found, key=lambda module: last_tenth(found[module]))
    every = look.facts.settings.get("gradient_norms_every", "–")
    values = {"module": largest, "norm": numbers.short(last_tenth(found[largest])), "every": every}
    return _panels("gradient-norms", panels, "run.gradients", values, language)


def pace_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out tokens per second and the size of batches; None before the first step."""
    tokens, batch = look.curves.get(TOKENS_PER_S), look.curves.get(BATCH_SIZE)
    if not tokens or not batch:
        return None
    resized = tuple(
        MarkView(x=event.step, note=happening_text(event, language))
        for event in look.events
        if event.kind in (EventKind.BATCH_RESIZED, EventKind.OUT_OF_MEMORY)
    )
    speed, size = say("run.pace.tokens", language), say("run.pace.batch", language)
    panels = (
        PanelView(title=speed, lines=(_line(tokens, speed),), starts_at_zero=True),
        PanelView(title=size, lines=(_line(batch, size),), marks=resized, starts_at_zero=True),
    )
    values = {
        "tokens": numbers.short(last_tenth(tokens)),
        "seconds": numbers.short(look.status.seconds_per_step or 0.0),
        "changes": numbers.count(len(resized)),
    }
    return _panels("pace", panels, "run.pace", values, language)


def _panels(
    name: str, panels: tuple[PanelView, ...], key: str, values: Mapping[str, str], language: UiLanguage
) -> PanelsView:
    axis = say("run.axis.step", language)
    title = say(f"{key}.title", language, **values)
    described = "; ".join(_described(panel) for panel in panels)
    return PanelsView(
        text=FigureText(
            title=title,
            subtitle=say(f"{key.removesuffix('_off')}.subtitle", language, **values),
            alt=say("run.alt", language, title=title, panels=described),
        ),
        panels=panels,
        axis_label=axis,
        table=panels_table(name, axis, panels, language),
    )


def _described(panel: PanelView) -> str:
    curve = panel.lines[-1].stretches
    return f"{panel.title} {numbers.short(curve[0].mean)} → {numbers.short(curve[-1].mean)}"


def _line(curve: Sequence[Stretch], name: str, most: int = MOST_ALONE) -> LineView:
    return LineView(name=name, stretches=joined(curve, most=most))


def _named(curves: Mapping[str, tuple[Stretch, ...]], beginning: str) -> dict[str, tuple[Stretch, ...]]:
    return {
        name.removeprefix(beginning): curve
        for name, curve in sorted(curves.items())
        if name.startswith(beginning) and curve
    }


def _validation_panel(rows: Sequence[Validation], marks: tuple[MarkView, ...], language: UiLanguage) -> PanelView:
    first, best = rows[0], _best(rows)
    title = f"{task_name(first.task, language)}: {metric_label(first.metric, language)}"
    baseline = say("run.validation.baseline", language, value=numbers.short(first.baseline))
    levels = (LevelView(y=first.baseline, note=baseline),) if first.baseline == first.baseline else ()
    curve = single_points([row.step for row in rows], [row.value for row in rows])
    return PanelView(
        title=title,
        lines=(LineView(name=title, stretches=curve, shape="points"),),
        marks=marks,
        levels=levels,
        best=(best.step, best.value),
    )


def _best(rows: Sequence[Validation]) -> Validation:
    sign = -1 if LOWER_IS_BETTER in rows[0].metric else 1
    return max(rows, key=lambda row: (sign * row.value, row.step))


def _is_above_baseline(rows: Sequence[Validation]) -> bool:
    sign = -1 if LOWER_IS_BETTER in rows[0].metric else 1
    return sign * rows[-1].value > sign * rows[-1].baseline


def _plan(look: Look) -> tuple[Stretch, ...]:
    try:
        planned = planned_curve(parse_config(look.folder.config_file.name, look.facts.config))
    except (ConfigError, KeyError, TypeError, ValueError):
        return ()
    return summarised(range(1, len(planned) + 1), planned, most=MOST_ALONE)
