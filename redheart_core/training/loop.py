"""One call that trains a model from tasks and tokenized examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item
from redheart_core.training.config import TrainingConfig
from redheart_core.training.distributed import ALONE, Workers
from redheart_core.training.observer import Observer
from redheart_core.training.tasks import Task
from redheart_core.training.trainer import CPU, Trained, Trainer
from redheart_core.training.validation_watch import Validate


def train(
    model: RedHeartModel,
    tasks: Sequence[Task],
    items: Mapping[str, Sequence[Item]],
    config: TrainingConfig,
    *,
    save: Callable[[int], object] | None = None,
    prepare: Callable[[Trainer], object] | None = None,
    keep_state: Callable[[Trainer], object] | None = None,
    observer: Observer | None = None,
    validate: Validate | None = None,
    device: torch.device = CPU,
    workers: Workers = ALONE,
) -> Trained:
    """Train ``model`` in place; afterwards it carries the weights that are kept.

    Args:
        model: Freshly built, embedding set, on ``device``.
        tasks: What is learned.
        items: Tokenized training examples by task name.
        config: The run.
        save: Called with the number of steps done, every ``config.save_every`` steps.
        prepare: Called with the trainer before its first step; it may ``load_state``.
        keep_state: See ``Trainer``.
        observer: Hears of every step.
        validate: Measures the model on validation data, every ``config.validate_every`` steps.
        device: Where the model is.
        workers: The processes that train it together.

    Raises:
        DataError: The loss is not finite.
    """
    trainer = Trainer(
        model,
        tasks,
        items,
        config,
        save=save,
        keep_state=keep_state,
        observer=observer,
        validate=validate,
        device=device,
        workers=workers,
    )
    if prepare is not None:
        prepare(trainer)
    ending = trainer.run()
    return Trained(ending=ending, steps_done=trainer.step, best_step=trainer.watch.best_step)
