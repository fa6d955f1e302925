"""Which tokens are hidden, and what stands in their place.

Dimensions: B passages, T tokens, N hidden tokens of a batch.
Source: Devlin et al. 2019, https://arxiv.org/abs/1810.04805, section 3.1: 15 % of the tokens, of which 80 % become
[MASK], 10 % a random token and 10 % stay. Here exactly that share of each passage, where the paper draws per token.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.text.tokenizer import MASK, SPECIAL_TOKENS

MASK_SHARE, RANDOM_SHARE = 0.8, 0.1
FIRST_WORD = len(SPECIAL_TOKENS)
"""Ids below are special tokens: never hidden, never drawn."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masked:
    """A batch with hidden tokens."""

    ids_BT: Tensor
    hidden_BT: Tensor
    """True where the original is to be guessed."""
    original_N: Tensor
    """Tokens at the hidden places, in row order."""


def hide_tokens(ids_BT: Tensor, *, share: float, vocabulary_size: int, generator: torch.Generator) -> Masked:
    """Hide ``share`` of the ordinary tokens of each passage, at least one where there is one."""
    hidden_BT = _chosen(ids_BT >= FIRST_WORD, share, generator)
    original_N = ids_BT[hidden_BT]
    fate_N = torch.rand(original_N.shape, generator=generator)
    random_N = torch.randint(FIRST_WORD, vocabulary_size, original_N.shape, generator=generator)
    shown_N = torch.where(fate_N < MASK_SHARE, torch.full_like(original_N, MASK), original_N)
    shown_N = torch.where(fate_N >= 1 - RANDOM_SHARE, random_N, shown_N)
    return Masked(ids_BT=ids_BT.masked_scatter(hidden_BT, shown_N), hidden_BT=hidden_BT, original_N=original_N)


def _chosen(eligible_BT: Tensor, share: float, generator: torch.Generator) -> Tensor:
    count_B = eligible_BT.sum(dim=1)
    wanted_B = torch.minimum(count_B, (share * count_B).round().long().clamp(min=1))
    order_BT = torch.rand(eligible_BT.shape, generator=generator).masked_fill(~eligible_BT, 2.0).argsort(dim=1)
    rank_BT = torch.empty_like(order_BT).scatter_(1, order_BT, torch.arange(order_BT.shape[1]).expand_as(order_BT))
    return rank_BT < wanted_B[:, None]
