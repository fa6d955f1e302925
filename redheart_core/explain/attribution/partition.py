"""Parting points into groups: seeded k-means, and how good and how repeatable a partition is.

Dimensions: N points, D coordinates, K groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """Which point is in which group."""

    labels_N: Labels
    spread: float
    """Summed squared distance to the centres."""


def k_means(rows_ND: Floats, number: int, generator: np.random.Generator) -> Partition:
    """Part points into ``number`` groups, from centres drawn far apart.

    Raises:
        ValueError: There are fewer points than groups, or no group.

    Source:
        Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding".
    """
    if not 1 <= number <= len(rows_ND):
        raise ValueError(f"{len(rows_ND)} points cannot make {number} groups.")
    centres_KD = _first_centres(rows_ND, number, generator)
    labels_N = _nearest(rows_ND, centres_KD)
    for _ in range(_MOST_ROUNDS):
        centres_KD = _centres(rows_ND, labels_N, centres_KD)
        moved_N = _nearest(rows_ND, centres_KD)
        if np.array_equal(moved_N, labels_N):
            break
        labels_N = moved_N
    return Partition(labels_N=labels_N, spread=float(((rows_ND - centres_KD[labels_N]) ** 2).sum()))


def adjusted_rand(one_N: Labels, other_N: Labels) -> float:
    """Return how far two partitions agree beyond chance: 1 where they are the same, 0 on average where unrelated."""
    table = np.zeros((one_N.max() + 1, other_N.max() + 1), dtype=np.int64)
    np.add.at(table, (one_N, other_N), 1)
    together = _pairs(table).sum()
    ours, theirs = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = ours * theirs / _pairs(np.array(len(one_N)))
    most = 0.5 * (ours + theirs)
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def mean_silhouette(rows_ND: Floats, labels_N: Labels) -> float:
    """Return the mean silhouette of points of length one by cosine distance; a point alone in its group counts zero."""
    distance_NN = 1.0 - rows_ND @ rows_ND.T
    inside_NK = labels_N[:, None] == np.unique(labels_N)
    sizes_K = inside_NK.sum(axis=0)
    if len(sizes_K) < 2:
        return 0.0
    sums_NK = distance_NN @ inside_NK
    own_N = (sums_NK * inside_NK).sum(axis=1) / np.maximum(inside_NK @ sizes_K - 1, 1)
    other_N = np.where(inside_NK, np.inf, sums_NK / sizes_K).min(axis=1)
    highest_N = np.maximum(np.maximum(own_N, other_N), 1e-12)
    return float(np.where(inside_NK @ sizes_K > 1, (other_N - own_N) / highest_N, 0.0).mean())


def _first_centres(rows_ND: Floats, number: int, generator: np.random.Generator) -> Floats:
    chosen = [int(generator.integers(len(rows_ND)))]
    distance_N = ((rows_ND - rows_ND[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(number - 1):
        total = float(distance_N.sum())
        share_N = distance_N / total if total > 0 else np.full(len(rows_ND), 1.0 / len(rows_ND))
        chosen.append(int(generator.choice(len(rows_ND), p=share_N)))
        distance_N = np.minimum(distance_N, ((rows_ND - rows_ND[chosen[-1]]) ** 2).sum(axis=1))
    centres_KD: Floats = rows_ND[chosen]
    return centres_KD


def _nearest(rows_ND: Floats, centres_KD: Floats) -> Labels:
    distance_NK = (centres_KD**2).sum(axis=1) - 2.0 * rows_ND @ centres_KD.T
    nearest_N: Labels = distance_NK.argmin(axis=1)
    return nearest_N


def _centres(rows_ND: Floats, labels_N: Labels, before_KD: Floats) -> Floats:
    """Return the mean of each group; a group that lost all its points keeps its centre."""
    return np.stack(
        [
            rows_ND[labels_N == place].mean(axis=0) if (labels_N == place).any() else centre_D
            for place, centre_D in enumerate(before_KD)
        ]
    )


def _pairs(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    wide = counts.astype(np.float64)
    return wide * (wide - 1.0) / 2.0
