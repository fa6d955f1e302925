"""The four heads: a deep network on the pooled passage, with one readout per output family.

Dimensions: B passages, C outputs of a family, S state width.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from redheart_core.model.config import HeadConfig
from redheart_core.model.layers import Readout, ResidualLayer
from redheart_core.vocabulary.reading import OUTPUTS, Family


class SubjectHead(nn.Module):
    """Reads one subject (emotion, Bentham, regret, SURD) from the pooled passage."""

    def __init__(self, config: HeadConfig, *, pooled_width: int, families: Sequence[Family]) -> None:
        super().__init__()
        self.state_width = config.width
        self.enter = nn.Linear(pooled_width, config.width)
        self.layers = nn.ModuleList(
            ResidualLayer(config.width, config.inner_width or config.width, config.dropout)
            for _ in range(config.num_layers)
        )
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.readouts = nn.ModuleDict(
            {family.value: Readout(config.width, len(OUTPUTS[family])) for family in families}
        )

    def forward(self, pooled_BP: Tensor) -> tuple[Tensor, dict[Family, Tensor]]:
        """Return the head's state (B, S) and its logits (B, C) by family."""
        state_BS = nn.functional.gelu(self.enter(pooled_BP))
        for layer in self.layers:
            state_BS = layer(state_BS)
        state_BS = self.dropout(self.norm(state_BS))
        return state_BS, {Family(name): readout(state_BS) for name, readout in self.readouts.items()}
