"""What a step works on: a task drawn by size and emphasis, and the modules that run. A function of seed and step."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redheart_core.model.network import ALL_PARTS, Part
from redheart_core.training.batches import Item
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.required import HEADS, REQUIRED_PARTS
from redheart_core.training.tasks import Task

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one optimiser step works on."""

    task: Task
    parts: frozenset[Part]


class Sampler:
    """Draws tasks in proportion to size to a power, times emphasis. Holds no state: every step has its own chance."""

    def __init__(self, tasks: Sequence[Task], items: Mapping[str, Sequence[Item]], config: TrainingConfig) -> None:
        self._tasks, self._config = tuple(tasks), config
        self._weights = task_weights(tasks, items, config)
        unknown = sorted(set(config.emphasis) - {task.name for task in tasks})
        if unknown:
            logger.warning("emphasis has no effect on tasks that are not there: %s", ", ".join(unknown))

    def draw(self, step: int, stage: StageConfig) -> Draw:
        """Return task and parts of an optimiser step."""
        random_state = random.Random(f"{self._config.seed}/step/{step}")
        task = random_state.choices(self._tasks, self._weights)[0]
        return Draw(task=task, parts=draw_parts(task, self._config, stage, random_state))


def task_weights(tasks: Sequence[Task], items: Mapping[str, Sequence[Item]], config: TrainingConfig) -> list[float]:
    """Return how often each task is drawn, relative to the others."""
    return [config.emphasis.get(task.name, 1.0) * len(items[task.name]) ** config.size_exponent for task in tasks]


def draw_parts(task: Task, config: TrainingConfig, stage: StageConfig, random_state: random.Random) -> frozenset[Part]:
    """Draw the modules that run: all of them, or those needed and some others. Teaches the bridge to do without."""
    if stage.shallow:
        return HEADS
    if random_state.random() < config.all_parts_share:
        return ALL_PARTS
    needed = frozenset[Part]().union(*(REQUIRED_PARTS[family] for family in task.objective.families))
    return needed | {part for part in Part if random_state.random() < config.other_part_share}
