"""What a form of a training says: its values as TOML would give them, its problems in words, what it keeps. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from redheart_core.training.config import TABLES, TECHNIQUES, config_text
from redheart_core.training.schema import (
    STAGES,
    FieldSpec,
    Problem,
    Trouble,
    Value,
    stage_fields,
    technique_fields,
    top_fields,
)
from workbench.copy import UiLanguage, say

TRAINED = ("tiny", "compact")
"""Recipes that a page starts, by the names of shipped configurations."""
PLANNED = ("full",)
"""Presets of which only the plan is shown."""
RECIPES = TRAINED + PLANNED
_BOUNDED = {Trouble.LOW, Trouble.HIGH}


def recipe_values(recipe: str) -> dict[str, Any]:
    """Return the values of a shipped configuration, as TOML gives them."""
    return tomllib.loads(config_text(recipe))


def filled(values: Mapping[str, Any], edited: Mapping[str, Value | None], techniques: Sequence[str]) -> dict[str, Any]:
    """Return the values of a recipe with what a form changed.

    Args:
        values: Of the recipe.
        edited: By path, with the number of the stage: ``stages.0.steps``. None takes a value away.
        techniques: Those that are on; the tables of all others go.
    """
    found: dict[str, Any] = {name: value for name, value in values.items() if name not in TECHNIQUES}
    found[STAGES] = [dict(stage) for stage in values[STAGES]]
    found |= {name: dict(values.get(name, {})) for name in techniques}
    for path, value in edited.items():
        _put(found, path, value)
    return found


def value_at(values: Mapping[str, Any], path: str) -> Value | None:
    """Return a value by its path, or None."""
    inner: Any = values
    for part in path.split("."):
        inner = inner[int(part)] if part.isdigit() else inner.get(part) if inner is not None else None
    return inner if isinstance(inner, int | float | bool | str) else None


def kept_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tables of a recipe that the form has no fields for."""
    known = {spec.path for spec in top_fields()} | set(TECHNIQUES) | {STAGES}
    return tuple(name for name in values if name not in known)


def field_label(path: str, language: UiLanguage) -> str:
    """Return the label of a field."""
    return say(f"fields.{_plain(path)}.label", language)


def field_help(spec: FieldSpec, language: UiLanguage) -> str:
    """Return what a field does, and where its value must lie."""
    told = say(f"fields.{spec.path}.help", language)
    if spec.bounds is None:
        return told
    key = "launch.form.range_open" if spec.bounds.is_open else "launch.form.range"
    return f"{told} ({say(key, language, low=f'{spec.bounds.low:,g}', high=f'{spec.bounds.high:,g}')})"


def problem_text(problem: Problem, language: UiLanguage) -> str:
    """Return what is wrong with a field and what to do."""
    key = problem.trouble.value
    if problem.trouble in _BOUNDED and _spec_of(problem.path).bounds is not None:
        bounds = _spec_of(problem.path).bounds
        key += "_open" if bounds is not None and bounds.is_open else ""
    if problem.trouble is Trouble.NEEDS_VALIDATIONS:
        names = (say(f"fields.technique.{name}", language) for name in problem.detail.split(", "))
        return say(f"launch.problem.{key}", language, detail=", ".join(names))
    return say(f"launch.problem.{key}", language, **({"detail": problem.detail} if problem.detail else {}))


def problem_line(problem: Problem, language: UiLanguage) -> str:
    """Return a problem with the name of its field, for a list."""
    return say(
        "launch.problem.line", language, label=_place(problem.path, language), text=problem_text(problem, language)
    )


def problems_title(count: int, language: UiLanguage) -> str:
    """Return how many things are to be corrected."""
    return (
        say("launch.problem.count_one", language)
        if count == 1
        else say("launch.problem.count", language, count=str(count))
    )


def technique_of(path: str) -> str | None:
    """Return the technique whose table a path leads into, or None."""
    head = path.partition(".")[0]
    return head if head in TABLES and "." in path else None


def _place(path: str, language: UiLanguage) -> str:
    if not path:
        return say("launch.problem.whole", language)
    label = field_label(path, language)
    parts = path.split(".")
    if parts[0] == STAGES:
        return say("launch.problem.stage_label", language, number=str(int(parts[1]) + 1), label=label)
    technique = technique_of(path)
    return label if technique is None else f"{say(f'fields.technique.{technique}', language)} · {label}"


def _plain(path: str) -> str:
    """Return a path without the number of its stage."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


def _spec_of(path: str) -> FieldSpec:
    technique = technique_of(path)
    known = (*top_fields(), *stage_fields(), *(technique_fields(technique) if technique in TECHNIQUES else ()))
    return next(spec for spec in known if spec.path == _plain(path))


def _put(values: dict[str, Any], path: str, value: Value | None) -> None:
    *parts, last = path.split(".")
    inner: Any = values
    for part in parts:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
