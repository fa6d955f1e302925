"""Batches of one task: passages of similar length together, in an order that only the seed decides.

Dimensions: B items, R passages (B, or 2B for pairs), T tokens, K target columns.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from redheart_core.model.ngrams import NgramBatch, ngram_batch
from redheart_core.text.tokenizer import PAD, Encoding, Tokenizer
from redheart_core.training.tasks import Example

POOL_BATCHES = 40
"""Batches' worth of items that are sorted by length together; more is faster, less is more random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An example after tokenization."""

    encodings: tuple[Encoding, ...]
    target: tuple[float, ...]

    @property
    def num_tokens(self) -> int:
        """Length of the longer passage."""
        return max(len(encoding.ids) for encoding in self.encodings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Tensors of one step. For pairs all first passages come before all second ones."""

    ids_RT: Tensor
    mask_RT: Tensor
    segments_RT: Tensor
    target_BK: Tensor
    ngrams: NgramBatch | None = None
    """Absent where the tokenizer knows none."""

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device; itself where it is there already."""
        if self.ids_RT.device == device:
            return self
        own = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return replace(self, **{name: value.to(device) for name, value in own.items() if value is not None})


def tokenize(examples: Sequence[Example], tokenizer: Tokenizer, *, max_tokens: int) -> tuple[Item, ...]:
    """Encode every passage of ``examples``."""
    encodings = iter(
        tokenizer.encode_many([passage for example in examples for passage in example.passages], max_tokens=max_tokens)
    )
    return tuple(
        Item(encodings=tuple(next(encodings) for _ in example.passages), target=example.target) for example in examples
    )


def collate(items: Sequence[Item]) -> Batch:
    """Pad items into one batch."""
    passages = [item.encodings[place] for place in range(len(items[0].encodings)) for item in items]
    longest = max(len(encoding.ids) for encoding in passages)
    ids = [[*encoding.ids, *[PAD] * (longest - len(encoding.ids))] for encoding in passages]
    segments = [[*encoding.segments, *[0] * (longest - len(encoding.ids))] for encoding in passages]
    lengths_R = torch.tensor([len(encoding.ids) for encoding in passages])
    vectors = [encoding.ngrams for encoding in passages if encoding.ngrams is not None]
    return Batch(
        ids_RT=torch.tensor(ids),
        mask_RT=torch.arange(longest) < lengths_R[:, None],
        segments_RT=torch.tensor(segments),
        target_BK=torch.tensor([item.target for item in items], dtype=torch.float32),
        ngrams=ngram_batch(vectors) if vectors else None,
    )


def endless_batches(
    items: Sequence[Item], *, batch_size: int, max_batch_tokens: int, random_state: random.Random
) -> Iterator[Batch]:
    """Yield batches for ever, each item once per pass."""
    while True:
        order = list(items)
        random_state.shuffle(order)
        pool_size = batch_size * POOL_BATCHES
        for start in range(0, len(order), pool_size):
            pool = sorted(order[start : start + pool_size], key=lambda item: item.num_tokens)
            batches = list(cut(pool, batch_size=batch_size, max_batch_tokens=max_batch_tokens))
            random_state.shuffle(batches)
            yield from map(collate, batches)


def cut(items: Sequence[Item], *, batch_size: int, max_batch_tokens: int) -> Iterator[Sequence[Item]]:
    """Cut items, shortest first, into batches within both limits. A pair counts as two passages."""
    passages = len(items[0].encodings) if items else 1
    limit = max(batch_size // passages, 1)
    batch: list[Item] = []
    for item in items:
        tokens = item.num_tokens * (len(batch) + 1) * passages
        if batch and (len(batch) >= limit or tokens > max_batch_tokens):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
