"""Metrics on a perfect, a random and a constant predictor."""

from __future__ import annotations

import pytest
import torch

from redheart_core.training import metrics

ROWS, CATEGORIES = 4_000, 6


def _labels() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return (torch.rand(ROWS, CATEGORIES, generator=generator) < 0.3).float()


def _noise() -> torch.Tensor:
    return torch.rand(ROWS, CATEGORIES, generator=torch.Generator().manual_seed(1))


def test_a_perfect_predictor_reaches_one() -> None:
    labels = _labels()
    groups = [str(place // 4) for place in range(ROWS)]
    assert metrics.best_macro_f1(labels, labels)[0] == 1.0
    assert metrics.accuracy(labels[:, 0], labels[:, 0]) == 1.0
    assert metrics.exact_match(labels[:, 0], labels[:, 0], groups, size=4) == (1.0, ROWS // 4)
    assert metrics.pairwise_accuracy(labels[:, 0] + 1, labels[:, 0]) == 1.0
    assert metrics.pearson(labels[:, 0], labels[:, 0]) == pytest.approx(1.0)


def test_a_random_predictor_gets_what_chance_gives() -> None:
    labels, noise = _labels(), _noise()
    coin = (labels[:, 0] > 2) + (torch.rand(ROWS, generator=torch.Generator().manual_seed(2)) < 0.5).float()
    groups = [str(place // 4) for place in range(ROWS)]
    everything = 2 * 0.3 / 1.3
    assert metrics.best_macro_f1(noise, labels)[0] == pytest.approx(everything, abs=0.02)
    assert metrics.accuracy(noise[:, 0], coin) == pytest.approx(0.5, abs=0.03)
    assert metrics.exact_match(noise[:, 0], coin, groups, size=4)[0] == pytest.approx(1 / 16, abs=0.03)
    assert metrics.pairwise_accuracy(noise[:, 0], noise[:, 1]) == pytest.approx(0.5, abs=0.03)
    assert metrics.pearson(noise[:, 0], labels[:, 0]) == pytest.approx(0.0, abs=0.05)


def test_a_constant_predictor_earns_nothing_but_the_floor() -> None:
    constant = torch.full((4,), 0.7)
    labels = torch.tensor([1.0, 0.0, 1.0, 1.0])
    assert metrics.accuracy(constant, labels) == 0.75
    assert metrics.pearson(constant, labels) == 0.0
    assert metrics.pairwise_accuracy(constant, constant) == 0.5


def test_macro_f1_by_hand() -> None:
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.6], [0.2, 0.7]])
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    assert metrics.macro_f1(scores, labels, 0.5) == pytest.approx((0.5 + 2 / 3) / 2)


def test_one_wrong_row_spoils_its_group_and_other_sizes_do_not_count() -> None:
    scores = torch.tensor([1.0, 1.0, 1.0, 0.0, 1.0])
    labels = torch.ones(5)
    assert metrics.exact_match(scores, labels, ["a", "a", "b", "b", "c"], size=2) == (0.5, 2)


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match="expected two vectors of one length"):
        metrics.accuracy(torch.zeros(4, 1), torch.zeros(4))
    with pytest.raises(ValueError, match="scores are"):
        metrics.macro_f1(torch.zeros(4, 1), torch.zeros(4, 2), 0.5)
