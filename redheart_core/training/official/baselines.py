"""What needs no reading: the most frequent answer, the median, a coin. Each answers every row of the same file.

Dimensions: N rows, C columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from redheart_core.training.official.cases import Case, labels_of
from redheart_core.training.official.scoring import Array
from redheart_core.training.official.tasks import Kind, OfficialTask

COIN_SEED = 20_251_124
NUM_COINS = 20
"""A coin's metric is the mean over this many seeded throws."""


def majority(task: OfficialTask, cases: Sequence[Case]) -> Array | None:
    """Return the most frequent answer of this very file for every row; for emotions the most frequent category.

    None for ratings, which have no most frequent answer.
    """
    if task.kind is Kind.RATINGS:
        return None
    true_NC = labels_of(cases)
    if task.kind is Kind.EMOTIONS:
        decided_NC = np.zeros_like(true_NC)
        decided_NC[:, true_NC.sum(axis=0).argmax()] = 1.0
        return decided_NC
    if task.kind is Kind.CHOICES and (true_NC == true_NC[0]).all():
        return np.full_like(true_NC, 0.5)  # the order of the passages gives the answer away: a constant may not use it
    return np.full_like(true_NC, float(true_NC.mean() >= 0.5))


def median(task: OfficialTask, cases: Sequence[Case]) -> Array | None:
    """Return the median rating of this very file for every row; None where answers are not numbers."""
    if task.kind is not Kind.RATINGS:
        return None
    true_NC = labels_of(cases)
    return np.broadcast_to(np.median(true_NC, axis=0), true_NC.shape).copy()


def coin(task: OfficialTask, cases: Sequence[Case], *, seed: int) -> Array:
    """Return answers drawn at random: labels as often as in this very file, pairs evenly, ratings shuffled."""
    true_NC = labels_of(cases)
    generator = np.random.default_rng(seed)
    if task.kind is Kind.RATINGS:
        return generator.permuted(true_NC, axis=0)
    rate_C = np.full(true_NC.shape[1], 0.5) if task.kind is Kind.CHOICES else true_NC.mean(axis=0)
    return (generator.random(true_NC.shape) < rate_C).astype(float)


def coins(task: OfficialTask, cases: Sequence[Case]) -> tuple[Array, ...]:
    """Return ``NUM_COINS`` seeded throws."""
    return tuple(coin(task, cases, seed=COIN_SEED + throw) for throw in range(NUM_COINS))


CONSTANTS: Mapping[str, Callable[[OfficialTask, Sequence[Case]], Array | None]] = {
    "majority": majority,
    "median": median,
}
