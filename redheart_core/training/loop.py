"""The plain multi-task loop: one batch of one task per step, tasks drawn by size, every number from the config."""

from __future__ import annotations

import logging
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from redheart_core.errors import DataError
from redheart_core.model.network import ALL_PARTS, Part, RedHeartModel
from redheart_core.training.batches import Batch, Item, endless_batches
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.objectives import total_loss
from redheart_core.training.tasks import Task
from redheart_core.vocabulary.reading import Family

logger = logging.getLogger(__name__)

RECOVERY_WEIGHT = 0.1
HEADS = frozenset({Part.EMOTION_HEAD, Part.BENTHAM_HEAD, Part.REGRET_HEAD, Part.SURD_HEAD})
"""What runs in a shallow stage."""
REQUIRED_PARTS: dict[Family, frozenset[Part]] = {
    Family.GOEMOTIONS: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.KOTE: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.NUANCE: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.VAD: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.HEDONIC: frozenset({Part.BENTHAM_HEAD, Part.BENTHAM_CALCULATOR}),
    Family.BENTHAM: frozenset({Part.BENTHAM_HEAD, Part.BENTHAM_CALCULATOR}),
    Family.REASONING: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.OUTCOME: frozenset({Part.COUNTERFACTUAL_REASONER}),
    Family.REGRET: frozenset({Part.REGRET_HEAD, Part.REGRET_ANALYZER}),
    Family.SURD: frozenset({Part.SURD_HEAD, Part.SURD_ANALYZER}),
    Family.TRAIT: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.CAUSAL: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.SAFETY: frozenset({Part.EMOTION_HEAD, Part.BENTHAM_HEAD}),
}
"""Modules that must run for a family to be learned."""


def train(
    model: RedHeartModel,
    tasks: Sequence[Task],
    items: Mapping[str, Sequence[Item]],
    config: TrainingConfig,
    *,
    save: Callable[[int], object],
) -> None:
    """Train ``model`` in place.

    Args:
        model: Freshly built, embedding set.
        tasks: What is learned.
        items: Tokenized training examples by task name.
        config: The run.
        save: Called with the number of steps done, every ``config.save_every`` steps.

    Raises:
        DataError: The loss is not finite.
    """
    random_state = random.Random(config.seed)
    weights = _task_weights(tasks, items, config)
    progress = _Progress(config)
    done = 0
    model.train()
    for stage in config.stages:
        batches = _batches(tasks, items, stage, random_state)
        optimizer, schedule = _optimizer(model, config, stage)
        for _ in range(stage.steps):
            done += 1
            task = random_state.choices(tasks, weights)[0]
            parts = draw_parts(task, config, stage, random_state)
            loss = _loss(model, task, next(batches[task.name]), parts, stage)
            _require_finite(loss, task, done)
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.gradient_clip)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            progress.add(done, task, loss.detach(), float(schedule.get_last_lr()[0]))
            if done % config.save_every == 0 and done < config.steps:
                save(done)


def learning_rate_factor(step: int, *, warmup_steps: int, steps: int) -> float:
    """Return the share of the full rate at an optimiser step: a linear rise, then a linear fall to zero."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    return max(0.0, (steps - step) / (steps - warmup_steps))


def _loss(model: RedHeartModel, task: Task, batch: Batch, parts: frozenset[Part], stage: StageConfig) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=parts, depth=0 if stage.shallow else None)
    task_loss = total_loss(task.objective, output.logits, batch.target_BK)
    recovery_error: Tensor = output.recovery_error
    return task_loss + RECOVERY_WEIGHT * recovery_error


def _require_finite(loss: Tensor, task: Task, step: int) -> None:
    if not math.isfinite(loss.item()):
        raise DataError(f"step {step}: the loss of {task.name} is {loss.item()}. Lower the learning rate.")


def _batches(
    tasks: Sequence[Task], items: Mapping[str, Sequence[Item]], stage: StageConfig, random_state: random.Random
) -> dict[str, Iterator[Batch]]:
    return {
        task.name: endless_batches(
            items[task.name],
            batch_size=stage.batch_size,
            max_batch_tokens=stage.max_batch_tokens,
            random_state=random.Random(random_state.random()),
        )
        for task in tasks
    }


def _task_weights(tasks: Sequence[Task], items: Mapping[str, Sequence[Item]], config: TrainingConfig) -> list[float]:
    return [config.emphasis.get(task.name, 1.0) * len(items[task.name]) ** config.size_exponent for task in tasks]


def draw_parts(task: Task, config: TrainingConfig, stage: StageConfig, random_state: random.Random) -> frozenset[Part]:
    """Draw the modules that run: all of them, or those needed and some others. Teaches the bridge to do without."""
    if stage.shallow:
        return HEADS
    if random_state.random() < config.all_parts_share:
        return ALL_PARTS
    needed = frozenset[Part]().union(*(REQUIRED_PARTS[family] for family in task.objective.families))
    return needed | {part for part in Part if random_state.random() < config.other_part_share}


def _optimizer(model: RedHeartModel, config: TrainingConfig, stage: StageConfig) -> tuple[AdamW, LambdaLR]:
    groups = _parameter_groups(model, config, stage)
    optimizer = AdamW(groups, betas=(0.9, 0.98), fused=True)

    def factor(step: int) -> float:
        return learning_rate_factor(step, warmup_steps=stage.warmup_steps, steps=stage.steps)

    return optimizer, LambdaLR(optimizer, factor)


def _parameter_groups(model: RedHeartModel, config: TrainingConfig, stage: StageConfig) -> list[dict[str, object]]:
    """Give readouts a lower rate: each adds hundreds of inputs, so that one step would move its logits too far."""
    groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, parameter in model.named_parameters():
        is_readout = "readouts." in name or name.endswith("answer_QW")
        groups[is_readout, parameter.ndim >= 2].append(parameter)
    return [
        {
            "params": parameters,
            "lr": stage.learning_rate * (config.readout_rate if is_readout else 1.0),
            "weight_decay": config.weight_decay if is_matrix else 0.0,
        }
        for (is_readout, is_matrix), parameters in groups.items()
    ]


class _Progress:
    """Averages losses by task and logs them."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._started_s = time.monotonic()

    def add(self, step: int, task: Task, loss: Tensor, rate: float) -> None:
        self._losses[task.name].append(loss.item())
        if step % self._config.log_every:
            return
        elapsed_s = time.monotonic() - self._started_s
        means = " ".join(f"{name}={sum(values) / len(values):.3f}" for name, values in sorted(self._losses.items()))
        logger.info(
            "step %d/%d rate %.2e elapsed %.0f s (%.3f s per step) %s",
            step, self._config.steps, rate, elapsed_s, elapsed_s / step, means,
        )  # fmt: skip
        self._losses.clear()
