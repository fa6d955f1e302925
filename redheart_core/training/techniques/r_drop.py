"""R-Drop: two passes with different dropout should say the same.

Source: Liang et al. 2021, https://arxiv.org/abs/2106.14448, equation 4, for Bernoulli outputs. The paper adds both
losses; here they are averaged, so that the rate means the same with and without it.

Dimensions: B items, C outputs of a family, K target columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.training.objectives import TANH_AS_SIGMOID, Logits, Objective
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, Family


@dataclass(frozen=True, slots=True, kw_only=True)
class RDropConfig:
    """Weight of the agreement."""

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if self.alpha <= 0.0:
            raise ConfigError(f"r_drop.alpha is {self.alpha}; it must be above 0. Without the table it is off.")


def disagreement(objective: Objective, first: Logits, second: Logits, target_BK: Tensor) -> Tensor:
    """Return the mean symmetric divergence, in nats, between two passes over the same batch.

    Taken over the outputs that the task has targets for, and over all outputs of its families where it only ranks.
    """
    pairs = zip(_bernoulli(objective, first, target_BK), _bernoulli(objective, second, target_BK), strict=True)
    return torch.stack([symmetric_divergence(one, other).mean() for one, other in pairs]).mean()


def symmetric_divergence(first: Tensor, second: Tensor) -> Tensor:
    """Return (KL(p‖q) + KL(q‖p)) / 2 of two Bernoulli distributions given as logits, element by element.

    Equal to (p - q) * (logit p - logit q) / 2, which is exact where probabilities saturate.
    """
    return 0.5 * (torch.sigmoid(first) - torch.sigmoid(second)) * (first - second)


def _bernoulli(objective: Objective, logits: Logits, target_BK: Tensor) -> Iterable[Tensor]:
    terms = objective.binary_terms(logits, target_BK)
    if terms:
        return [term.logits.float() for term in terms]
    return [_scale(family) * logits[family].float() for family in objective.families]


def _scale(family: Family) -> float:
    return TANH_AS_SIGMOID if family in ADJUSTMENT_BOUND or family is Family.HEDONIC else 1.0
