"""Label smoothing: targets step back from certainty, and what is minimised is the divergence from those targets.

Source: Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, section 7, with two classes. The entropy of the smoothed
targets is subtracted from the cross-entropy: the loss is a KL divergence with floor zero, its gradient is the same.

Dimensions: B items, K target columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.training.objectives import BinaryTerm, Logits, Objective
from redheart_core.vocabulary.reading import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSmoothingConfig:
    """How far targets step back."""

    amount: float = 0.1
    """Share of a target that is replaced by one half."""

    def __post_init__(self) -> None:
        if not 0.0 < self.amount < 1.0:
            raise ConfigError(f"label_smoothing.amount is {self.amount}; it must lie strictly between 0 and 1.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothedTerm(BinaryTerm):
    """A term whose loss is the divergence from its targets, in nats."""

    def loss(self) -> Tensor:
        """Return the weighted mean KL divergence; zero where the probabilities equal the smoothed targets."""
        entropy = -(torch.xlogy(self.targets, self.targets) + torch.xlogy(1 - self.targets, 1 - self.targets))
        floor = self.weight * (entropy * self.mask).sum() / self.mask.sum().clamp(min=1.0)
        return BinaryTerm.loss(self) - floor


class SmoothedObjective:
    """An objective with the targets of its binary terms smoothed; what else it minimises stays."""

    def __init__(self, objective: Objective, config: LabelSmoothingConfig) -> None:
        self._objective, self._amount = objective, config.amount
        self.num_smoothed = 0
        """Targets that were moved."""

    @property
    def families(self) -> tuple[Family, ...]:
        """See ``Objective``."""
        return self._objective.families

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return tuple(self._smoothed(term) for term in self._objective.binary_terms(logits, target_BK))

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return self._objective.other_loss(logits, target_BK)

    def _smoothed(self, term: BinaryTerm) -> SmoothedTerm:
        targets = smoothed(term.targets, self._amount)
        self.num_smoothed += targets.numel()
        return SmoothedTerm(family=term.family, logits=term.logits, targets=targets, weight=term.weight, mask=term.mask)


def smoothed(targets: Tensor, amount: float) -> Tensor:
    """Return targets of any shape, each moved towards one half by the share ``amount`` of the way."""
    return targets * (1.0 - amount) + 0.5 * amount
