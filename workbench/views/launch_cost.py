"""What a training will take, in words and as a table. Pure; every figure comes with what it rests on."""

from __future__ import annotations

from redheart_core.runs.estimate import Estimate
from redheart_core.training.memory import PlannedStep
from workbench.copy import UiLanguage, say
from workbench.views.figure import Table
from workbench.views.memory_plan import line_name
from workbench.views.sizes import duration_text, size_text


def time_lines(estimate: Estimate, language: UiLanguage) -> tuple[str, str]:
    """Return how long it takes, and what that rests on."""
    rest = say(
        "launch.cost.time_rest",
        language,
        runs=", ".join(estimate.run_ids),
        count=f"{sum(pace.num_steps for pace in estimate.paces):,}",
        before=_part(estimate.before_s, language),
        steps=duration_text(estimate.steps_s, language),
        after=_part(estimate.after_s, language),
    )
    return say("launch.cost.time", language, total=duration_text(estimate.total_s, language)), rest


def memory_lines(planned: PlannedStep, free_bytes: int, language: UiLanguage) -> tuple[str, str]:
    """Return what the largest step takes, and how that was planned."""
    size = size_text(planned.plan.device_bytes)
    basis = say("launch.cost.memory_basis", language, batch=str(planned.batch), length=str(planned.length))
    return say("launch.cost.memory", language, size=size, free=size_text(free_bytes)), basis


def full_line(planned: PlannedStep, language: UiLanguage) -> str:
    """Return what a step of a large model takes on a GPU and beside it."""
    return say(
        "launch.cost.memory_full",
        language,
        size=size_text(planned.plan.device_bytes),
        host=size_text(planned.plan.host_bytes),
        batch=str(planned.batch),
        length=str(planned.length),
    )


def plan_table(planned: PlannedStep, language: UiLanguage) -> Table:
    """Return the plan line by line, lines of one kind added up."""
    totals: dict[tuple[str, str], float] = {}
    for line in planned.plan.lines:
        key = (line.name.value, line.place.value)
        totals[key] = totals.get(key, 0.0) + line.bytes
    return Table(
        name="memory_plan",
        columns=tuple(say(f"launch.cost.{name}", language) for name in ("line", "place", "size")),
        rows=tuple(
            (line_name(name, language), say(f"machinery.plan.{place}", language), size_text(total))
            for (name, place), total in totals.items()
        ),
    )


def _part(seconds: float | None, language: UiLanguage) -> str:
    return say("launch.cost.unknown_part", language) if seconds is None else duration_text(seconds, language)
