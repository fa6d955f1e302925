"""Checking a saved trace: is it whole, and does the same calculation give the same numbers again?

First every step's digest and the trace's hash are compared with the content. Then the whole analysis is run again from
the recorded request. Neural steps are recomputed from the checkpoint and may differ by ``NEURAL_TOLERANCE`` (another
processor may round the last decimal differently); every rule step must then follow from the recorded numbers exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from redheart_core.errors import InputError, TraceError
from redheart_core.inference.engine import RedHeart
from redheart_core.inference.results import DilemmaEvaluation, PassageAnalysis
from redheart_core.inference.settings import Settings
from redheart_core.reasoning.trace import SCHEMA, Stage, digest, seal
from redheart_core.runtime.precision import Precision
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party
from redheart_core.vocabulary.reading import READ_FAMILIES, Family, FamilyReading, NeuralReader, NeuralReading

NEURAL_TOLERANCE = 5e-6
"""Neural outputs carry six decimals."""
NEURAL_OPERATION = "neural_reading"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceVerification:
    """What became of a saved trace."""

    valid: bool
    first_difference: str | None
    """Id of the first step that does not match, or ``header``, or a path into the result; None when valid."""
    detail: str
    """What was expected and what was found."""
    num_steps: int
    neural_verified: bool
    """Whether the neural steps were recomputed from the checkpoint that the trace names."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract of ``redheart trace verify``."""
        return {
            "valid": self.valid,
            "first_difference": self.first_difference,
            "detail": self.detail,
            "num_steps": self.num_steps,
            "neural_verified": self.neural_verified,
        }


def verify_trace(document: Any, model: RedHeart) -> TraceVerification:
    """Recompute a saved trace, or a saved result with its trace inside.

    Args:
        document: What ``json.load`` gave.
        model: The system to recompute with. Its neural steps count only when checkpoint and precision are the trace's.

    Raises:
        TraceError: The document is not a trace, or is too damaged to be read as one.
    """
    trace, result = _parts(document)
    steps = _ordered(trace)
    broken = _broken_seal(trace, steps)
    if broken is not None:
        return _failure(*broken, steps, neural_verified=False)
    foreign = _foreign_reader(trace["checkpoint"], model)
    reader = _RecordedReader(steps, None if foreign else model.reader, trace["checkpoint"])
    replayed = _replay(trace, model, reader)
    if isinstance(replayed, str):
        return _failure("header", replayed, steps, neural_verified=False)
    difference = reader.difference or _first_difference(trace, result, replayed.to_dict())
    if difference is not None:
        return _failure(*difference, steps, neural_verified=foreign is None)
    if foreign is not None:
        detail = f"Every rule step follows, but the neural steps were made {foreign}"
        return _failure("header", detail, steps, neural_verified=False)
    detail = f"All {len(steps)} steps were recomputed and match."
    return TraceVerification(
        valid=True, first_difference=None, detail=detail, num_steps=len(steps), neural_verified=True
    )


def recorded_precision(checkpoint: Json) -> str:
    """Return the precision that a trace names; one that names none was made in float32."""
    return str(checkpoint.get("precision", Precision.FP32))


def _foreign_reader(checkpoint: Json, model: RedHeart) -> str | None:
    """Say why the loaded model cannot confirm the neural steps; None when it can."""
    if checkpoint.get("sha256") != model.checkpoint_sha256:
        return (
            f"with checkpoint {checkpoint.get('sha256')} and the loaded one is {model.checkpoint_sha256}. "
            "Load that checkpoint."
        )
    precision = recorded_precision(checkpoint)
    if precision != model.precision:
        return f"in {precision} and the loaded model computes in {model.precision}. Load it in {precision}."
    return None


def _failure(where: str, detail: str, steps: list[Json], *, neural_verified: bool) -> TraceVerification:
    return TraceVerification(
        valid=False,
        first_difference=where,
        detail=detail,
        num_steps=len(steps),
        neural_verified=neural_verified,
    )


