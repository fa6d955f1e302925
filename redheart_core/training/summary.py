"""What a run reports about itself, to its checkpoint and its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.reading import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What the model card reports about a run."""

    config: TrainingConfig
    command: str
    metrics: tuple[Metric, ...]
    temperatures: Mapping[Family, float]
    tasks: tuple[Task, ...]
    steps_done: int
    """Optimiser steps taken; fewer than planned where the run ended early."""
    best_step: int | None
    """Step of the validated weights that are kept; None where they are those of the last step."""
    timed: str
    """What ``minutes`` are of."""
    minutes: float
    hardware: str
    """With the library's version and the precision of the training."""
    num_parameters: int
