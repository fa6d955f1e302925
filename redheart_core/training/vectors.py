"""Word vectors from co-occurrence, to start the token embedding from.

Positive pointwise mutual information, factored by a randomised singular value decomposition (Levy & Goldberg 2014,
"Neural word embedding as implicit matrix factorization", section 3.3). On these data sets it was worth more per
minute than any other pre-training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

WINDOW = 5
CONTEXT_SMOOTHING = 0.75
_OVERSAMPLING = 32
_POWER_ITERATIONS = 3


def ppmi_vectors(sequences: Sequence[Sequence[int]], *, vocabulary_size: int, width: int, seed: int) -> Tensor:
    """Return one vector per token id, (vocabulary_size, width), with a root mean square of 1 / sqrt(width).

    Args:
        sequences: Token ids of each passage, without special tokens.
        vocabulary_size: Rows of the result; tokens that never occur get small random vectors.
        width: Columns of the result.
        seed: Decides the random projection.
    """
    counts = _cooccurrence(sequences, vocabulary_size)
    generator = torch.Generator().manual_seed(seed)
    vectors = _factor(_positive_pmi(counts), width, generator)
    noise = torch.randn(vectors.shape, generator=generator)
    size = vectors.norm(dim=1, keepdim=True)
    return torch.where(size > 1e-6, vectors / size.clamp(min=1e-6), noise / math.sqrt(width))


def _cooccurrence(sequences: Sequence[Sequence[int]], size: int) -> Tensor:
    gap = [-1] * WINDOW
    tokens = np.array([token for sequence in sequences for token in (*sequence, *gap)], dtype=np.int64)
    counts = np.zeros(size * size, dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        left, right = tokens[:-distance], tokens[distance:]
        both = (left >= 0) & (right >= 0)
        np.add.at(counts, left[both] * size + right[both], np.float32(1 / distance))
    square = torch.from_numpy(counts.reshape(size, size))
    return square + square.T


def _positive_pmi(counts: Tensor) -> Tensor:
    total = counts.sum()
    rows = counts.sum(dim=1)
    smoothed = rows**CONTEXT_SMOOTHING
    expected = torch.outer(rows, smoothed / smoothed.sum())
    ratio = torch.where(counts > 0, counts / expected.clamp(min=1e-9), torch.ones_like(counts))
    assert total > 0, "no two tokens stand together"
    return ratio.log().clamp_(min=0.0)


def _factor(matrix: Tensor, width: int, generator: torch.Generator) -> Tensor:
    """Randomised SVD (Halko et al. 2011, https://arxiv.org/abs/0909.4061), algorithm 4.4; rows of U·sqrt(S)."""
    columns = min(width + _OVERSAMPLING, matrix.shape[0])
    basis = torch.linalg.qr(matrix @ torch.randn(matrix.shape[1], columns, generator=generator)).Q
    for _ in range(_POWER_ITERATIONS):
        basis = torch.linalg.qr(matrix.T @ basis).Q
        basis = torch.linalg.qr(matrix @ basis).Q
    left, values, _ = torch.linalg.svd(basis.T @ matrix, full_matrices=False)
    vectors: Tensor = (basis @ left)[:, :width] * values[:width].sqrt()
    return vectors
