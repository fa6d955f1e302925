"""From a teacher and a preset to a student: the teacher answers once and is released, then the student learns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.manifest import FORMAT_VERSION, Manifest, Provenance
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Encoding, Tokenizer
from redheart_core.training.batches import Item
from redheart_core.training.compression.agreement import Agreement, measure_agreement
from redheart_core.training.compression.sources import TaskRows, evaluate, metric_table, refitted_temperatures
from redheart_core.training.compression.student import StudentConfig, numbered, teach
from redheart_core.training.compression.teacher import Teacher, ask
from redheart_core.training.compression.teacher_outputs import (
    TeacherOutputs,
    load_outputs,
    passages_sha256,
    save_outputs,
)
from redheart_core.training.evaluation import Metric
from redheart_core.vocabulary.reading import Family

UNTRAINED_NOTICE = "The teacher is untrained: this shows that the machinery works, not that anything was learned."


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationRun:
    """One distillation."""

    student: str
    """Name of a preset; it starts from random weights."""
    learning: StudentConfig
    teacher_dtype: torch.dtype
    """What the teacher computes with while it is asked."""
    num_heldout: int
    """Development passages on which agreement is measured."""
    cache_dir: Path
    """Where the teacher's answers are kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distilled:
    """A student, and how it stands beside its teacher."""

    model: RedHeartModel
    run: DistillationRun
    teacher: Teacher
    teacher_parameters: int
    num_passages: int
    """Training passages that the teacher was asked about."""
    agreement_before: Agreement
    agreement_after: Agreement
    before: tuple[Metric, ...]
    """The student before its first step; empty for an untrained teacher, as ``after``."""
    after: tuple[Metric, ...]
    reference: tuple[Metric, ...]
    """The teacher."""
    teacher_seconds: float
    seconds: float
    """Spent on the student's steps alone."""


def run_distillation(teacher: Teacher, rows: TaskRows, run: DistillationRun) -> Distilled:
    """Teach a student of a preset on the training passages of ``rows``.

    Raises:
        ConfigError: There is no such preset.
        CheckpointError: The kept answers are about another teacher or other passages.
        DataError: The loss is not finite.
    """
    started_s = time.monotonic()
    passages = [encoding for task in rows.tasks for item in rows.train[task.name] for encoding in item.encodings]
    heldout = _heldout(rows, run.num_heldout)
    said = _answers(teacher, passages, run, "training")
    said_heldout = _answers(teacher, heldout, run, "heldout")
    reference = evaluate(teacher.load(), rows) if teacher.is_trained else ()
    teacher_seconds = time.monotonic() - started_s
    torch.manual_seed(run.learning.seed)
    student = RedHeartModel(preset(run.student))
    before = evaluate(student, rows) if teacher.is_trained else ()
    temperature = run.learning.weights.temperature
    agreement_before = measure_agreement(student, heldout, said_heldout, temperature=temperature)
    started_s = time.monotonic()
    teach(student, rows.tasks, _numbered(rows), said, run.learning)
    return Distilled(
        model=student,
        run=run,
        teacher=teacher,
        teacher_parameters=count_parameters(meta_model(teacher.config)),
        num_passages=len(passages),
        agreement_before=agreement_before,
        seconds=time.monotonic() - started_s,
        agreement_after=measure_agreement(student, heldout, said_heldout, temperature=temperature),
        before=before,
        after=evaluate(student, rows) if teacher.is_trained else (),
        reference=reference,
        teacher_seconds=teacher_seconds,
    )


def save_distilled(directory: Path, distilled: Distilled, rows: TaskRows, *, command: str) -> None:
    """Write the student's checkpoint. Outputs that nobody trained stay refused: all, if the teacher is untrained."""
    known = distilled.teacher.manifest
    taught = _taught(distilled, rows)
    trained = {} if known is None else {f: names for f, names in known.trained_outputs.items() if f in taught}
    temperatures = {} if known is None else {family: known.temperatures[family] for family in trained}
    learning = distilled.run.learning
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        model=distilled.model.config,
        trained_outputs=trained,
        temperatures=refitted_temperatures(distilled.model, rows, temperatures),
        provenance=Provenance(command=command, seed=learning.seed, steps=learning.steps, data_sha256=rows.data_sha256),
    )
    save_checkpoint(
        directory,
        model=distilled.model,
        tokenizer_file=distilled.teacher.tokenizer_file,
        manifest=manifest,
        card=_card(distilled, command),
    )


def require_room(tokenizer: Tokenizer, student: ModelConfig) -> None:
    """Refuse a student that cannot read what its teacher reads.

    Raises:
        ConfigError: The vocabulary is too large for it.
    """
    if tokenizer.vocabulary_size > student.vocabulary_size:
        raise ConfigError(
            f"The teacher's tokenizer has {tokenizer.vocabulary_size} entries, {student.preset!r} has room for "
            f"{student.vocabulary_size}. Choose another student."
        )


def _answers(teacher: Teacher, passages: Sequence[Encoding], run: DistillationRun, name: str) -> TeacherOutputs:
    path = run.cache_dir / f"{name}.safetensors"
    if path.is_file():
        return load_outputs(path, teacher_sha256=teacher.sha256, passages_sha256=passages_sha256(passages))
    outputs = ask(teacher, passages, dtype=run.teacher_dtype)
    save_outputs(path, outputs)
    return outputs


def _heldout(rows: TaskRows, count: int) -> list[Encoding]:
    """Return development passages, as many of each task as possible."""
    each = max(count // len(rows.tasks), 1)
    items = chain.from_iterable(rows.dev[task.name][:each] for task in rows.tasks)
    return [encoding for item in items for encoding in item.encodings][:count]


def _numbered(rows: TaskRows) -> dict[str, list[Item]]:
    first = 0
    result: dict[str, list[Item]] = {}
    for task in rows.tasks:
        result[task.name] = numbered(rows.train[task.name], first)
        first += sum(len(item.encodings) for item in rows.train[task.name])
    return result


def _taught(distilled: Distilled, rows: TaskRows) -> frozenset[Family]:
    weights = distilled.run.learning.weights
    by_teacher = distilled.teacher.families if weights.soft else ()
    by_labels = chain.from_iterable(task.objective.families for task in rows.tasks) if weights.hard else ()
    return frozenset((*by_teacher, *by_labels))


def _card(distilled: Distilled, command: str) -> str:
    weights, after = distilled.run.learning.weights, distilled.agreement_after
    if distilled.teacher.is_trained:
        columns = {"teacher": distilled.reference, "before": distilled.before, "student": distilled.after}
        measured = metric_table(columns)
    else:
        measured = UNTRAINED_NOTICE
    return (
        f"# Distilled from {distilled.teacher.name}\n\n`{command}`: {distilled.run.learning.steps} steps, weights "
        f"{weights.soft} soft at temperature {weights.temperature}, {weights.hard} hard, {weights.hidden} hidden, on "
        f"{distilled.num_passages:,} passages. {distilled.teacher_parameters:,} parameters taught "
        f"{count_parameters(distilled.model):,}.\n\nAgreement with the teacher on {after.num_passages} passages that "
        f"were not trained on: r {after.correlation:.3f}, information missed {after.unexplained:.3f} "
        f"(1 is a constant).\n\n{measured}\n\nMeasured before the weights were rounded to float16 for storage.\n"
    )
