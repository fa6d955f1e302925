"""One official task from its cases to the typed result: the model, the floors beside it, intervals, calibration.

Dimensions: N rows, C columns, P passages of a row, O outputs of a family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.errors import InputError
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.manifest import Manifest
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.evaluation import read_logits
from redheart_core.training.official import baselines, bootstrap
from redheart_core.training.official.calibration import Calibration, calibrate
from redheart_core.training.official.cases import Case
from redheart_core.training.official.decisions import (
    Answer,
    answer,
    decision_threshold,
    has_whole_groups,
    measures,
    statements,
)
from redheart_core.training.official.report import EvaluationResult, MeasuredMetric
from redheart_core.training.official.scoring import Array, Sums
from redheart_core.training.official.tasks import Kind, OfficialTask
from redheart_core.training.official.tfidf import TfidfFloor


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the cases come from and how they were asked for."""

    file: str
    sha256: str
    checkpoint: str
    command: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What the model said about the cases of one task."""

    task: OfficialTask
    cases: tuple[Case, ...]
    answer: Answer
    notes: tuple[str, ...]


def ask(task: OfficialTask, cases: Sequence[Case], checkpoint: LoadedCheckpoint) -> Reading:
    """Run the model over the cases, in float32 and in batches.

    Raises:
        InputError: The checkpoint has no trained output for the task.
    """
    require_trained(task, cases, checkpoint.manifest)
    items = read_items(cases, checkpoint)
    logits_PNO = read_logits(checkpoint.model, items)[task.family]
    return Reading(
        task=task,
        cases=tuple(cases),
        answer=answer(task, cases, logits_PNO, checkpoint.manifest),
        notes=_notes(task, cases, items, checkpoint.manifest),
    )


def report(
    reading: Reading, checkpoint: LoadedCheckpoint, *, source: Source, floor: TfidfFloor | None = None
) -> EvaluationResult:
    """Measure what the model said, beside what needs no model."""
    task, cases = reading.task, reading.cases
    return EvaluationResult(
        task=task.name,
        file=source.file,
        sha256=source.sha256,
        rows=len(cases),
        metrics=measured(task, cases, reading.answer.decided_NC, floor),
        calibration=calibration([reading], checkpoint.manifest),
        checkpoint=source.checkpoint,
        checkpoint_sha256=checkpoint.sha256,
        command=source.command,
        notes=(*source.notes, *reading.notes),
    )


def calibration(readings: Sequence[Reading], manifest: Manifest) -> Calibration | None:
    """Compare what one family said with what was true, over several tasks; None where it is no probability."""
    family = readings[0].task.family
    pairs = [
        statements(reading.cases, reading.answer.probabilities_NC)
        for reading in readings
        if reading.answer.probabilities_NC is not None
    ]
    if not pairs:
        return None
    said_N, true_N = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return calibrate(family.value, manifest.temperatures[family], said_N, true_N)


def require_trained(task: OfficialTask, cases: Sequence[Case], manifest: Manifest) -> None:
    """Refuse a task that asks an output without trained weights.

    Raises:
        InputError: There is such an output.
    """
    asked = {case.output or task.output for case in cases} - {""}
    trained = manifest.trained_outputs.get(task.family, ())
    missing = sorted(asked - set(trained)) if trained else sorted(asked) or ["all"]
    if trained and not missing:
        return
    names, family = ", ".join(missing), task.family.value
    raise InputError(
        code="untrained_family",
        en=f"{task.name} asks the output family '{family}' ({names}), which this checkpoint was not trained for. "
        f"Trained are: {', '.join(sorted(manifest.trained_outputs))}. Choose another checkpoint with --model.",
        ko=f"{task.name} 과제에는 '{family}' 출력({names})이 필요한데, 이 체크포인트는 그 출력을 배우지 않았어요. "
        f"배운 출력: {', '.join(sorted(manifest.trained_outputs))}. --model로 다른 체크포인트를 골라 주세요.",
    )


def read_items(cases: Sequence[Case], checkpoint: LoadedCheckpoint) -> tuple[Item, ...]:
    """Return the tokens that the model reads."""
    examples = [case.to_example() for case in cases]
    return tokenize(examples, checkpoint.tokenizer, max_tokens=checkpoint.model.config.max_tokens)


def measured(
    task: OfficialTask, cases: Sequence[Case], decided_NC: Array, floor: TfidfFloor | None
) -> tuple[MeasuredMetric, ...]:
    """Return the task's metrics of decisions, each beside its floors."""
    constants = {
        name: None if (constant := decide(task, cases)) is None else measures(task, cases, constant)
        for name, decide in baselines.CONSTANTS.items()
    }
    coins = [measures(task, cases, thrown_NC) for thrown_NC in baselines.coins(task, cases)]
    floors = measures(task, cases, floor.decide(cases)) if floor else None
    return tuple(
        _measured(
            metric,
            majority=None if (found := constants["majority"]) is None else found[place].value,
            median=None if (found := constants["median"]) is None else found[place].value,
            random=float(np.mean([throw[place].value for throw in coins])),
            floor=floors[place] if floors else None,
        )
        for place, metric in enumerate(measures(task, cases, decided_NC))
    )


def _measured(
    metric: Sums, *, majority: float | None, median: float | None, random: float, floor: Sums | None
) -> MeasuredMetric:
    interval = bootstrap.interval(metric)
    above = bootstrap.difference(metric, floor) if floor else None
    return MeasuredMetric(
        name=metric.name,
        value=metric.value,
        interval_low=interval.low,
        interval_high=interval.high,
        unit=metric.unit,
        num_units=len(metric.parts_US),
        majority=majority,
        median=median,
        random=random,
        tfidf=floor.value if floor else None,
        above_tfidf_low=above.low if above else None,
        above_tfidf_high=above.high if above else None,
    )


def _notes(task: OfficialTask, cases: Sequence[Case], items: Sequence[Item], manifest: Manifest) -> tuple[str, ...]:
    found = [task.note] if task.note else []
    if task.kind in (Kind.EMOTIONS, Kind.JUDGEMENTS):
        found.append(decision_threshold(manifest, task.family).note)
    if task.group_size and not has_whole_groups(task, cases):
        found.append(f"No group has {task.group_size} rows, so there is no exact match.")
    left_over = sum(n for n in Counter(case.group for case in cases).values() if n != task.group_size)
    if task.group_size and left_over:
        found.append(
            f"{left_over} rows are in groups of another size than {task.group_size}: they count in accuracy only."
        )
    cut = sum(encoding.truncated for item in items for encoding in item.encodings)
    if cut:
        found.append(f"{cut} passages are longer than the model's window; their beginning and end were read.")
    return tuple(found)
