"""Passages as token ids, and batches of similar length whose order follows from seed and epoch alone.

Nothing is remembered between batches: a step's batch can be found again from the step, so that resuming needs no state.

Dimensions: B passages, T tokens.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.text.tokenizer import PAD, Tokenizer

SORTED_TOGETHER = 4_096
"""Passages that are sorted by length together: more wastes less padding, less is more random."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextBatch:
    """Passages without labels."""

    ids_BT: Tensor
    mask_BT: Tensor
    segments_BT: Tensor
    """As ``Tokenizer.encode`` gives them for a text without context: 0 at the first token, 1 at the others."""
    epoch: float
    """Passes over the passages when it starts."""

    @property
    def num_tokens(self) -> int:
        """Tokens without padding."""
        return int(self.mask_BT.sum())


def encode_texts(texts: Sequence[str], tokenizer: Tokenizer, *, max_tokens: int) -> tuple[tuple[int, ...], ...]:
    """Return the ids of each passage, special tokens included."""
    return tuple(
        encoding.ids for encoding in tokenizer.encode_many([(text, "") for text in texts], max_tokens=max_tokens)
    )


def pad(sequences: Sequence[Sequence[int]], *, epoch: float = 0.0) -> TextBatch:
    """Pad passages into one batch."""
    longest = max(map(len, sequences))
    mask_BT = torch.arange(longest) < torch.tensor([len(sequence) for sequence in sequences])[:, None]
    segments_BT = mask_BT.long()
    segments_BT[:, 0] = 0
    return TextBatch(
        ids_BT=torch.tensor([[*sequence, *[PAD] * (longest - len(sequence))] for sequence in sequences]),
        mask_BT=mask_BT,
        segments_BT=segments_BT,
        epoch=epoch,
    )


def batches_from(
    sequences: Sequence[Sequence[int]], *, first_step: int, batch_tokens: int, seed: int
) -> Iterator[TextBatch]:
    """Yield batches for ever, from that of a step (counted from 0) on: every passage once per epoch."""
    epoch, skipped = 0, 0
    while True:
        plan = _epoch_plan([len(sequence) for sequence in sequences], batch_tokens, random.Random(f"{seed}:{epoch}"))
        for place in range(max(0, first_step - skipped), len(plan)):
            yield pad([sequences[index] for index in plan[place]], epoch=epoch + place / len(plan))
        skipped += len(plan)
        epoch += 1


def cut_by_tokens(order: Sequence[int], lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Cut passages, shortest first, into batches whose padded size stays within ``batch_tokens``."""
    batches: list[list[int]] = [[]]
    for index in order:
        if batches[-1] and lengths[index] * (len(batches[-1]) + 1) > batch_tokens:
            batches.append([])
        batches[-1].append(index)
    return batches


def _epoch_plan(lengths: Sequence[int], batch_tokens: int, state: random.Random) -> list[list[int]]:
    order = list(range(len(lengths)))
    state.shuffle(order)
    plan: list[list[int]] = []
    for start in range(0, len(order), SORTED_TOGETHER):
        pool = sorted(order[start : start + SORTED_TOGETHER], key=lambda index: lengths[index])
        plan += cut_by_tokens(pool, lengths, batch_tokens)
    state.shuffle(plan)
    return plan
