"""Our own development rows of each official task, and the rows that the TF-IDF floor may learn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from redheart_core.training.official.cases import Case
from redheart_core.training.official.tasks import Kind, OfficialTask
from redheart_core.training.tasks import Example, Task, load_tasks
from redheart_core.vocabulary.reading import OUTPUTS

TRAINED_AS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ethics_virtue": (("traits",),),
    "e_care": (("e_care_cause", "e_care_effect"),),
    "korean_safety": (("kosbi",), ("square_questions",)),
}
"""Training tasks of the same rows, where the names differ: those in one bracket are measured together. The parts of
ETHICS go without their prefix."""
ASKED: Mapping[str, str] = {
    "e_care_cause": "cause",
    "e_care_effect": "effect",
    "kosbi": "unsafe",
    "square_questions": "sensitive",
}
"""The output that answers a training task, where the official task has one per row."""
ETHICS_PREFIX = "ethics_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one official task in the data folder."""

    train: tuple[Case, ...]
    dev: tuple[Case, ...]
    files: tuple[str, ...]
    """Paths below the data folder."""


def load_rows(data_dir: Path, tasks: Sequence[OfficialTask]) -> dict[str, tuple[Rows, ...]]:
    """Return the rows by official task, one entry per set that is measured by itself; none if it is not trained on.

    Raises:
        DataError: A data set is missing or malformed.
    """
    loaded = {task.name: task for task in load_tasks(data_dir)}
    return {task.name: tuple(_sets(task, loaded, data_dir)) for task in tasks}


def _sets(task: OfficialTask, loaded: Mapping[str, Task], data_dir: Path) -> Iterator[Rows]:
    for names in TRAINED_AS.get(task.name, ((task.name.removeprefix(ETHICS_PREFIX),),)):
        learned = [loaded[name] for name in names if name in loaded]
        # A task must teach the output that is asked, not only carry the name.
        if learned and all(task.family in each.objective.families for each in learned):
            yield _rows(task, learned, data_dir)


def unseen(train: Sequence[Case], asked: Sequence[Case]) -> tuple[Case, ...]:
    """Return the training rows whose passages are not asked: a floor must not learn from what it is measured on."""
    known = {case.passages for case in asked}
    return tuple(case for case in train if case.passages not in known)


def rows_sha256(cases: Sequence[Case]) -> str:
    """Return the hash that identifies development rows, whatever file they came from."""
    content = json.dumps([asdict(case) for case in cases], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _rows(task: OfficialTask, learned: Sequence[Task], data_dir: Path) -> Rows:
    files = tuple(dict.fromkeys(file.name for each in learned for file in each.files))
    dev = tuple(_case(task, each, example) for each in learned for example in each.dev)
    return Rows(
        train=tuple(_case(task, each, example) for each in learned for example in each.train),
        dev=_in_official_groups(task, dev, data_dir / files[0]) if task.group_size else dev,
        files=files,
    )


def _in_official_groups(task: OfficialTask, dev: Sequence[Case], path: Path) -> tuple[Case, ...]:
    """Return development rows as the file groups them: a split keeps scenarios whole, the metric counts blocks."""
    chosen = {case.passages for case in dev}
    return tuple(case for case in task.cases(path) if case.passages in chosen)


def _case(task: OfficialTask, learned: Task, example: Example) -> Case:
    return Case(
        passages=example.passages,
        labels=_labels(task, example.target),
        group=example.group,
        output=ASKED.get(learned.name, ""),
    )


def _labels(task: OfficialTask, target: tuple[float, ...]) -> tuple[float, ...]:
    """Undo what training adds: columns for other outputs, ratings brought to [0, 1]."""
    wanted = target[: len(OUTPUTS[task.family])]
    if task.kind is Kind.RATINGS:
        return tuple(1.0 + 4.0 * rating for rating in wanted)
    return wanted if task.kind is Kind.EMOTIONS else target[:1]
