"""Removing the least important units and heads, which leaves a smaller model of the same architecture.

Dimensions: L layers of a group, U units, K units that stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.compression.structure import Site, UnitGroup, shrunken


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningShares:
    """How much of each kind goes, rounded down; at least one unit always stays."""

    units: float
    """Share of the feed-forward units of each layer."""
    heads: float
    """Share of the attention heads of each layer."""

    def __post_init__(self) -> None:
        if not (0 <= self.units < 1 and 0 <= self.heads < 1):
            raise ConfigError(f"The shares to remove are {self.units} and {self.heads}; they must lie in [0, 1).")

    def kept(self, group: UnitGroup) -> int:
        """Return how many units of the group stay in each layer."""
        share = self.heads if group.is_attention else self.units
        return max(group.count - int(share * group.count), 1)


def choose_units(
    groups: Sequence[UnitGroup], importance: Mapping[str, Tensor], shares: PruningShares
) -> dict[str, Tensor]:
    """Return the units (L, K) that stay, in their old order, by the group's name; of equals the first stays."""
    return {group.name: _most_important(importance[group.name], shares.kept(group)) for group in groups}


def prune(model: RedHeartModel, groups: Sequence[UnitGroup], kept: Mapping[str, Tensor]) -> RedHeartModel:
    """Build the smaller model; the given one is not changed.

    Args:
        model: What is cut.
        groups: Of the model's own configuration.
        kept: Units (L, K) that stay, by the group's name.
    """
    config = model.config
    state = dict(model.state_dict())
    for group in groups:
        kept_LK = kept[group.name]
        config = shrunken(config, group, kept_LK.shape[1])
        for site, kept_K in zip(group.sites, kept_LK, strict=True):
            _cut(state, group, site, kept_K)
    smaller = RedHeartModel(config).to(next(model.parameters()).dtype)
    smaller.load_state_dict(state, strict=True)
    return smaller.train(model.training)


def _cut(state: dict[str, Tensor], group: UnitGroup, site: Site, kept_K: Tensor) -> None:
    numbers = group.numbers(kept_K)
    for producer in site.producers:
        # Keys and values come from one layer, one after the other: a head has rows in both halves.
        rows = state[f"{producer}.weight"].shape[0]
        copies = rows // (group.count * group.unit_size)
        positions = torch.cat([numbers + copy * (rows // copies) for copy in range(copies)])
        for name in ("weight", "bias"):
            state[f"{producer}.{name}"] = state[f"{producer}.{name}"][positions]
    state[f"{site.consumer}.weight"] = state[f"{site.consumer}.weight"][:, numbers]


def _most_important(importance_LU: Tensor, count: int) -> Tensor:
    order_LU = importance_LU.argsort(dim=1, descending=True, stable=True)
    return order_LU[:, :count].sort(dim=1).values
