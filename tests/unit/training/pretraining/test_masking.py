"""What is hidden: the right share of every passage, never a special token, in the right proportions."""

from __future__ import annotations

import torch

from redheart_core.text.tokenizer import CLS, MASK, PAD, SEP
from redheart_core.training.pretraining.masking import FIRST_WORD, hide_tokens

VOCABULARY = 600


def _ids(lengths: list[int]) -> torch.Tensor:
    longest = max(lengths) + 2
    rows = [[CLS, *range(FIRST_WORD, FIRST_WORD + length), SEP, *[PAD] * (longest - length - 2)] for length in lengths]
    return torch.tensor(rows)


def _hide(ids_BT: torch.Tensor, share: float = 0.15, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    return hide_tokens(ids_BT, share=share, vocabulary_size=VOCABULARY, generator=generator)


def test_each_passage_hides_its_share_and_at_least_one_token():
    masked = _hide(_ids([1, 2, 20, 100]))
    assert masked.hidden_BT.sum(dim=1).tolist() == [1, 1, 3, 15]


def test_special_tokens_and_padding_are_never_hidden():
    ids_BT = _ids([1, 5, 40])
    masked = _hide(ids_BT, share=0.9)
    assert not masked.hidden_BT[ids_BT < FIRST_WORD].any()
    assert torch.equal(masked.ids_BT[ids_BT < FIRST_WORD], ids_BT[ids_BT < FIRST_WORD])


def test_only_hidden_places_change_and_their_originals_are_kept():
    ids_BT = _ids([30, 50, 7])
    masked = _hide(ids_BT)
    assert torch.equal(masked.ids_BT[~masked.hidden_BT], ids_BT[~masked.hidden_BT])
    assert torch.equal(masked.original_N, ids_BT[masked.hidden_BT])


def test_eighty_ten_ten():
    ids_BT = torch.full((200, 100), 300)
    masked = _hide(ids_BT, share=0.5)
    shown_N = masked.ids_BT[masked.hidden_BT]
    count = shown_N.numel()
    assert count == 10_000
    shares = [(shown_N == value).sum().item() / count for value in (MASK, 300)]
    # Deviations of these shares at 10,000 tokens: 0.004 and 0.003.
    assert abs(shares[0] - 0.8) < 0.02
    assert abs(shares[1] - 0.1) < 0.015
    others_N = shown_N[(shown_N != MASK) & (shown_N != 300)]
    assert int(others_N.min()) >= FIRST_WORD
    assert int(others_N.max()) < VOCABULARY
    assert others_N.unique().numel() > 300


def test_another_seed_hides_other_tokens():
    ids_BT = _ids([60, 60])
    assert torch.equal(_hide(ids_BT, seed=1).hidden_BT, _hide(ids_BT, seed=1).hidden_BT)
    assert not torch.equal(_hide(ids_BT, seed=1).hidden_BT, _hide(ids_BT, seed=2).hidden_BT)