def _parts(document: Any) -> tuple[Json, Json | None]:
    """Return the trace and, when the document is a whole result, the result."""
    if not isinstance(document, Mapping):
        raise TraceError(f"A trace is a JSON object, not {type(document).__name__}.")
    result = document if "calculation_trace" in document else None
    trace = document["calculation_trace"] if result is not None else document
    if not isinstance(trace, Mapping) or trace.get("schema") != SCHEMA:
        found = trace.get("schema") if isinstance(trace, Mapping) else type(trace).__name__
        raise TraceError(f"This is not a trace of the schema {SCHEMA}: its schema is {found!r}.")
    missing = [key for key in ("kind", "request", "checkpoint", "sha256", *Stage) if key not in trace]
    if missing:
        raise TraceError(f"The trace lacks {', '.join(missing)}. Save it again from the analysis.")
    if not isinstance(trace["checkpoint"], Mapping) or not isinstance(trace["request"], Mapping):
        raise TraceError("The trace's request and checkpoint must be JSON objects. Save it again from the analysis.")
    return trace, result


def _ordered(trace: Json) -> list[Json]:
    """Return all steps in the order of their calculation."""
    steps = []
    for stage in Stage:
        section = trace[stage.value]
        if not isinstance(section, list) or not all(_is_step(step) for step in section):
            raise TraceError(f"The section '{stage.value}' is not a list of steps. Save the trace again.")
        steps += section
    return sorted(steps, key=lambda step: step["index"])


def _is_step(step: Any) -> bool:
    return (
        isinstance(step, Mapping)
        and isinstance(step.get("id"), str)
        and isinstance(step.get("index"), (int, float))
        and {"digest", "output", "inputs", "operation"} <= set(step)
    )


def _broken_seal(trace: Json, steps: list[Json]) -> tuple[str, str] | None:
    for step in steps:
        expected = digest(step)
        if step["digest"] != expected:
            return step["id"], f"The step was changed after it was written: digest {step['digest']}, not {expected}."
    if trace["sha256"] != seal(trace):
        return "header", "The header, or the set of steps, was changed after it was written."
    return None


