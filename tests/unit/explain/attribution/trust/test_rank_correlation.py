"""Kendall's tau-b against hand-made answers and another implementation; the most important words."""

from __future__ import annotations

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from redheart_core.explain.attribution.trust.rank_correlation import (
    kendall_tau_b,
    ranks,
    tau_b_of_each,
    top_overlap,
    top_words,
)

SMALL = st.integers(-3, 3)
"""Few values, so that ties are common."""


@pytest.mark.parametrize(
    ("first", "second", "tau"),
    [
        ([1, 2, 3], [10, 20, 30], 1.0),
        ([1, 2, 3], [3, 2, 1], -1.0),
        ([1, 2, 3], [1, 3, 2], 1 / 3),
        # Two of three pairs untied in the first: 2 / sqrt(2 * 3).
        ([1, 1, 2], [1, 2, 3], 2 / 6**0.5),
    ],
)
def test_tau_counts_pairs_in_the_same_order(first: list[float], second: list[float], tau: float) -> None:
    assert kendall_tau_b(first, second) == pytest.approx(tau)


def test_a_constant_ranking_has_no_correlation() -> None:
    assert kendall_tau_b([1, 1, 1], [1, 2, 3]) is None
    assert kendall_tau_b([1.0], [2.0]) is None


@settings(deadline=None, max_examples=60)
@given(pairs=st.lists(st.tuples(SMALL, SMALL), min_size=2, max_size=12))
def test_tau_is_that_of_another_implementation(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    ours = kendall_tau_b(first, second)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = kendalltau(first, second).statistic
    assert (ours is None) == (theirs != theirs)
    assert ours is None or ours == pytest.approx(theirs)


def test_each_row_is_compared_by_itself() -> None:
    taus = tau_b_of_each(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), torch.tensor([1.0, 2.0, 3.0]))
    assert taus.tolist() == [1.0, -1.0]


def test_importance_has_no_sign() -> None:
    scores = [0.1, -3.0, 2.0, -0.2]
    assert top_words(scores, 2) == {1, 2}
    assert ranks(scores) == (4, 1, 2, 3)
    assert top_overlap(scores, [0.0, 5.0, 1.0, -4.0], 2) == 0.5
