"""Batches stay within their limits, lose nothing, and depend on nothing but the seed."""

from __future__ import annotations

import random
from itertools import islice

import torch
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.text.tokenizer import PAD, Encoding, Source
from redheart_core.training.batches import Item, collate, cut, endless_batches


def _item(length: int, passages: int = 1, name: float = 0.0) -> Item:
    encoding = Encoding(
        ids=tuple(range(10, 10 + length)),
        segments=(1,) * length,
        spans=((0, 0),) * length,
        sources=(Source.TEXT,) * length,
        truncated=False,
    )
    return Item(encodings=(encoding,) * passages, target=(name,))


def test_short_passages_are_padded_and_masked() -> None:
    batch = collate([_item(2), _item(4)])
    assert batch.ids_RT.tolist() == [[10, 11, PAD, PAD], [10, 11, 12, 13]]
    assert batch.mask_RT.sum(dim=1).tolist() == [2, 4]


def test_all_first_passages_of_pairs_come_before_all_second_ones() -> None:
    first, second = _item(2).encodings[0], _item(3).encodings[0]
    pair = Item(encodings=(first, second), target=(1.0,))
    batch = collate([pair, pair])
    assert batch.mask_RT.sum(dim=1).tolist() == [2, 2, 3, 3]
    assert batch.target_BK.shape == (2, 1)


@given(
    lengths=st.lists(st.integers(min_value=2, max_value=60), min_size=1, max_size=80),
    passages=st.sampled_from([1, 2]),
)
def test_cutting_loses_nothing_and_keeps_both_limits(lengths: list[int], passages: int) -> None:
    items = [_item(length, passages) for length in sorted(lengths)]
    batches = list(cut(items, batch_size=8, max_batch_tokens=150))
    assert [item for batch in batches for item in batch] == items
    for batch in batches:
        assert len(batch) * passages <= 8
        assert len(batch) == 1 or len(batch) * passages * batch[-1].num_tokens <= 150


def test_one_pass_sees_every_item_once() -> None:
    items = [_item(3 + place % 5, name=float(place)) for place in range(50)]
    batches = islice(endless_batches(items, batch_size=10, max_batch_tokens=999, random_state=random.Random(0)), 5)
    assert sorted(name for batch in batches for name in batch.target_BK[:, 0].tolist()) == list(range(50))


def test_the_seed_decides_the_order() -> None:
    items = [_item(3, name=float(place)) for place in range(50)]

    def first(seed: int) -> torch.Tensor:
        state = random.Random(seed)
        return next(endless_batches(items, batch_size=10, max_batch_tokens=999, random_state=state)).target_BK

    assert torch.equal(first(1), first(1))
    assert not torch.equal(first(1), first(2))
