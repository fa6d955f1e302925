"""The loop in which a student learns from what its teacher said, from labels, or from both.

Dimensions: R passages of a batch, B items, D widths, K target columns.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from redheart_core.errors import DataError
from redheart_core.model.layers import masked_mean
from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Batch, Item, endless_batches
from redheart_core.training.compression.distillation import DistillationWeights, constant_divergences, soft_loss
from redheart_core.training.compression.teacher_outputs import TeacherOutputs
from redheart_core.training.objectives import total_loss
from redheart_core.training.required import RECOVERY_WEIGHT
from redheart_core.training.schedule import learning_rate_factor
from redheart_core.training.tasks import Task

logger = logging.getLogger(__name__)

SIZE_EXPONENT = 0.6
"""A task is drawn in proportion to its size to this power, as in ordinary training."""
LOG_EVERY = 50
SMALLEST_VARIANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentConfig:
    """How long and how fast a student learns."""

    weights: DistillationWeights
    steps: int
    batch_size: int
    learning_rate: float
    seed: int


def teach(
    student: RedHeartModel,
    tasks: Sequence[Task],
    items: Mapping[str, Sequence[Item]],
    outputs: TeacherOutputs,
    config: StudentConfig,
) -> None:
    """Train ``student`` in place.

    Args:
        student: Freshly built, or already trained.
        tasks: Whose rows are read; their labels count only with ``weights.hard``.
        items: Rows by task name, numbered as in ``numbered``.
        outputs: What the teacher said about those passages.
        config: The run.

    Raises:
        DataError: The loss is not finite, or the teacher says the same about every passage.
    """
    random_state = random.Random(config.seed)
    lesson = _Lesson(student, outputs, config.weights)
    optimizer, schedule = _optimizer(lesson, config)
    streams = {task.name: _stream(items[task.name], config, random_state) for task in tasks}
    shares = [len(items[task.name]) ** SIZE_EXPONENT for task in tasks]
    lesson.train()
    for step in range(1, config.steps + 1):
        task = random_state.choices(tasks, shares)[0]
        loss = lesson(next(streams[task.name]), task)
        if not math.isfinite(loss.item()):
            raise DataError(f"step {step}: the loss is {loss.item()}. Lower the learning rate.")
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(lesson.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if step % LOG_EVERY == 0:
            logger.info("step %d/%d, %s: loss %.3f", step, config.steps, task.name, loss.item())


def numbered(items: Sequence[Item], first: int) -> list[Item]:
    """Append to each target the numbers of its passages, counted from ``first``: where the teacher's answers stand."""
    result = []
    for item in items:
        numbers = tuple(float(first + place) for place in range(len(item.encodings)))
        result.append(replace(item, target=(*item.target, *numbers)))
        first += len(numbers)
    return result


class _Lesson(nn.Module):
    """A student with the map to its teacher's states, and the loss of one batch."""

    def __init__(self, student: RedHeartModel, outputs: TeacherOutputs, weights: DistillationWeights) -> None:
        super().__init__()
        self.student = student
        self.to_teacher = nn.Linear(student.config.backbone.d_model, outputs.hidden_ND.shape[1])
        self._outputs, self._weights = outputs, weights
        self._constants = constant_divergences(outputs.logits, weights.temperature)
        if not self._constants:
            raise DataError("The teacher says the same about every passage. Give it others, or another teacher.")

    def forward(self, batch: Batch, task: Task) -> Tensor:
        """Return the scalar that a step minimises."""
        sides = batch.ids_RT.shape[0] // batch.target_BK.shape[0]
        numbers_R = batch.target_BK[:, -sides:].T.flatten().long()
        with torch.autocast("cpu", torch.bfloat16):
            hidden_RTD = self._states(batch)
            output = self.student.forward_from_states(self.student.feature_dropout(hidden_RTD), batch.mask_RT)
        loss: Tensor = RECOVERY_WEIGHT * output.recovery_error
        if self._weights.soft:
            said = {family: logits[numbers_R] for family, logits in self._outputs.logits.items()}
            loss = loss + self._weights.soft * soft_loss(
                output.logits, said, self._constants, self._weights.temperature
            )
        if self._weights.hard:
            loss = loss + self._weights.hard * total_loss(task.objective, output.logits, batch.target_BK[:, :-sides])
        if self._weights.hidden:
            loss = loss + self._weights.hidden * self._hidden_loss(hidden_RTD, batch.mask_RT, numbers_R)
        return loss

    def _states(self, batch: Batch) -> Tensor:
        embeddings_RTD = self.student.backbone.embedding(batch.ids_RT)
        hidden_RTD: Tensor = self.student.backbone(embeddings_RTD, batch.mask_RT, batch.segments_RT)
        return hidden_RTD

    def _hidden_loss(self, hidden_RTD: Tensor, mask_RT: Tensor, numbers_R: Tensor) -> Tensor:
        wanted_RD = self._outputs.hidden_ND[numbers_R]
        error_RD = self.to_teacher(masked_mean(hidden_RTD, mask_RT).float()) - wanted_RD
        variance = self._outputs.hidden_ND.var(dim=0).mean().clamp(min=SMALLEST_VARIANCE)
        loss: Tensor = error_RD.square().mean() / variance
        return loss


def _stream(items: Sequence[Item], config: StudentConfig, random_state: random.Random) -> Iterator[Batch]:
    return endless_batches(
        items,
        batch_size=config.batch_size,
        max_batch_tokens=64 * config.batch_size,
        random_state=random.Random(random_state.random()),
    )


def _optimizer(lesson: nn.Module, config: StudentConfig) -> tuple[AdamW, LambdaLR]:
    matrices = [parameter for parameter in lesson.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in lesson.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    optimizer = AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)
    warmup = max(config.steps // 10, 1)

    def factor(step: int) -> float:
        return learning_rate_factor(step, warmup_steps=warmup, steps=config.steps)

    return optimizer, LambdaLR(optimizer, factor)
