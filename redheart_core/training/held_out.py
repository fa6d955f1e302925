"""Rows that a training does not learn from: which of them it chooses on, which judge it, and its losses there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from zlib import crc32

from redheart_core.errors import DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item
from redheart_core.training.evaluation import Prediction, predict
from redheart_core.training.objectives import total_loss
from redheart_core.training.tasks import Example, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The tasks twice, with different development rows; no group has rows in both."""

    choosing: tuple[Task, ...]
    """With the rows that validations on the way and crossover look at."""
    judging: tuple[Task, ...]
    """With the others: nothing that ended the training or chose its weights was measured on them."""


def part_development(tasks: Sequence[Task], rows: int, *, seed: int) -> Parted:
    """Draw up to ``rows`` development rows of every task to choose on, but no more than half of them; whole groups.

    At least one group is drawn, however large it is, and at least one is left.

    Raises:
        DataError: The development rows of a task are all of one group.
    """
    choosing, judging = [], []
    for task in tasks:
        drawn = _drawn_groups(task, rows, seed)
        choosing.append(replace(task, dev=tuple(row for row in task.dev if row.group in drawn)))
        judging.append(replace(task, dev=tuple(row for row in task.dev if row.group not in drawn)))
    return Parted(choosing=tuple(choosing), judging=tuple(judging))


def _drawn_groups(task: Task, rows: int, seed: int) -> frozenset[str]:
    sizes = Counter(row.group for row in task.dev)
    if len(sizes) < 2:
        raise DataError(
            f"{task.name} has development rows of {len(sizes)} group, so none are left to choose on. "
            "Leave out validate_every and crossover, or give it more data."
        )
    order = sorted(sizes, key=lambda group: (crc32(f"{seed}/validation/{group}".encode()), group))
    left = min(rows, len(task.dev) // 2) - sizes[order[0]]
    drawn = {order[0]}
    for group in order[1:-1]:
        if sizes[group] <= left:
            drawn.add(group)
            left -= sizes[group]
    return frozenset(drawn)


def prediction_loss(prediction: Prediction) -> float:
    """Return the loss of the task's objective over a whole development set."""
    return total_loss(prediction.task.objective, prediction.logits, prediction.target_BK).item()


def mean_loss(model: RedHeartModel, tasks: Sequence[Task], items: Mapping[str, Sequence[Item]]) -> float:
    """Return the mean over tasks of their losses on their development rows; leaves the model in evaluation mode."""
    return sum(prediction_loss(predict(model, task, items[task.name])) for task in tasks) / len(tasks)


def with_fewer_rows(task: Task, limit: int) -> Task:
    """Return the task with about ``limit`` development rows: whole groups at even distances over its file."""
    return replace(task, dev=tuple(chain.from_iterable(spread_groups(task.dev, limit))))


def spread_groups(examples: Sequence[Example], limit: int) -> tuple[tuple[Example, ...], ...]:
    """Return groups at even distances that hold about ``limit`` examples, all where there are no more."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    stride = max(1, round(len(examples) / limit))
    return tuple(map(tuple, list(groups.values())[::stride]))
