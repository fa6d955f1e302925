"""The calculation trace: every number as the output of a named operation on earlier numbers.

The calculation *is* the trace. Reasoning functions are called through a ``Recorder``, which notes what went in and
what came out, so there is no second description of the calculation that could drift from the first.

Numbers are rounded to twelve decimals as they are recorded, and the rounded number is what the next step receives.
That makes a trace readable and identical on machines whose mathematical libraries differ in the last bit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

SCHEMA = "redheart.trace/1"
DECIMALS = 12

Value = Any
"""A JSON value (float, int, str, bool, None, list, dict) or an object that a codec turns into one."""
T = TypeVar("T")


class Stage(StrEnum):
    """The six sections of a trace (system.md, section 1)."""

    INPUT = "input"
    FEATURES = "features"
    BASE_CALCULATION = "base_calculation"
    NEURAL_CONTRIBUTION = "neural_contribution"
    ADJUSTMENTS = "adjustments"
    FINAL_OUTPUT = "final_output"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpan:
    """Where in which text a step's evidence stands. Half-open character offsets."""

    source: str
    """Id of the input step that holds the text."""
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One recorded calculation."""

    index: int
    id: str
    stage: Stage
    operation: str
    """Name of the operation; ``given`` for what was put in."""
    module: str
    """Importable module that holds the operation."""
    inputs: Mapping[str, str]
    """Argument name → id of the step it came from; ``id#key`` is one entry of that step's output."""
    parameters: Mapping[str, Value]
    output: Value
    spans: tuple[SourceSpan, ...] = ()

    def to_dict(self) -> dict[str, Value]:
        """Return the step as JSON values, with its digest."""
        content: dict[str, Value] = {
            "index": self.index,
            "id": self.id,
            "stage": self.stage.value,
            "operation": self.operation,
            "module": self.module,
            "inputs": dict(self.inputs),
            "parameters": dict(self.parameters),
            "output": encode(self.output),
            "spans": [{"source": s.source, "start": s.start, "end": s.end} for s in self.spans],
        }
        content["digest"] = digest(content)
        return content


