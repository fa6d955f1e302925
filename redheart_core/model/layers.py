"""Building blocks shared by backbone, heads, analysers and bridge.

Dimensions: B passages, T tokens, S segments, R = BS segments of all passages, K tokens of a segment, Q queries,
D width, N attention heads.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

READOUT_STD = 0.005


class Attention(nn.Module):
    """Multi-head attention of queries over a sequence.

    Written as matmul, softmax, matmul: the backward pass of masked fused attention is about twice as slow on a CPU.
    """

    def __init__(self, query_width: int, source_width: int, width: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(query_width, width)
        self.key_value = nn.Linear(source_width, 2 * width)
        self.out = nn.Linear(width, query_width)

    def forward(self, query_BQD: Tensor, source_BTD: Tensor, mask_BT: Tensor) -> Tensor:
        """Return (B, Q, query_width); positions where ``mask_BT`` is false are not attended."""
        query_BNQH = self._by_head(self.query(query_BQD))
        key_BTD, value_BTD = self.key_value(source_BTD).chunk(2, dim=-1)
        key_BNTH, value_BNTH = self._by_head(key_BTD), self._by_head(value_BTD)
        score_BNQT = query_BNQH @ key_BNTH.transpose(-1, -2) / math.sqrt(query_BNQH.shape[-1])
        score_BNQT = score_BNQT.masked_fill(~mask_BT[:, None, None, :], torch.finfo(score_BNQT.dtype).min)
        mixed_BNQH = torch.softmax(score_BNQT, dim=-1).to(value_BNTH.dtype) @ value_BNTH
        attended_BQD: Tensor = self.out(mixed_BNQH.transpose(1, 2).flatten(2))
        return attended_BQD

    def _by_head(self, values_BTD: Tensor) -> Tensor:
        batch, length, width = values_BTD.shape
        return values_BTD.view(batch, length, self.num_heads, width // self.num_heads).transpose(1, 2)


class Readout(nn.Linear):
    """A linear layer to logits that starts near zero: several modules' logits are added."""

    def reset_parameters(self) -> None:
        """Draw small weights and no bias."""
        nn.init.normal_(self.weight, std=READOUT_STD)
        nn.init.zeros_(self.bias)


class FeatureDropout(nn.Module):
    """Dropout that masks whole features of a passage: far cheaper on a CPU than a mask per token and feature."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, values_BTD: Tensor) -> Tensor:
        """Map (B, T, D) to the same shape; the identity outside training."""
        if not self.training or self.probability == 0.0:
            return values_BTD
        ones_B1D = torch.ones_like(values_BTD[:, :1])
        return values_BTD * nn.functional.dropout(ones_B1D, self.probability)


class ResidualLayer(nn.Module):
    """A pre-norm feed-forward layer that adds to what it is given."""

    def __init__(self, width: int, inner_width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, inner_width)
        self.down = nn.Linear(inner_width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., width) to the same shape."""
        inner = nn.functional.gelu(self.up(self.norm(values)))
        changed: Tensor = values + self.down(self.dropout(inner))
        return changed


def sinusoidal_positions(max_tokens: int, width: int) -> Tensor:
    """Return the (max_tokens, width) position code of Vaswani et al. 2017, https://arxiv.org/abs/1706.03762."""
    position_T1 = torch.arange(max_tokens, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10_000.0) / width))
    return torch.cat([torch.sin(position_T1 * rate), torch.cos(position_T1 * rate)], dim=-1)


def masked_mean(values_BTD: Tensor, mask_BT: Tensor) -> Tensor:
    """Average over the positions where the mask is true, (B, D)."""
    weight_BT1 = mask_BT.unsqueeze(-1).to(values_BTD.dtype)
    return (values_BTD * weight_BT1).sum(dim=1) / weight_BT1.sum(dim=1).clamp(min=1.0)


def segments(values_BTD: Tensor, mask_BT: Tensor, segment_tokens: int) -> tuple[Tensor, Tensor]:
    """Average runs of ``segment_tokens`` positions into (B, S, D), with the mask (B, S) of those that hold a token."""
    if segment_tokens == 1:
        return values_BTD, mask_BT
    batch, length, width = values_BTD.shape
    missing = -length % segment_tokens
    padded_RKD = nn.functional.pad(values_BTD, (0, 0, 0, missing)).view(-1, segment_tokens, width)
    present_RK = nn.functional.pad(mask_BT, (0, missing)).view(-1, segment_tokens)
    return masked_mean(padded_RKD, present_RK).view(batch, -1, width), present_RK.any(dim=-1).view(batch, -1)
