"""The loss of one batch, part by part: task, recovery of hidden modules, agreement of two passes.

Dimensions: B items, K target columns, R passages, T tokens, P parts of the loss.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from redheart_core.model.network import ModelOutput, Part, RedHeartModel
from redheart_core.training.batches import Batch
from redheart_core.training.config import TrainingConfig
from redheart_core.training.objectives import Objective, total_loss
from redheart_core.training.required import RECOVERY_WEIGHT
from redheart_core.training.techniques.label_smoothing import SmoothedObjective
from redheart_core.training.techniques.precision import autocast
from redheart_core.training.techniques.r_drop import disagreement


class StepLoss(nn.Module):
    """A model with what is minimised: one forward call, so that it can be spread over processes."""

    def __init__(self, model: RedHeartModel, config: TrainingConfig) -> None:
        super().__init__()
        self.model = model
        self.precision = config.precision
        self._smoothing, self._r_drop = config.label_smoothing, config.r_drop
        self.num_smoothed = 0
        """Targets that label smoothing has moved so far."""

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names of the parts of the loss, in their order."""
        return ("task", "recovery") if self._r_drop is None else ("task", "recovery", "r_drop")

    def forward(self, batch: Batch, objective: Objective, parts: frozenset[Part], depth: int | None) -> Tensor:
        """Return the weighted parts of the loss, (P,) in float32; their sum is minimised."""
        minimised = self._smoothed(objective)
        first = self._pass(batch, parts, depth)
        task_loss, recovery = total_loss(minimised, first.logits, batch.target_BK), first.recovery_error
        self._count(minimised)
        if self._r_drop is None:
            return torch.stack([task_loss, RECOVERY_WEIGHT * recovery])
        second = self._pass(batch, parts, depth)
        apart = disagreement(objective, first.logits, second.logits, batch.target_BK)
        task_loss = 0.5 * (task_loss + total_loss(minimised, second.logits, batch.target_BK))
        recovery = 0.5 * (recovery + second.recovery_error)
        return torch.stack([task_loss, RECOVERY_WEIGHT * recovery, self._r_drop.alpha * apart])

    def _smoothed(self, objective: Objective) -> Objective:
        return objective if self._smoothing is None else SmoothedObjective(objective, self._smoothing)

    def _count(self, objective: Objective) -> None:
        if isinstance(objective, SmoothedObjective):
            self.num_smoothed += objective.num_smoothed

    def _pass(self, batch: Batch, parts: frozenset[Part], depth: int | None) -> ModelOutput:
        with autocast(self.precision, batch.ids_RT.device):
            output: ModelOutput = self.model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=parts, depth=depth)
        return output
