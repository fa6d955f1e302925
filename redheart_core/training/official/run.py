"""Evaluations as a person asks for them: one official file, or our own development rows of every task."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from redheart_core.errors import DataError, InputError
from redheart_core.inference.standalone import System
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.training.official.calibration import Calibration
from redheart_core.training.official.cases import Case
from redheart_core.training.official.chain import ask_chain, report_chain, sample_pairs
from redheart_core.training.official.development import Rows, load_rows, rows_sha256, unseen
from redheart_core.training.official.evaluate import Reading, Source, ask, calibration, report, require_trained
from redheart_core.training.official.report import EvaluationResult, Refusal
from redheart_core.training.official.tasks import OfficialTask, official_task
from redheart_core.training.official.tfidf import TfidfFloor, fit_floor
from redheart_core.vocabulary.reading import Family

CHAIN_TASK = "ethics_utilitarianism"
"""The one data set whose labels speak about the integrated score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asked: what goes into every result."""

    checkpoint: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentReport:
    """Every task on our own development rows."""

    results: tuple[EvaluationResult, ...]
    refused: tuple[Refusal, ...]
    calibration: tuple[Calibration, ...]
    """By family, over all its tasks."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON contract."""
        return {
            "tasks": [result.to_dict() for result in self.results],
            "refused": [asdict(refusal) for refusal in self.refused],
            "calibration": [asdict(entry) for entry in self.calibration],
        }


def evaluate_file(
    task: OfficialTask,
    path: Path,
    checkpoint: LoadedCheckpoint,
    *,
    asker: Asker,
    part: str | None = None,
    data_dir: Path | None = None,
) -> EvaluationResult:
    """Measure a checkpoint on an official file.

    Args:
        task: What the file belongs to.
        path: The file.
        checkpoint: The model.
        asker: What goes into the result.
        part: Which rows of a file with a split column.
        data_dir: Folder with the training files; with it the TF-IDF floor is measured too.

    Raises:
        DataError: The file does not fit the task.
        InputError: The checkpoint was not trained for it.
    """
    cases = task.cases(path, part=part)
    require_trained(task, cases, checkpoint.manifest)
    source, floor = _file_source(task, path, cases, checkpoint, asker, data_dir)
    return report(ask(task, cases, checkpoint), checkpoint, source=source, floor=floor)


def evaluate_development(
    tasks: Sequence[OfficialTask], data_dir: Path, checkpoint: LoadedCheckpoint, *, asker: Asker
) -> DevelopmentReport:
    """Measure a checkpoint on our own development rows of every task that it was trained for.

    Raises:
        DataError: A data set is missing or malformed, or no task can be measured.
    """
    rows = load_rows(data_dir, tasks)
    results: list[EvaluationResult] = []
    refused: list[Refusal] = []
    by_family: dict[Family, list[Reading]] = defaultdict(list)
    for task in tasks:
        if not rows[task.name]:
            refused.append(Refusal(task=task.name, reason="There are no development rows of it: it is not trained on."))
        for own in rows[task.name]:
            try:
                reading = ask(task, own.dev, checkpoint)
            except InputError as problem:
                refused.append(Refusal(task=task.name, reason=str(problem)))
                continue
            by_family[task.family].append(reading)
            source, floor = _development_source(task, own, asker)
            results.append(report(reading, checkpoint, source=source, floor=floor))
    if not results:
        raise DataError("No task could be measured: " + " ".join(refusal.reason for refusal in refused))
    pooled = (calibration(readings, checkpoint.manifest) for readings in by_family.values())
    return DevelopmentReport(
        results=tuple(results), refused=tuple(refused), calibration=tuple(entry for entry in pooled if entry)
    )


def evaluate_chain(
    systems: Sequence[System],
    checkpoint: LoadedCheckpoint,
    *,
    asker: Asker,
    path: Path | None = None,
    data_dir: Path | None = None,
    num_pairs: int | None = None,
) -> EvaluationResult:
    """Rank utilitarianism pairs by the integrated score of the whole pipeline.

    Args:
        systems: Rules alone, neural part alone, both.
        checkpoint: The model.
        asker: What goes into the result.
        path: An official file; without it our own development rows in ``data_dir``.
        data_dir: Folder with the training files, for the TF-IDF floor.
        num_pairs: Size of the seeded sample; all when left out.

    Raises:
        DataError: The file does not fit, or the data folder is incomplete.
        InputError: The checkpoint was not trained for it, or a passage cannot be read.
    """
    task = official_task(CHAIN_TASK)
    if path is not None:
        everything = task.cases(path)
        source, floor = _file_source(task, path, everything, checkpoint, asker, data_dir)
    else:
        assert data_dir is not None  # the callers give one of the two
        (rows,) = load_rows(data_dir, [task])[task.name]
        everything = rows.dev
        source, floor = _development_source(task, rows, asker)
    require_trained(task, everything, checkpoint.manifest)
    cases = sample_pairs(everything, num_pairs)
    sampled = (f"A seeded sample of {len(cases)} of {len(everything)} pairs.",) if len(cases) < len(everything) else ()
    return report_chain(
        task,
        cases,
        ask_chain(cases, systems, checkpoint),
        checkpoint,
        source=replace(source, notes=(*source.notes, *sampled)),
        floor=floor,
    )


def _file_source(
    task: OfficialTask,
    path: Path,
    cases: Sequence[Case],
    checkpoint: LoadedCheckpoint,
    asker: Asker,
    data_dir: Path | None,
) -> tuple[Source, TfidfFloor | None]:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    floor, notes = _floor(task, cases, data_dir) if data_dir else (None, ("No TF-IDF floor without --data.",))
    if sha256 in checkpoint.manifest.provenance.data_sha256.values():
        notes += (
            "The checkpoint was made from this very file: rows of it were trained on, unless a part is held out.",
        )
    source = Source(file=str(path), sha256=sha256, checkpoint=asker.checkpoint, command=asker.command, notes=notes)
    return source, floor


def _development_source(task: OfficialTask, rows: Rows, asker: Asker) -> tuple[Source, TfidfFloor | None]:
    floor, notes = _fitted(task, rows.train, rows.dev)
    source = Source(
        file=f"own development rows of {', '.join(rows.files)}",
        sha256=rows_sha256(rows.dev),
        checkpoint=asker.checkpoint,
        command=asker.command,
        notes=notes,
    )
    return source, floor


def _floor(task: OfficialTask, cases: Sequence[Case], data_dir: Path) -> tuple[TfidfFloor | None, tuple[str, ...]]:
    """Fit the floor on every row of the data folder that is not asked."""
    asked = {case.output for case in cases}
    known = [case for rows in load_rows(data_dir, [task])[task.name] for case in (*rows.train, *rows.dev)]
    usable = [case for case in known if case.output in asked]
    if not usable:
        return None, (f"No TF-IDF floor: {task.name} is not trained on, so there are no rows to fit it on.",)
    return _fitted(task, usable, cases)


def _fitted(
    task: OfficialTask, train: Sequence[Case], asked: Sequence[Case]
) -> tuple[TfidfFloor | None, tuple[str, ...]]:
    allowed = unseen(train, asked)
    if not allowed:
        return None, ("No TF-IDF floor: every row that it could learn from is in this file.",)
    dropped = len(train) - len(allowed)
    note = f"The TF-IDF floor learned from {len(allowed)} rows" + (
        f"; {dropped} more were left out because they are asked here." if dropped else "."
    )
    return fit_floor(task, allowed), (note,)
