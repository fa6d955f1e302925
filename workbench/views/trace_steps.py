"""Steps of a trace as rows: names of operations, short forms of values, search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.copy import UiLanguage, catalogue, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.labels import shorten
from workbench.views.step_names import step_name, word_name
from workbench.views.trace_document import StepInput, TraceDocument, TraceStep

_LONGEST_VALUE = 4_000


def operation_name(operation: str, language: UiLanguage) -> str:
    """Return the everyday name of an operation; an unknown one keeps its identifier."""
    key = f"operations.{operation}.name"
    return say(key, language) if key in catalogue() else operation.replace("_", " ")


def operation_formula(operation: str, language: UiLanguage) -> str | None:
    """Return what an operation calculates, if the interface has words for it."""
    key = f"operations.{operation}.formula"
    return say(key, language) if key in catalogue() else None


def output_summary(value: Any, language: UiLanguage) -> str:
    """Return a short form of a value: a number with two digits, the size of a list or table."""
    if isinstance(value, bool) or value is None:
        return say(f"trace.value.{str(value).lower()}", language)
    if isinstance(value, int):
        return numbers.count(value)
    if isinstance(value, float):
        return numbers.score(value)
    if isinstance(value, str):
        return shorten(value, 60)
    if isinstance(value, Mapping):
        return _mapping_summary(value, language)
    return say("trace.value.list", language, count=str(len(value)))


def _mapping_summary(value: Mapping[str, Any], language: UiLanguage) -> str:
    plain = {key: item for key, item in value.items() if isinstance(item, int | float | str)}
    if len(value) <= 3 and len(plain) == len(value) and value:
        return ", ".join(f"{word_name(key, language)} {output_summary(item, language)}" for key, item in plain.items())
    return say("trace.value.table", language, count=str(len(value)))


def full_value(value: Any) -> str:
    """Return a value as readable JSON at full precision, cut when it is very long."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}\n…"


def input_value(document: TraceDocument, reference: StepInput) -> Any:
    """Return the value that an argument received, or None when the trace lacks it."""
    step = document.step(reference.step)
    value = None if step is None else step.output
    for key in reference.path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def matching_steps(document: TraceDocument, query: str, language: UiLanguage) -> tuple[TraceStep, ...]:
    """Return the steps whose name, id, operation, module or stage contains every word of the query."""
    words = query.casefold().split()
    return tuple(step for step in document.steps if all(word in _haystack(document, step, language) for word in words))


def _haystack(document: TraceDocument, step: TraceStep, language: UiLanguage) -> str:
    stage = say(f"terms.stage.{step.stage.value}", language)
    names = (step_name(step.id, document.letters, language), operation_name(step.operation, language))
    return " ".join((step.id, step.operation, step.module, stage, *names)).casefold()


def steps_table(document: TraceDocument, steps: tuple[TraceStep, ...], language: UiLanguage) -> Table:
    """Return one row per step in the order of calculation."""
    keys = ("number", "step", "output", "stage", "operation", "id")
    columns = tuple(say(f"trace.column.{key}", language) for key in keys)
    rows = tuple(
        (
            step.index,
            step_name(step.id, document.letters, language),
            output_summary(step.output, language),
            say(f"terms.stage.{step.stage.value}", language),
            operation_name(step.operation, language),
            step.id,
        )
        for step in steps
    )
    return Table(name="trace-steps", columns=columns, rows=rows)
