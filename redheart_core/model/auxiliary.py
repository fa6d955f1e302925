"""Integration and adjustment: the reasoning outputs, and a correction of all others, from the merged state.

Dimensions: B passages, W width of the bridge, P pooled width, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from redheart_core.model.config import AuxiliaryConfig
from redheart_core.model.layers import Readout, ResidualLayer
from redheart_core.vocabulary.reading import OUTPUTS, Family


class AuxiliaryModules(nn.Module):
    """Reads the merged module states together with the pooled passage."""

    def __init__(
        self, config: AuxiliaryConfig, *, bridge_width: int, pooled_width: int, families: Sequence[Family]
    ) -> None:
        super().__init__()
        self.from_bridge = nn.Linear(bridge_width, config.width)
        self.from_passage = nn.Linear(pooled_width, config.width)
        self.layers = nn.ModuleList(
            ResidualLayer(config.width, config.inner_width or config.width, config.dropout)
            for _ in range(config.num_layers)
        )
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.readouts = nn.ModuleDict(
            {family.value: Readout(config.width, len(OUTPUTS[family])) for family in families}
        )

    def start_at(self, family: Family, logits_C: Tensor) -> None:
        """Set the logits that the family has before anything is learned."""
        with torch.no_grad():
            self.get_parameter(f"readouts.{family.value}.bias").copy_(logits_C)

    def forward(self, merged_BW: Tensor, pooled_BP: Tensor) -> dict[Family, Tensor]:
        """Return logits (B, C) by family: whole ones for reasoning, corrections for the others."""
        state = nn.functional.gelu(self.from_bridge(merged_BW) + self.from_passage(pooled_BP))
        for layer in self.layers:
            state = layer(state)
        state = self.dropout(self.norm(state))
        return {Family(name): readout(state) for name, readout in self.readouts.items()}
