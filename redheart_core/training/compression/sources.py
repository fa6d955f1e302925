"""What compression starts from: a checkpoint, and the tasks with their tokenized rows."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from redheart_core.errors import CheckpointError, ConfigError
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint, tokenizer_path
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Item, tokenize
from redheart_core.training.evaluation import Metric, fit_temperatures, measure, predict
from redheart_core.training.tasks import Task, load_tasks
from redheart_core.vocabulary.reading import Family


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """A loaded checkpoint and where it lies."""

    directory: Path
    checkpoint: LoadedCheckpoint

    @property
    def tokenizer_file(self) -> Path:
        """The file that its tokenizer was read from."""
        return tokenizer_path(self.directory, self.checkpoint.manifest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskRows:
    """The chosen tasks with their tokenized rows by task name."""

    tasks: tuple[Task, ...]
    train: Mapping[str, Sequence[Item]]
    dev: Mapping[str, Sequence[Item]]

    @property
    def data_sha256(self) -> dict[str, str]:
        """Hash of each file that is trained on, by its path below the data folder."""
        return {file.name: file.sha256 for task in self.tasks for file in task.files}


def open_source(name_or_path: str) -> Source:
    """Load a shipped checkpoint by name, or a checkpoint folder by path.

    Raises:
        CheckpointError: There is none, or its parts do not belong together.
    """
    directory = checkpoint_folder(name_or_path)
    if directory.is_dir():
        return Source(directory=directory, checkpoint=load_checkpoint(directory))
    raise CheckpointError(f"There is no checkpoint {name_or_path!r}, neither shipped nor as a folder. Give its path.")


def read_rows(
    data_dir: Path,
    tokenizer: Tokenizer,
    *,
    names: Sequence[str],
    max_tokens: int,
    limit: int | None = None,
    seed: int = 0,
) -> TaskRows:
    """Read and tokenize the named tasks, or all of them where none is named.

    Args:
        data_dir: The data folder.
        tokenizer: Of the checkpoint.
        names: Tasks by name.
        max_tokens: The model's window.
        limit: Training rows of each task, drawn with ``seed``; all of them by default. Development rows are all read.
        seed: Of that draw.

    Raises:
        ConfigError: There is no task of that name.
        DataError: A data set is missing or malformed.
    """
    tasks = load_tasks(data_dir)
    known = {task.name for task in tasks}
    if set(names) - known:
        unknown = ", ".join(sorted(set(names) - known))
        raise ConfigError(f"There is no task {unknown}. Known: {', '.join(sorted(known))}.")
    chosen = tuple(_limited(task, limit, seed) for task in tasks if not names or task.name in names)
    return TaskRows(
        tasks=chosen,
        train={task.name: tokenize(task.train, tokenizer, max_tokens=max_tokens) for task in chosen},
        dev={task.name: tokenize(task.dev, tokenizer, max_tokens=max_tokens) for task in chosen},
    )


def _limited(task: Task, limit: int | None, seed: int) -> Task:
    if limit is None or len(task.train) <= limit:
        return task
    return replace(task, train=tuple(random.Random(seed).sample(task.train, limit)))


def evaluate(model: RedHeartModel, rows: TaskRows) -> tuple[Metric, ...]:
    """Measure a model on the development rows of every task."""
    return tuple(chain.from_iterable(measure(predict(model, task, rows.dev[task.name])) for task in rows.tasks))


def refitted_temperatures(model: RedHeartModel, rows: TaskRows, known: Mapping[Family, float]) -> dict[Family, float]:
    """Return the temperatures, fitted again for the families that the tasks of ``rows`` teach."""
    taught = {family for task in rows.tasks for family in task.objective.families} & set(known)
    predictions = [predict(model, task, rows.dev[task.name]) for task in rows.tasks]
    return dict(known) | fit_temperatures(predictions, [family for family in Family if family in taught])


def metric_table(columns: Mapping[str, Sequence[Metric]]) -> str:
    """Return a Markdown table: one row per metric, one column per measurement, and the baseline."""
    names = ["task", "metric", *columns, "baseline", "rows"]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for same in zip(*columns.values(), strict=True):
        values = " | ".join(f"{metric.value:.3f}" for metric in same)
        first = same[0]
        lines.append(f"| {first.task} | {first.name} | {values} | {first.baseline:.3f} | {first.num_rows} |")
    return "\n".join(lines)