@dataclass(frozen=True, slots=True)
class Node(Generic[T]):
    """A recorded value that later steps can refer to."""

    id: str
    value: T

    def at(self, *keys: str) -> Node[Value]:
        """Return one entry of a mapping output as a node of its own; what is absent or refused is None."""
        node: Node[Value] = self
        for key in keys:
            inner = None if node.value is None else cast(Mapping[str, Value], node.value).get(key)
            node = Node(f"{node.id}#{key}", inner)
        return node


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All steps of one analysis, with the request that replays them."""

    kind: str
    """``passage`` or ``dilemma``."""
    request: Mapping[str, Value]
    """Everything needed to run the same analysis again, apart from the checkpoint."""
    checkpoint: Mapping[str, Value]
    """Name, hash and refused families of the weights that spoke."""
    steps: tuple[Step, ...]

    def to_dict(self) -> dict[str, Value]:
        """Return the trace as JSON values: a header, six sections of steps, and a hash over all of it."""
        content: dict[str, Value] = {
            "schema": SCHEMA,
            "kind": self.kind,
            "request": dict(self.request),
            "checkpoint": dict(self.checkpoint),
            **{stage.value: [] for stage in Stage},
        }
        for step in self.steps:
            content[step.stage.value].append(step.to_dict())
        content["sha256"] = seal(content)
        return content

    def step(self, identifier: str) -> Step:
        """Return the step with this id.

        Raises:
            KeyError: There is none.
        """
        for step in self.steps:
            if step.id == identifier:
                return step
        raise KeyError(identifier)


@dataclass(slots=True)
class Recorder:
    """Calls operations and keeps what they did. One per analysis; never shared."""

    _steps: list[Step] = field(default_factory=list)

    def given(self, identifier: str, value: T, *, stage: Stage = Stage.INPUT) -> Node[T]:
        """Record something that was put in."""
        return self._add(identifier, stage, "given", __name__, {}, {}, value, ())

    def apply(
        self,
        identifier: str,
        operation: Callable[..., T],
        *,
        stage: Stage,
        inputs: Mapping[str, Node[Value]],
        parameters: Mapping[str, Value] | None = None,
        spans: Callable[[T], Iterable[SourceSpan]] | None = None,
    ) -> Node[T]:
        """Call ``operation`` with the values of ``inputs`` and with ``parameters``, and record it.

        Args:
            identifier: Unique id of the step, dotted, from the general to the particular.
            operation: A pure function of keyword arguments, listed in the operations that can be replayed.
            stage: Section of the trace.
            inputs: Argument name → node.
            parameters: JSON values that are part of the method, not of the data.
            spans: Maps the output to the text it rests on.
        """
        parameters = parameters or {}
        arguments = {name: node.value for name, node in inputs.items()}
        output = tidy(operation(**arguments, **parameters))
        references = {name: node.id for name, node in inputs.items()}
        found = tuple(spans(output)) if spans else ()
        return self._add(
            identifier, stage, operation.__name__, operation.__module__, references, parameters, output, found
        )

    def note(
        self,
        identifier: str,
        operation: Callable[..., T],
        *,
        stage: Stage,
        inputs: Mapping[str, Node[Value]],
        resource: Mapping[str, Value],
    ) -> Node[T]:
        """Call and record an operation that also needs something too large to record, such as the model.

        Args:
            identifier: Unique id of the step.
            operation: Called with the inputs and with ``resource``.
            stage: Section of the trace.
            inputs: Argument name → node.
            resource: Arguments that are left out of the record; the trace's checkpoint identifies them.
        """
        arguments = {name: node.value for name, node in inputs.items()}
        output = tidy(operation(**arguments, **resource))
        references = {name: node.id for name, node in inputs.items()}
        return self._add(identifier, stage, operation.__name__, operation.__module__, references, {}, output, ())

    def _add(
        self,
        identifier: str,
        stage: Stage,
        operation: str,
        module: str,
        inputs: Mapping[str, str],
        parameters: Mapping[str, Value],
        output: T,
        spans: tuple[SourceSpan, ...],
    ) -> Node[T]:
        self._steps.append(
            Step(
                index=len(self._steps),
                id=identifier,
                stage=stage,
                operation=operation,
                module=module,
                inputs=inputs,
                parameters=parameters,
                output=output,
                spans=spans,
            )
        )
        return Node(identifier, output)

    def finish(self, *, kind: str, request: Mapping[str, Value], checkpoint: Mapping[str, Value]) -> Trace:
        """Return everything recorded so far as a trace."""
        return Trace(kind=kind, request=request, checkpoint=checkpoint, steps=tuple(self._steps))


def tidy(value: T) -> T:
    """Round every float in ``value`` to twelve decimals, and turn -0.0 into 0.0."""
    if isinstance(value, float):
        return cast(T, round(value, DECIMALS) + 0.0)
    if isinstance(value, dict):
        return cast(T, {key: tidy(item) for key, item in value.items()})
    if isinstance(value, list):
        return cast(T, [tidy(item) for item in value])
    return value


def encode(value: Value) -> Value:
    """Return ``value`` as JSON values; objects say how themselves with ``to_dict``."""
    return value.to_dict() if hasattr(value, "to_dict") else value


def canonical(content: Value) -> str:
    """Return the one JSON text of ``content``: sorted keys, no blanks, no NaN."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(step: Mapping[str, Value]) -> str:
    """Return the digest of a step's JSON values (sixteen hexadecimal digits), ignoring a digest inside."""
    content = {key: value for key, value in step.items() if key != "digest"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:16]


def seal(trace: Mapping[str, Value]) -> str:
    """Return the SHA-256 of a trace's header and of its steps' digests."""
    content = {key: value for key, value in trace.items() if key not in {"sha256", *Stage}}
    content["digests"] = {stage.value: [step["digest"] for step in trace[stage.value]] for stage in Stage}
    return hashlib.sha256(canonical(content).encode()).hexdigest()
