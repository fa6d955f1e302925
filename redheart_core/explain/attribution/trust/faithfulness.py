"""What happens to the target when the words that a map calls important are taken out, or are all that is left.

Comprehensiveness: how far the target falls without the highest words. Sufficiency: how far it falls with nothing but
them. Both as the mean over how many words are taken (AOPC). Scores have a direction: the highest words speak for the
target, the lowest against it, and the order runs from the former to the latter, so the target should fall steeply and
come back late. The positive variants stop where the scores do.

Source: DeYoung et al. 2020, https://arxiv.org/abs/1911.03429. There five shares of a document, from 1 % to 50 %; here,
where a passage has ten words, up to six numbers of words from one to all but one.

Dimensions: R maps, W words, G numbers of words taken, K questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Answers = Callable[[Tensor], Tensor]
"""From which words are there, (K, W), to the target, (K,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """The target while words are taken out in some order, the first ones first."""

    sizes_G: tuple[int, ...]
    """How many words are taken."""
    without_RG: Tensor
    """The target without the first words."""
    only_RG: Tensor
    """The target with only the first words."""


def removal_sizes(num_words: int, num_points: int) -> tuple[int, ...]:
    """Return up to ``num_points`` numbers of words, between none and all, the same from either end."""
    halves = torch.linspace(1, max(1.0, num_words / 2), max(1, num_points // 2)).tolist()
    firsts = {round(size) for size in halves}
    return tuple(sorted(size for size in firsts | {num_words - size for size in firsts} if 0 < size < num_words))


def descending_orders(scores_RW: Tensor, generator: torch.Generator) -> Tensor:
    """Return the words of each map from the highest to the lowest, (R, W). Chance decides between equal ones."""
    shuffled_W = torch.randperm(scores_RW.shape[1], generator=generator)
    return shuffled_W[scores_RW[:, shuffled_W].argsort(dim=1, descending=True, stable=True)]


def ask_curves(answers: Answers, orders_RW: Tensor, sizes: tuple[int, ...]) -> Curves:
    """Take words out in each order and ask what is left."""
    first_RGW = first_words(orders_RW, sizes)
    shape, num_words = first_RGW.shape[:2], first_RGW.shape[2]
    without_RG = answers((1 - first_RGW).reshape(-1, num_words)).reshape(shape)
    only_RG = answers(first_RGW.reshape(-1, num_words)).reshape(shape)
    return Curves(sizes_G=sizes, without_RG=without_RG, only_RG=only_RG)


def first_words(orders_RW: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Return ones at the first words of each order, (R, G, W)."""
    places_RW = orders_RW.argsort(dim=1)
    return (places_RW[:, None, :] < torch.tensor(sizes)[:, None]).float()


def comprehensiveness(curves: Curves, full_value: float, *, up_to: int | None = None) -> Tensor:
    """Return the mean fall without the first words, (R,), in units of the target; high is good.

    Args:
        curves: Of orders from the highest to the lowest score.
        full_value: The target with all words.
        up_to: Most words taken, by default all that were asked.
    """
    return (full_value - curves.without_RG)[:, _columns(curves, up_to)].mean(dim=1)


def sufficiency(curves: Curves, full_value: float, *, up_to: int | None = None) -> Tensor:
    """Return the mean fall with only the first words, (R,); low is good. Arguments as ``comprehensiveness``."""
    return (full_value - curves.only_RG)[:, _columns(curves, up_to)].mean(dim=1)


def num_orders(num_words: int, sizes: Sequence[int], *, up_to: int | None = None) -> int:
    """Return how many orders of words differ in which words come first, at any of ``sizes`` up to ``up_to``."""
    orders, taken = 1, 0
    for size in sizes:
        if up_to is None or size <= up_to:
            orders *= math.comb(num_words - taken, size - taken)
            taken = size
    return orders


def leave_one_out(answers: Answers, full_value: float, num_words: int) -> Tensor:
    """Return how far the target falls without each word, (W,)."""
    return full_value - answers(1 - torch.eye(num_words))


def _columns(curves: Curves, up_to: int | None) -> list[int]:
    return [column for column, size in enumerate(curves.sizes_G) if up_to is None or size <= up_to]
