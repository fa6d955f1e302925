"""Our own development rows of each official task, and the rows that the TF-IDF floor may learn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from redheart_core.training.official.cases import Case
from redheart_core.training.official.tasks import Kind, OfficialTask
from redheart_core.training.tasks import Example, Task, load_tasks
from redheart_core.vocabulary.reading import OUTPUTS

ETHICS_PREFIX = "ethics_"
"""Training tasks carry the names of ETHICS' parts without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one official task in the data folder."""

    train: tuple[Case, ...]
    dev: tuple[Case, ...]
    files: tuple[str, ...]
    """Paths below the data folder."""


def load_rows(data_dir: Path, tasks: Sequence[OfficialTask]) -> dict[str, Rows]:
    """Return the rows by official task; a task that is not trained on has none.

    Raises:
        DataError: A data set is missing or malformed.
    """
    loaded = load_tasks(data_dir)
    found = ((task, _training_task(task, loaded)) for task in tasks)
    return {task.name: _rows(task, learned) for task, learned in found if learned is not None}


def unseen(train: Sequence[Case], asked: Sequence[Case]) -> tuple[Case, ...]:
    """Return the training rows whose passages are not asked: a floor must not learn from what it is measured on."""
    known = {case.passages for case in asked}
    return tuple(case for case in train if case.passages not in known)


def rows_sha256(cases: Sequence[Case]) -> str:
    """Return the hash that identifies development rows, whatever file they came from."""
    content = json.dumps([asdict(case) for case in cases], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _training_task(task: OfficialTask, loaded: Sequence[Task]) -> Task | None:
    """Find the training task of the same rows. It must teach the output that is asked, not only carry the name."""
    names = (task.name, task.name.removeprefix(ETHICS_PREFIX))
    return next((each for each in loaded if each.name in names and task.family in each.objective.families), None)


def _rows(task: OfficialTask, learned: Task) -> Rows:
    return Rows(
        train=tuple(_case(task, example) for example in learned.train),
        dev=tuple(_case(task, example) for example in learned.dev),
        files=tuple(file.name for file in learned.files),
    )


def _case(task: OfficialTask, example: Example) -> Case:
    return Case(passages=example.passages, labels=_labels(task, example.target), group=example.group)


def _labels(task: OfficialTask, target: tuple[float, ...]) -> tuple[float, ...]:
    """Undo what training adds: columns for other outputs, ratings brought to [0, 1]."""
    wanted = target[: len(OUTPUTS[task.family])]
    if task.kind is Kind.RATINGS:
        return tuple(1.0 + 4.0 * rating for rating in wanted)
    return wanted if task.kind is Kind.EMOTIONS else target[:1]
