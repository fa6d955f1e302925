"""What the learning rate does: the trials of a sweep, and runs by the rate that they were given."""

from __future__ import annotations

import math
from collections.abc import Sequence

from redheart_core.runs.overview import Entry
from redheart_core.runs.stretches import Stretch
from redheart_core.training.sweep.policy import NOISE_MULTIPLE, SweepResult, Trial
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText
from workbench.views.panels import (
    LevelView,
    LineView,
    MarkView,
    PanelsView,
    PanelView,
    Role,
    panels_table,
    single_points,
)
from workbench.views.visible import visible_text


def sweep_view(result: SweepResult, language: UiLanguage) -> PanelsView:
    """Lay out a sweep: its coarse, fine and repeated trials, the best rate, and what equals it within the noise."""
    parts: tuple[tuple[str, tuple[Trial, ...], Role], ...] = (
        ("coarse", result.coarse, "first"), ("fine", result.fine, "second"), ("repeated", result.repeated, "third"),
    )  # fmt: skip
    lines = tuple(
        LineView(name=say(f"ablation.sweep.{name}", language), stretches=_points(trials), role=role, shape="dots")
        for name, trials, role in parts
        if any(math.isfinite(trial.loss) for trial in trials)
    )
    best = numbers.short(result.best_rate)
    level = min(trial.loss for trial in (*result.coarse, *result.fine)) + NOISE_MULTIPLE * math.sqrt(2) * result.noise
    panel = PanelView(
        title=say("ablation.sweep.loss", language),
        lines=lines,
        marks=(MarkView(x=result.best_rate, note=say("ablation.sweep.best", language, rate=best)),),
        levels=(LevelView(y=level, note=say("ablation.sweep.noise", language)),),
    )
    diverged = sum(math.isinf(trial.loss) for trial in (*result.coarse, *result.fine, *result.repeated))
    values = {
        "best": best,
        "low": numbers.short(result.equal_rates[0]),
        "high": numbers.short(result.equal_rates[-1]),
        "diverged": numbers.count(diverged),
    }
    key = "distinct" if result.is_distinguishable else "equal"
    return _view(panel, say(f"ablation.sweep.{key}", language, **values), "ablation.sweep", values, language)


def rates_of_runs_view(entries: Sequence[Entry], language: UiLanguage) -> PanelsView | None:
    """Lay out the best validation of every run by the rate of its last stage; None with fewer than two rates."""
    points = sorted(point for entry in entries if (point := _rate_and_score(entry)) is not None)
    if len({rate for rate, _, _ in points}) < 2:
        return None
    line = LineView(
        name=say("ablation.rates.score", language),
        stretches=single_points([rate for rate, _, _ in points], [score for _, score, _ in points]),
        shape="dots",
    )
    rate, score, name = max(points, key=lambda point: point[1])
    values = {"rate": numbers.short(rate), "score": numbers.score(score), "name": visible_text(name)}
    panel = PanelView(title=say("ablation.rates.score", language), lines=(line,))
    return _view(panel, say("ablation.rates.title", language, **values), "ablation.rates", values, language)


def _rate_and_score(entry: Entry) -> tuple[float, float, str] | None:
    if entry.facts is None or entry.best is None:
        return None
    rates = [value for name, value in entry.facts.settings.items() if name.endswith(".learning_rate")]
    try:
        return float(rates[-1]), entry.best.score, entry.facts.name
    except (IndexError, ValueError):
        return None


def _points(trials: Sequence[Trial]) -> tuple[Stretch, ...]:
    finite = [trial for trial in trials if math.isfinite(trial.loss)]
    return single_points([trial.rate for trial in finite], [trial.loss for trial in finite])


def _view(panel: PanelView, title: str, key: str, values: dict[str, str], language: UiLanguage) -> PanelsView:
    axis = say("run.rate.unit", language)
    return PanelsView(
        text=FigureText(
            title=title,
            subtitle=say(f"{key}.subtitle", language, **values),
            alt=say("run.alt", language, title=title, panels=panel.title),
        ),
        panels=(panel,),
        axis_label=axis,
        table=panels_table("learning-rates", axis, (panel,), language),
        is_log_axis=True,
    )
