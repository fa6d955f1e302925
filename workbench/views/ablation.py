"""What each training technique is worth: on against off, with intervals over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from redheart_core.training.ablation.policy import ALL_TASKS
from workbench.copy import UiLanguage, catalogue, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.measured import full_table, number, text, worded_notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One technique over all tasks: the score with it minus the score without."""

    label: str
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationView:
    """All techniques, the most helpful first."""

    text: FigureText
    effects: tuple[Effect, ...]
    axis_label: str
    table: Table
    notes: tuple[str, ...]


def ablation_view(measurement: Measurement, language: UiLanguage) -> AblationView | None:
    """Lay out a recorded ablation; None where it has no deciding row."""
    effects = sorted(
        (
            effect
            for row in measurement.rows
            if row.get("task") == ALL_TASKS and (effect := _effect(row, language)) is not None
        ),
        key=lambda effect: -effect.difference,
    )
    if not effects:
        return None
    said = [effect.verdict for effect in effects]
    counts = {name: numbers.count(said.count(name)) for name in ("helps", "hurts", "undecided")}
    described = "; ".join(f"{effect.label} {numbers.signed_short(effect.difference)}" for effect in effects)
    title = say("ablation.title", language, **counts)
    return AblationView(
        text=FigureText(
            title=title,
            subtitle=say("ablation.subtitle", language, trainings=text(measurement.facts, "trainings") or "–"),
            alt=say("run.alt", language, title=title, panels=described),
        ),
        effects=tuple(effects),
        axis_label=say("ablation.axis", language),
        table=full_table("ablation", measurement),
        notes=worded_notes(measurement.notes, language),
    )


def technique_name(technique: str, language: UiLanguage) -> str:
    """Return the name of a technique; an unknown one keeps its identifier."""
    key = f"ablation.technique.{technique}"
    return say(key, language) if key in catalogue() else technique


def _effect(row: Mapping[str, Scalar], language: UiLanguage) -> Effect | None:
    difference, low, high = (number(row, name) for name in ("difference", "low", "high"))
    if difference is None or low is None or high is None:
        return None
    label = technique_name(text(row, "technique"), language)
    return Effect(label=label, difference=difference, low=low, high=high, verdict=text(row, "verdict"))
