"""How much each unit or head matters, measured on real batches.

Taylor: the first-order change of the loss if the unit were silent, |activation · gradient| summed over the positions
of a passage, averaged over passages (Molchanov et al. 2017, https://arxiv.org/abs/1611.06440; Michel et al. 2019,
https://arxiv.org/abs/1905.10650, for heads). Norm: root mean square of the activation times the norm of the weights
that read it; it needs no labels.

Dimensions: B passages, L layers of a group, U units, S numbers of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Batch
from redheart_core.training.compression.structure import UnitGroup
from redheart_core.training.objectives import Objective, total_loss


class Criterion(StrEnum):
    """How importance is measured."""

    TAYLOR = "taylor"
    NORM = "norm"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedBatch:
    """A batch with the objective that gives its loss."""

    batch: Batch
    objective: Objective


def measure_importance(
    model: RedHeartModel, groups: Sequence[UnitGroup], batches: Iterable[JudgedBatch], *, criterion: Criterion
) -> Mapping[str, Tensor]:
    """Return the importance (L, U) of every unit, by the group's name. Nothing of the model is changed.

    Raises:
        ValueError: There is no batch.
    """
    tallies = {site.consumer: _Tally(group) for group in groups for site in group.sites}
    model.eval()
    num_batches = 0
    with _listening(model, tallies, criterion):
        for judged in batches:
            num_batches += 1
            _run(model, judged, criterion)
    if num_batches == 0:
        raise ValueError("importance needs at least one batch")
    return {
        group.name: torch.stack([_total(model, group, site.consumer, tallies, criterion) for site in group.sites])
        for group in groups
    }


def _run(model: RedHeartModel, judged: JudgedBatch, criterion: Criterion) -> None:
    batch = judged.batch
    with torch.set_grad_enabled(criterion is Criterion.TAYLOR):
        output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, batch.ngrams)
    if criterion is Criterion.TAYLOR:
        torch.autograd.backward(total_loss(judged.objective, output.logits, batch.target_BK))
        model.zero_grad(set_to_none=True)


class _Tally:
    """Sums what was heard of the units that one layer reads."""

    def __init__(self, group: UnitGroup) -> None:
        self.group = group
        self.sum_U = torch.zeros(group.count, dtype=torch.float64)

    def add_taylor(self, activation: Tensor, gradient: Tensor) -> None:
        product = (activation * gradient).detach().double()
        by_passage_BU = product.flatten(1, -2).sum(dim=1) if product.ndim > 2 else product
        self.sum_U += _by_unit(by_passage_BU, self.group).abs().sum(dim=0)

    def add_square(self, activation: Tensor) -> None:
        squared = activation.detach().double().square().flatten(0, -2)
        self.sum_U += _by_unit(squared, self.group).mean(dim=0)


def _total(
    model: nn.Module, group: UnitGroup, consumer: str, tallies: Mapping[str, _Tally], criterion: Criterion
) -> Tensor:
    heard_U = tallies[consumer].sum_U
    if criterion is Criterion.TAYLOR:
        return heard_U
    weight = model.get_submodule(consumer).get_parameter("weight").detach().double()
    read_U = _by_unit(weight.square().sum(dim=0, keepdim=True), group)[0]
    return (heard_U * read_U).sqrt()


def _by_unit(numbers: Tensor, group: UnitGroup) -> Tensor:
    """Sum the S numbers of each unit: (B, U·S) to (B, U)."""
    return numbers.view(numbers.shape[0], group.count, group.unit_size).sum(dim=-1)


@contextmanager
def _listening(model: nn.Module, tallies: Mapping[str, _Tally], criterion: Criterion) -> Iterator[None]:
    handles = [
        model.get_submodule(path).register_forward_pre_hook(_hook(tally, criterion)) for path, tally in tallies.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(tally: _Tally, criterion: Criterion) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def listen(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        (activation,) = inputs
        if criterion is Criterion.NORM:
            tally.add_square(activation)
        elif activation.requires_grad:
            activation.register_hook(lambda gradient: tally.add_taylor(activation, gradient))  # type: ignore[no-untyped-call]

    return listen
