"""Curves of removed words, worked out by hand for three words."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from redheart_core.explain.attribution.trust.faithfulness import (
    ask_curves,
    comprehensiveness,
    descending_orders,
    leave_one_out,
    num_orders,
    removal_sizes,
    sufficiency,
)

CONTRIBUTIONS = torch.tensor([3.0, -1.0, 2.0], dtype=torch.float64)
FULL = 5.0


def _answers(present_KW: Tensor) -> Tensor:
    """One plus the contributions of the words that are there."""
    return 1 + present_KW.double() @ CONTRIBUTIONS


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_three_words_by_hand() -> None:
    orders_RW = descending_orders(CONTRIBUTIONS[None], _generator())
    assert orders_RW.tolist() == [[0, 2, 1]]
    curves = ask_curves(_answers, orders_RW, removal_sizes(3, 6))
    assert curves.sizes_G == (1, 2)
    # Without the first word 5 - 3, without two 5 - 3 - 2; with the first alone 1 + 3, with two 1 + 3 + 2.
    assert curves.without_RG.tolist() == [[2.0, 0.0]]
    assert curves.only_RG.tolist() == [[4.0, 6.0]]
    assert comprehensiveness(curves, FULL).tolist() == [4.0]
    assert sufficiency(curves, FULL).tolist() == [0.0]
    assert comprehensiveness(curves, FULL, up_to=1).tolist() == [3.0]
    assert sufficiency(curves, FULL, up_to=1).tolist() == [1.0]


def test_the_opposite_order_is_worse_in_both() -> None:
    curves = ask_curves(_answers, descending_orders(-CONTRIBUTIONS[None], _generator()), (1, 2))
    assert comprehensiveness(curves, FULL).tolist() == [0.0]
    assert sufficiency(curves, FULL).tolist() == [4.0]


def test_a_word_left_out_takes_its_contribution_along() -> None:
    assert_close(leave_one_out(_answers, FULL, 3), CONTRIBUTIONS)


def test_chance_decides_between_equal_scores() -> None:
    scores_RW = torch.tensor([[1.0, 0.0, 0.0, 0.0]])
    found = {tuple(descending_orders(scores_RW, torch.Generator().manual_seed(seed))[0].tolist()) for seed in range(20)}
    assert all(order[0] == 0 for order in found)
    assert len(found) > 1


@given(num_words=st.integers(1, 200), half=st.integers(1, 6))
def test_numbers_of_words_are_the_same_from_either_end(num_words: int, half: int) -> None:
    sizes = removal_sizes(num_words, 2 * half)
    assert tuple(num_words - size for size in reversed(sizes)) == sizes
    assert len(sizes) <= 2 * half
    assert all(0 < size < num_words for size in sizes)
    assert (1 in sizes) == (num_words > 1)


@pytest.mark.parametrize(("num_words", "sizes"), [(1, ()), (2, (1,)), (5, (1, 2, 3, 4)), (13, (1, 4, 6, 7, 9, 12))])
def test_short_passages_are_taken_word_by_word(num_words: int, sizes: tuple[int, ...]) -> None:
    assert removal_sizes(num_words, 6) == sizes


@pytest.mark.parametrize(
    ("num_words", "sizes", "up_to", "orders"),
    [(4, (1, 2, 3), None, 24), (5, (1, 2, 3, 4), None, 120), (10, (1, 3, 5), 2, 10), (10, (1, 3, 5), 3, 360)],
)
def test_orders_differ_in_what_is_taken_first(
    num_words: int, sizes: tuple[int, ...], up_to: int | None, orders: int
) -> None:
    assert num_orders(num_words, sizes, up_to=up_to) == orders
