"""How much the network and the linear part count, output by output, fitted on development rows that nothing else sees.

The blended logit is ``scale · network + share · linear + shift``. Scale, share and shift minimise the same losses as
the training, on rows that neither part has learned from, which also calibrates the outputs. A family of many rare
categories has one scale, share and shift for all of them; everywhere else each output has its own. Where the linear
part speaks alone, the scale is zero.

Dimensions: B items, R passages, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from redheart_core.model.ngrams import NgramPart
from redheart_core.training.evaluation import Prediction
from redheart_core.training.objectives import total_loss
from redheart_core.vocabulary.reading import OUTPUTS, Family

SHARED = frozenset({Family.GOEMOTIONS, Family.KOTE})
"""Families of many rare categories."""
START_SCALE, START_SHARE = 0.7, 0.5
MAX_ITERATIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FamilyBlend:
    """Factors of one family's outputs, (C,) each."""

    scale_C: Tensor
    share_C: Tensor
    shift_C: Tensor

    def apply(self, network_RC: Tensor, linear_RC: Tensor) -> Tensor:
        """Return the blended logits."""
        return self.scale_C * network_RC + self.share_C * linear_RC + self.shift_C


class _Factors(torch.nn.Module):
    """Unbounded numbers behind the factors: scale and share are never negative, or a part would be read upside down."""

    def __init__(self, family: Family, *, alone: bool) -> None:
        super().__init__()
        self.count = len(OUTPUTS[family])
        width = 1 if family in SHARED else self.count
        self.scale = None if alone else torch.nn.Parameter(_before_softplus(START_SCALE).repeat(width))
        self.share = torch.nn.Parameter(_before_softplus(START_SHARE).repeat(width))
        self.shift = torch.nn.Parameter(torch.zeros(width))

    def blend(self) -> FamilyBlend:
        """Return the factors."""
        return FamilyBlend(
            scale_C=(torch.zeros(1) if self.scale is None else softplus(self.scale)).expand(self.count),
            share_C=softplus(self.share).expand(self.count),
            shift_C=self.shift.expand(self.count),
        )


def fit_blend(
    network: Sequence[Prediction],
    linear: Sequence[Mapping[Family, Tensor]],
    families: Sequence[Family],
    *,
    alone: Collection[Family] = (),
) -> dict[Family, FamilyBlend]:
    """Fit the factors of ``families``.

    Args:
        network: What the network alone says about the development rows of each task.
        linear: What the linear part says about the same rows, (R, C) by family.
        families: Families that the linear part speaks about.
        alone: Those of them that it speaks about alone.
    """
    factors = torch.nn.ModuleDict({family.value: _Factors(family, alone=family in alone) for family in families})
    optimizer = torch.optim.LBFGS(factors.parameters(), max_iter=MAX_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        blends = {family: _blend(factors, family) for family in families}
        losses = [
            total_loss(said.task.objective, {**said.logits, **_blended(said, own, blends)}, said.target_BK)
            for said, own in zip(network, linear, strict=True)
        ]
        total = torch.stack(losses).sum()
        torch.autograd.backward(total)
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return {family: _detached(_blend(factors, family)) for family in families}


def fold_blend(part: NgramPart, blends: Mapping[Family, FamilyBlend]) -> None:
    """Write the factors into the linear part: its weights carry their share, its bias the shift."""
    with torch.no_grad():
        for table in part.each_table():
            chosen = [blends[family] for family in table.families]
            share_C = torch.cat([blend.share_C for blend in chosen])
            table.weight.mul_(share_C)
            table.bias.mul_(share_C).add_(torch.cat([blend.shift_C for blend in chosen]))
            table.network_scale.copy_(torch.cat([blend.scale_C for blend in chosen]))


def _blended(
    said: Prediction, linear: Mapping[Family, Tensor], blends: Mapping[Family, FamilyBlend]
) -> dict[Family, Tensor]:
    return {family: blend.apply(said.logits[family], linear[family]) for family, blend in blends.items()}


def _blend(factors: torch.nn.ModuleDict, family: Family) -> FamilyBlend:
    own = factors[family.value]
    assert isinstance(own, _Factors)
    return own.blend()


def _detached(blend: FamilyBlend) -> FamilyBlend:
    return FamilyBlend(scale_C=blend.scale_C.detach(), share_C=blend.share_C.detach(), shift_C=blend.shift_C.detach())


def _before_softplus(value: float) -> Tensor:
    return torch.tensor([value]).expm1().log()
