"""The unified backbone: embedding, encoder, output projection, and the conditioning of its layer norms.

Dimensions: B passages, T tokens, D width, L layers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from redheart_core.model.config import BackboneConfig
from redheart_core.model.layers import Attention, FeatureDropout, masked_mean, sinusoidal_positions

NORMS_PER_LAYER = 2
POSITION_SCALE = 0.5


class Embedding(nn.Module):
    """Token and segment vectors plus a fixed position code."""

    positions_TD: Tensor

    def __init__(self, vocabulary_size: int, max_tokens: int, width: int) -> None:
        super().__init__()
        self.token = nn.Embedding(vocabulary_size, width)
        self.segment = nn.Embedding(2, width)
        self.scale = math.sqrt(width)
        nn.init.normal_(self.token.weight, std=1 / self.scale)
        nn.init.normal_(self.segment.weight, std=1 / self.scale)
        self.register_buffer("positions_TD", torch.empty(max_tokens, width), persistent=False)
        self.restore_positions()

    def forward(self, ids_BT: Tensor) -> Tensor:
        """Return the token vectors (B, T, D): what attribution follows back to the words."""
        embeddings_BTD: Tensor = self.token(ids_BT) * self.scale
        return embeddings_BTD

    def restore_positions(self, device: torch.device | str | None = None) -> None:
        """Compute the position code; needed again after the module was built without storage.

        Args:
            device: Where it goes; when left out it stays, or goes to the token vectors if it had no storage.
        """
        weight = self.token.weight
        code_TD = POSITION_SCALE * sinusoidal_positions(*self.positions_TD.shape)
        stays = weight.device if self.positions_TD.is_meta else self.positions_TD.device
        self.positions_TD = code_TD.to(device=device or stays, dtype=weight.dtype)

    def place(self, embeddings_BTD: Tensor, segments_BT: Tensor) -> Tensor:
        """Add position and segment to token vectors."""
        segment_BTD: Tensor = self.segment(segments_BT) * self.scale
        return embeddings_BTD + self.positions_TD[: embeddings_BTD.shape[1]] + segment_BTD


class Conditioning(nn.Module):
    """Sets scale and shift of every layer norm from a summary of the passage."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.num_norms = NORMS_PER_LAYER * config.num_layers
        self.down = nn.Linear(config.d_model, config.conditioning_width)
        self.up = nn.Linear(config.conditioning_width, 2 * self.num_norms * config.d_model)
        nn.init.normal_(self.up.weight, std=0.01)
        nn.init.zeros_(self.up.bias)

    def forward(self, summary_BD: Tensor) -> Tensor:
        """Return (B, norms, 2, 1, D): the change of scale and the shift of each norm."""
        change: Tensor = self.up(nn.functional.gelu(self.down(summary_BD)))
        return change.view(change.shape[0], self.num_norms, 2, 1, -1)


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each behind a conditioned layer norm. Starts as the identity."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        width = config.d_model
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, width, config.attention_width or width, config.num_heads)
        self.feedforward_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, config.feedforward_width)
        self.down = nn.Linear(config.feedforward_width, width)
        nn.init.zeros_(self.attention.out.weight)
        nn.init.zeros_(self.down.weight)
        self.dropout = FeatureDropout(config.dropout)

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor, change: Tensor) -> Tensor:
        """Map (B, T, D) to the same shape; ``change`` is (B, 2 norms, 2, 1, D)."""
        normed = _conditioned(self.attention_norm(hidden_BTD), change[:, 0])
        hidden_BTD = hidden_BTD + self.dropout(self.attention(normed, normed, mask_BT))
        normed = _conditioned(self.feedforward_norm(hidden_BTD), change[:, 1])
        result_BTD: Tensor = hidden_BTD + self.dropout(self.down(nn.functional.gelu(self.up(normed))))
        return result_BTD


class OutputProjection(nn.Module):
    """Turns encoder states into the states that heads and analysers read."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.d_model)
        self.up = nn.Linear(config.d_model, config.projection_width)
        self.down = nn.Linear(config.projection_width, config.d_model)

    def forward(self, hidden_BTD: Tensor) -> Tensor:
        """Map (B, T, D) to the same shape."""
        normed = self.norm(hidden_BTD)
        result_BTD: Tensor = normed + self.down(nn.functional.gelu(self.up(normed)))
        return result_BTD


class Backbone(nn.Module):
    """From token ids to sequence states."""

    def __init__(self, config: BackboneConfig, *, vocabulary_size: int, max_tokens: int) -> None:
        super().__init__()
        self.embedding = Embedding(vocabulary_size, max_tokens, config.d_model)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.num_layers))
        self.output_projection = OutputProjection(config)
        self.conditioning = Conditioning(config)
        self.dropout = FeatureDropout(config.dropout)

    def forward(
        self, embeddings_BTD: Tensor, mask_BT: Tensor, segments_BT: Tensor, *, depth: int | None = None
    ) -> Tensor:
        """Encode token vectors (B, T, D) into sequence states (B, T, D); ``depth`` layers run, by default all."""
        change = self.conditioning(masked_mean(embeddings_BTD, mask_BT))
        hidden_BTD = self.dropout(self.embedding.place(embeddings_BTD, segments_BT))
        for index, layer in enumerate(self.encoder[:depth]):
            first = NORMS_PER_LAYER * index
            hidden_BTD = layer(hidden_BTD, mask_BT, change[:, first : first + NORMS_PER_LAYER])
        projected_BTD: Tensor = self.output_projection(hidden_BTD)
        return projected_BTD


def _conditioned(normed_BTD: Tensor, change: Tensor) -> Tensor:
    return torch.addcmul(normed_BTD + change[:, 1], normed_BTD, change[:, 0])