def _replay(trace: Json, model: RedHeart, reader: _RecordedReader) -> PassageAnalysis | DilemmaEvaluation | str:
    """Run the recorded request again, or say why it cannot be run."""
    request = trace["request"]
    system = RedHeart(
        name=trace["checkpoint"].get("name", model.name),
        reader=reader.as_reader(),
        precision=recorded_precision(trace["checkpoint"]),
    )
    try:
        if trace["kind"] == "passage":
            profile = request["settings"]["profile"]
            return system.analyze(request["text"], language=request["language"], profile=profile)
        settings = Settings.from_dict(request["settings"])
        return system.evaluate_ethics(
            _dilemma(request["dilemma"]),
            language=request["language"],
            profile=settings.profile,
            view_weights=settings.view_weights,
            credences=settings.credences,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        return f"The request cannot be replayed: {problem!r}."
    except InputError as problem:
        return f"The request cannot be replayed: {problem}"


def _dilemma(content: Json) -> Dilemma:
    return Dilemma(
        situation=content["situation"],
        options=tuple(Option(name=name) for name in content["options"]),
        parties=tuple(Party(**party) for party in content["parties"]),
    )


def _first_difference(trace: Json, result: Json | None, replayed: Json) -> tuple[str, str] | None:
    """Compare header, steps and result with the replay; steps in the order of their calculation."""
    again = replayed["calculation_trace"]
    fresh = {step["id"]: step for step in _ordered(again)}
    for step in _ordered(trace):
        expected = fresh.get(step["id"])
        if expected is None:
            return step["id"], "The calculation has no such step."
        if step != expected:
            path, found, wanted = next(_differences(step, expected))
            return step["id"], f"{path}: recorded {found!r}, recomputed {wanted!r}."
    for where, recorded, expected in (("header", trace, again), ("result", result or replayed, replayed)):
        for path, found, wanted in _differences(recorded, expected):
            return f"{where}{path}", f"recorded {found!r}, recomputed {wanted!r}."
    return None


def _differences(first: Any, second: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the paths at which two JSON values differ."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in sorted({*first, *second}):
            yield from _differences(first.get(key), second.get(key), f"{path}.{key}")
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for index, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif first != second or isinstance(first, bool) is not isinstance(second, bool):
        yield path, first, second


class _RecordedReader:
    """Replays recorded neural outputs after comparing them with the model's own, where the model is at hand."""

    def __init__(self, steps: list[Json], reader: NeuralReader | None, checkpoint: Json) -> None:
        self._recorded = _recorded_outputs(steps)
        self._reader = reader
        self._checkpoint = checkpoint
        self.difference: tuple[str, str] | None = None
        """First neural step that the model does not confirm."""

    def as_reader(self) -> NeuralReader | None:
        """Return itself, or None when the trace was made by the rules alone."""
        return self if self._checkpoint.get("sha256") is not None else None

    @property
    def checkpoint_sha256(self) -> str:
        """Hash that the trace names."""
        return str(self._checkpoint["sha256"])

    @property
    def trained_families(self) -> frozenset[Family]:
        """Families that the trace does not list as refused."""
        return frozenset(family for family in READ_FAMILIES if family.value not in self._checkpoint["refused"])

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Return the recorded reading of this passage, or the model's own when none was recorded."""
        found = self._recorded.get((text, context))
        if found is None:
            raise ValueError(f"no neural step reads {text[:40]!r}")
        identifier, recorded = found
        if self._reader is not None and self.difference is None:
            self.difference = _neural_difference(identifier, recorded, self._reader.read(text, context=context))
        return recorded


def _recorded_outputs(steps: list[Json]) -> dict[tuple[str, str], tuple[str, NeuralReading]]:
    outputs = {step["id"]: step["output"] for step in steps}
    found = {}
    for step in steps:
        if step["operation"] == NEURAL_OPERATION:
            try:
                key = (outputs[step["inputs"]["text"]], outputs[step["inputs"]["context"]])
                found[key] = (step["id"], _decoded(step["output"]))
            except (KeyError, TypeError, AttributeError) as problem:
                raise TraceError(f"The neural step '{step['id']}' cannot be read: {problem!r}.") from problem
    return found


def _decoded(output: Json) -> NeuralReading:
    families = {
        family: FamilyReading(values=answer["values"], deviations=answer["deviations"])
        for family in READ_FAMILIES
        if (answer := output[family.value]) is not None
    }
    return NeuralReading(families=families, num_tokens=output["num_tokens"], truncated=output["truncated"])


def _neural_difference(identifier: str, recorded: NeuralReading, fresh: NeuralReading) -> tuple[str, str] | None:
    if (recorded.num_tokens, recorded.truncated) != (fresh.num_tokens, fresh.truncated):
        return identifier, f"The passage has {fresh.num_tokens} tokens, recorded {recorded.num_tokens}."
    if set(recorded.families) != set(fresh.families):
        return identifier, "The trace and the checkpoint do not refuse the same families."
    for family, answer in fresh.families.items():
        old = recorded.families[family]
        for kind, numbers, known in (
            ("values", old.values, answer.values),
            ("deviations", old.deviations, answer.deviations),
        ):
            for name in {*numbers, *known}:
                if not _close(numbers.get(name), known.get(name)):
                    return identifier, (
                        f".{family.value}.{kind}.{name}: recorded {numbers.get(name)!r}, "
                        f"recomputed {known.get(name)!r}."
                    )
    return None


def _close(first: Any, second: Any) -> bool:
    if not isinstance(first, (int, float)) or not isinstance(second, (int, float)):
        return False
    return abs(first - second) <= NEURAL_TOLERANCE
