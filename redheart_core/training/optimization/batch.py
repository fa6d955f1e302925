"""What the optimisation systems learn from: measurements of a training, and what came next.

Dimensions: B cases, S points of a curve, K candidates, F measurements.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from redheart_core.model.optimization import OptimizationSystems

LEVEL_WEIGHT = 1e-3
"""A softmax does not notice when all logits move together, so that nothing would teach the biases behind it: this holds
their level near zero (the z-loss of Chowdhery et al. 2022, https://arxiv.org/abs/2204.02311, section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TelemetryBatch:
    """Measurements in the orders of ``model.optimization`` with a target for each system."""

    curve_BSF: Tensor
    past_best_BS: Tensor
    """One where no later point of the curve was better."""
    candidate_BKF: Tensor
    present_BK: Tensor
    """Which candidates there are, as truth values."""
    share_BK: Tensor
    """Wanted share of each candidate; shares of a case add up to one."""
    memory_BF: Tensor
    memory_error_B: Tensor
    """Logarithm of measured over planned bytes."""
    learning_BF: Tensor
    accumulation_B: Tensor
    averaging_B: Tensor
    layer_rate_B: Tensor


def telemetry_loss(systems: OptimizationSystems, batch: TelemetryBatch) -> Tensor:
    """Return the sum of the six losses: cross-entropies of detector and crossover, squared errors of the estimators."""
    detected = binary_cross_entropy_with_logits(systems.sweet_spot(batch.curve_BSF).float(), batch.past_best_BS)
    logits_BK = systems.crossover(batch.candidate_BKF, batch.present_BK).float()
    logits_BK = logits_BK.masked_fill(~batch.present_BK, torch.finfo(torch.float32).min)
    level_B = torch.logsumexp(logits_BK, dim=-1)
    crossed = (level_B - (batch.share_BK * logits_BK).sum(dim=-1) + LEVEL_WEIGHT * level_B.square()).mean()
    learning = systems.learning
    estimated = (
        (systems.peak_memory(batch.memory_BF), batch.memory_error_B),
        (learning.accumulation(batch.learning_BF), batch.accumulation_B),
        (learning.averaging(batch.learning_BF), batch.averaging_B),
        (learning.layer_rates(batch.learning_BF), batch.layer_rate_B),
    )
    return torch.stack([detected, crossed, *(mse_loss(said.float(), wanted) for said, wanted in estimated)]).sum()
