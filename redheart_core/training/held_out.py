"""Losses of a model on rows that it does not learn from, in the unit of what is minimised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item
from redheart_core.training.evaluation import Prediction, predict
from redheart_core.training.objectives import total_loss
from redheart_core.training.tasks import Example, Task


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
