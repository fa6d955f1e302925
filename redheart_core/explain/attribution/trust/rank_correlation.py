"""How alike two rankings of the same words are.

Dimensions: R rankings, W words.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def kendall_tau_b(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Kendall's tau-b, from -1 to 1, corrected for ties; None where either ranking has no order at all.

    Source: Kendall 1945, https://doi.org/10.1093/biomet/33.3.239.
    """
    (tau,) = tau_b_of_each(torch.tensor([list(first)], dtype=torch.float64), torch.tensor(second, dtype=torch.float64))
    return None if tau.isnan() else float(tau)


def tau_b_of_each(scores_RW: Tensor, reference_W: Tensor) -> Tensor:
    """Return tau-b between each row and the reference, (R,); NaN where either is constant."""
    pairs = torch.triu_indices(reference_W.shape[0], reference_W.shape[0], offset=1)
    order_P = torch.sign(reference_W[pairs[0]] - reference_W[pairs[1]])
    orders_RP = torch.sign(scores_RW[:, pairs[0]] - scores_RW[:, pairs[1]])
    untied_R = orders_RP.abs().sum(dim=1) * order_P.abs().sum()
    return (orders_RP @ order_P) / untied_R.sqrt()


def top_words(scores: Sequence[float], k: int) -> frozenset[int]:
    """Return the places of the ``k`` words that matter most in either direction; of equal ones the earlier."""
    by_size = sorted(range(len(scores)), key=lambda word: (-abs(scores[word]), word))
    return frozenset(by_size[:k])


def top_overlap(first: Sequence[float], second: Sequence[float], k: int) -> float:
    """Return which share of the ``k`` most important words two maps have in common, from 0 to 1."""
    return len(top_words(first, k) & top_words(second, k)) / min(k, len(first))


def ranks(scores: Sequence[float]) -> tuple[int, ...]:
    """Return the rank of each word by size in either direction, 1 for the first."""
    by_size = sorted(range(len(scores)), key=lambda word: (-abs(scores[word]), word))
    places = {word: rank for rank, word in enumerate(by_size, start=1)}
    return tuple(places[word] for word in range(len(scores)))
