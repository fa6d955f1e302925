"""Sweet spots: each module stops learning where the validation of what it serves no longer improves.

A head or an analyser serves the tasks whose outputs it must run for; every other module serves all tasks. The rule is
that of early stopping (``optimization.rules.sweet_spot``), applied to each module's own curve. A module is frozen as it
is: weights from an earlier validation would not fit the others, which moved on. What the whole model was like at the
module's best validation is what crossover can take from the checkpoint of that step.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.model.network import Part
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import SweetSpotReached
from redheart_core.training.modules import parameters_by_module
from redheart_core.training.optimization.rules import NOISE_MULTIPLE, PATIENCE
from redheart_core.training.optimization.study import System
from redheart_core.training.required import REQUIRED_PARTS
from redheart_core.training.tasks import Task
from redheart_core.training.techniques.decision import require_rule
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig, patience_ran_out, watched_score


@dataclass(frozen=True, slots=True, kw_only=True)
class SweetSpotsConfig:
    """How long a module is given."""

    patience: int = PATIENCE
    """Validations without progress before a module is frozen."""
    noise_multiple: float = NOISE_MULTIPLE
    """Progress counts where it is larger than this many standard deviations of the curve's own noise."""

    def __post_init__(self) -> None:
        if self.patience < 1 or self.noise_multiple < 0:
            raise ConfigError(f"sweet_spots: patience is {self.patience}, noise_multiple {self.noise_multiple}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A module that reached its sweet spot."""

    module: str
    best: int
    """Position of the validation with the highest score of the tasks that it serves, from 0."""
    frozen_at: int
    """Position of the validation after which it no longer learns."""
    best_score: float

    @property
    def told(self) -> SweetSpotReached:
        """What is told of it; people count validations from 1."""
        return SweetSpotReached(
            module=self.module, frozen_at=self.frozen_at + 1, best=self.best + 1, score=self.best_score
        )


def served_tasks(modules: Sequence[str], tasks: Sequence[Task]) -> dict[str, tuple[str, ...]]:
    """Return the names of the tasks that each module serves; a part that no task needs serves none."""
    needed = {
        task.name: frozenset[Part]().union(*(REQUIRED_PARTS[family] for family in task.objective.families))
        for task in tasks
    }
    parts = {part.value: part for part in Part}
    return {
        module: tuple(
            task.name
            for task in tasks
            if (part := parts.get(module.rpartition(".")[2])) is None or part in needed[task.name]
        )
        for module in modules
    }


def task_scores(metrics: Sequence[Metric]) -> dict[str, float]:
    """Return the mean metric of each task, errors with their sign changed."""
    return {
        name: watched_score(metrics, EarlyStoppingConfig(task=name))
        for name in dict.fromkeys(metric.task for metric in metrics)
    }


def module_curve(scores: Sequence[Mapping[str, float]], tasks: Sequence[str]) -> list[float]:
    """Return the mean score of ``tasks`` at each validation.

    Raises:
        ConfigError: A validation has none of them.
    """
    curve = [[validation[task] for task in tasks if task in validation] for validation in scores]
    if not all(curve):
        raise ConfigError(
            f"sweet_spots: a validation measured none of the tasks {', '.join(tasks)}. Validate all tasks."
        )
    return [statistics.fmean(values) for values in curve]


def find_marks(
    scores: Sequence[Mapping[str, float]], served: Mapping[str, Sequence[str]], config: SweetSpotsConfig
) -> dict[str, Mark]:
    """Return the modules that reached their sweet spot at or before the last of these validations."""
    rule = EarlyStoppingConfig(patience=config.patience, noise_multiple=config.noise_multiple)
    marks: dict[str, Mark] = {}
    for module, tasks in served.items():
        curve = module_curve(scores, tasks) if tasks else []
        for end in range(1, len(curve) + 1):
            if patience_ran_out([-score for score in curve[:end]], rule):
                best = max(range(end), key=lambda place: (curve[place], -place))
                marks[module] = Mark(module=module, best=best, frozen_at=end - 1, best_score=curve[best])
                break
    return marks


class SweetSpots:
    """Watches every module of a model over its validations, and freezes those that are done."""

    def __init__(self, config: SweetSpotsConfig, model: nn.Module, tasks: Sequence[Task]) -> None:
        require_rule(System.SWEET_SPOT)
        self._config, self._model = config, model
        self._modules = parameters_by_module(model)
        self._served = served_tasks(tuple(self._modules), tasks)
        self.scores: list[dict[str, float]] = []
        """Of every validation so far, by task: all that has to be kept to go on."""
        self.marks: dict[str, Mark] = {}

    def add(self, metrics: Sequence[Metric]) -> tuple[Mark, ...]:
        """Take note of a validation, freeze what is done, and return the new marks."""
        return self._watch([*self.scores, task_scores(metrics)])

    def restore(self, scores: Sequence[Mapping[str, float]]) -> None:
        """Go on after these validations, with the same modules frozen."""
        self._watch([dict(each) for each in scores])

    @property
    def is_over(self) -> bool:
        """Whether every module that serves a task is frozen."""
        return all(module in self.marks for module, tasks in self._served.items() if tasks)

    def _watch(self, scores: list[dict[str, float]]) -> tuple[Mark, ...]:
        self.scores = scores
        found = find_marks(scores, self._served, self._config)
        new = tuple(mark for module, mark in found.items() if module not in self.marks)
        self.marks = found
        freeze(self._model, [name for mark in new for name in self._modules[mark.module]])
        return new


def freeze(model: nn.Module, names: Sequence[str]) -> None:
    """Let parameters no longer learn: no gradient reaches them, and no decay, since optimisers pass them over."""
    wanted = set(names)
    for name, parameter in model.named_parameters():
        if name in wanted:
            parameter.requires_grad_(False)
            parameter.grad = None
