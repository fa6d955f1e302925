"""A trace as the page reads it: checked once at the edge, whether it comes from this session or from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redheart_core.errors import InputError
from redheart_core.reasoning.trace import SCHEMA, Stage
from workbench.views.step_names import option_letters

MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """One argument of a step."""

    argument: str
    step: str
    """Id of the step it came from."""
    path: tuple[str, ...]
    """Keys that lead into that step's output; empty for the whole output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpan:
    """Where a step's evidence stands."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One step, ready to show."""

    index: int
    id: str
    stage: Stage
    operation: str
    module: str
    inputs: tuple[StepInput, ...]
    parameters: Mapping[str, Any]
    output: Any
    spans: tuple[StepSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceDocument:
    """A whole trace in the order of calculation."""

    kind: str
    letters: tuple[str, ...]
    """Letter of each option, in the order recorded."""
    steps: tuple[TraceStep, ...]
    content: Mapping[str, Any]
    """The JSON values it was read from."""

    def step(self, identifier: str) -> TraceStep | None:
        """Return the step with this id, if there is one."""
        return next((step for step in self.steps if step.id == identifier), None)

    def text_of(self, identifier: str) -> str | None:
        """Return the text that an input step holds, for showing spans in it."""
        step = self.step(identifier)
        if step is None:
            return None
        if isinstance(step.output, str):
            return step.output
        if isinstance(step.output, Mapping) and isinstance(step.output.get("text"), str):
            return str(step.output["text"])
        return None


def parse_trace_file(data: bytes) -> TraceDocument:
    """Read an uploaded JSON: a trace, or an analysis that contains one.

    Raises:
        InputError: It is not JSON, or not one of our traces.
    """
    try:
        content = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise InputError(
            code="trace_not_json",
            en="The file is not JSON in UTF-8. Please choose a trace that was downloaded here.",
            ko="UTF-8로 된 JSON 파일이 아니에요. 여기에서 내려받은 추적 파일을 골라 주세요.",
        ) from problem
    if isinstance(content, dict) and isinstance(content.get("calculation_trace"), dict):
        content = content["calculation_trace"]
    return parse_trace(content)


def parse_trace(content: object) -> TraceDocument:
    """Check the JSON values of a trace and return it.

    Raises:
        InputError: The values are not a trace.
    """
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise _not_a_trace(f"“schema” is not {SCHEMA}", f"‘schema’가 {SCHEMA}이(가) 아니에요")
    try:
        rows = [row for stage in Stage for row in content[stage.value]]
        if len(rows) > MAX_STEPS:
            raise ValueError(f"{len(rows)} steps")
        if len({row["id"] for row in rows}) != len(rows):
            raise ValueError("two steps share an id")
        steps = tuple(sorted((_step(row) for row in rows), key=lambda step: step.index))
        letters = option_letters(content["request"])
        return TraceDocument(kind=str(content["kind"]), letters=letters, steps=steps, content=content)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _not_a_trace("a step is missing or malformed", "빠졌거나 형식이 맞지 않는 단계가 있어요") from problem


def _step(row: Mapping[str, Any]) -> TraceStep:
    return TraceStep(
        index=int(row["index"]),
        id=str(row["id"]),
        stage=Stage(row["stage"]),
        operation=str(row["operation"]),
        module=str(row["module"]),
        inputs=tuple(_input(name, reference) for name, reference in dict(row["inputs"]).items()),
        parameters=dict(row["parameters"]),
        output=row["output"],
        spans=tuple(StepSpan(source=str(s["source"]), start=int(s["start"]), end=int(s["end"])) for s in row["spans"]),
    )


def _input(argument: str, reference: str) -> StepInput:
    step, *path = str(reference).split("#")
    return StepInput(argument=str(argument), step=step, path=tuple(path))


def _not_a_trace(en: str, ko: str) -> InputError:
    return InputError(
        code="not_a_trace",
        en=f"The file is not a trace of this workbench: {en}. Please choose a trace that was downloaded here.",
        ko=f"이 작업대의 추적 파일이 아니에요: {ko}. 여기에서 내려받은 파일을 골라 주세요.",
    )
