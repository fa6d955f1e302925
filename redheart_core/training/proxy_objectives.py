"""Losses for the outputs that no data set labels. Their targets are proxies and are called so wherever they appear.

Outputs learned here alone stay refused when a passage is read (``run.TRAINED_OUTPUTS``): a proxy teaches a module what
its output is about, it does not show that the output is right.

Dimensions: B items, C outputs of a family, K target columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from redheart_core.model.outputs import to_output_scale
from redheart_core.training.objectives import TANH_AS_SIGMOID, BinaryTerm, Logits, binary
from redheart_core.vocabulary.bentham import RegretType, View
from redheart_core.vocabulary.reading import OUTPUTS, Family

NUANCE_WEIGHT = 5.0
"""A mean over 112 outputs of which few are present is a small number; this brings it to the size of the others."""
VIEW_QUANTILES = {View.OPTIMISTIC: 0.9, View.REALISTIC: 0.5, View.PESSIMISTIC: 0.1}
"""Which quantile of the outcome each view stands for."""
OUTCOME_WEIGHT = 4.0
"""A pinball loss of numbers between 0 and 1 is small; this brings it to the size of the others."""
DECISION_TYPES = (RegretType.ACTION, RegretType.INACTION, RegretType.TIMING)
"""Types of regret with a proxy target per course of action, in the order of the target columns."""
PROXY_WEIGHT = 0.5


@runtime_checkable
class ProxyObjective(Protocol):
    """An objective whose outputs are compared with its targets number by number."""

    families: tuple[Family, ...]

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``objectives.Objective``."""

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``objectives.Objective``."""

    def compared(self, logits: Logits, target_BK: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the model says and what was wanted, of one shape, between 0 and 1."""


class NuanceObjective:
    """28 emotions in four grades: the categories are labels, the grade is a proxy. One column per nuance."""

    families: tuple[Family, ...] = (Family.NUANCE,)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return (binary(Family.NUANCE, logits[Family.NUANCE], target_BK, NUANCE_WEIGHT),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return logits[Family.NUANCE].new_zeros(())

    def compared(self, logits: Logits, target_BK: Tensor) -> tuple[Tensor, Tensor]:
        """See ``ProxyObjective``."""
        return torch.sigmoid(logits[Family.NUANCE].float()), target_BK


class OutcomeObjective:
    """Three views of how a course turns out: quantiles of its polarity. One column, the polarity in [0, 1].

    Source:
        Koenker and Bassett 1978, "Regression quantiles" (the pinball loss).
    """

    families: tuple[Family, ...] = (Family.OUTCOME,)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return ()

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        said_BC = to_output_scale(Family.OUTCOME, logits[Family.OUTCOME].float())
        quantile_C = said_BC.new_tensor([VIEW_QUANTILES[View(name)] for name in OUTPUTS[Family.OUTCOME]])
        short_BC = target_BK[:, :1] - said_BC
        return OUTCOME_WEIGHT * torch.maximum(quantile_C * short_BC, (quantile_C - 1.0) * short_BC).mean()

    def compared(self, logits: Logits, target_BK: Tensor) -> tuple[Tensor, Tensor]:
        """See ``ProxyObjective``: the realistic view against the polarity."""
        place = OUTPUTS[Family.OUTCOME].index(View.REALISTIC.value)
        return torch.sigmoid(logits[Family.OUTCOME][:, place : place + 1].float()), target_BK


class RegretProxyObjective:
    """Types of regret, the same target in all three views. One column per type, in [0, 1]."""

    families: tuple[Family, ...] = (Family.REGRET,)

    def __init__(self, types: Sequence[RegretType]) -> None:
        names = OUTPUTS[Family.REGRET]
        self.columns = [names.index(f"{kind.value}.{view.value}") for kind in types for view in View]

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        regret_BC = TANH_AS_SIGMOID * logits[Family.REGRET][:, self.columns]
        return (binary(Family.REGRET, regret_BC, self._wanted(target_BK), PROXY_WEIGHT),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return logits[Family.REGRET].new_zeros(())

    def compared(self, logits: Logits, target_BK: Tensor) -> tuple[Tensor, Tensor]:
        """See ``ProxyObjective``."""
        said_BC = torch.sigmoid(TANH_AS_SIGMOID * logits[Family.REGRET][:, self.columns].float())
        return said_BC, self._wanted(target_BK)

    def _wanted(self, target_BK: Tensor) -> Tensor:
        return target_BK.repeat_interleave(len(View), dim=1)


class SurdObjective:
    """The four shares of a decomposition that was really computed; they add up to one. One column per share."""

    families: tuple[Family, ...] = (Family.SURD,)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return (binary(Family.SURD, logits[Family.SURD], target_BK, 1.0),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return logits[Family.SURD].new_zeros(())

    def compared(self, logits: Logits, target_BK: Tensor) -> tuple[Tensor, Tensor]:
        """See ``ProxyObjective``."""
        return torch.sigmoid(logits[Family.SURD].float()), target_BK
