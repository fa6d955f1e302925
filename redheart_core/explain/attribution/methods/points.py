"""Passage and baseline as Captum wants them: a pair of batches, token vectors and weights of n-grams.

Dimensions: K = 1 evaluations, T tokens, D width, N n-grams.
"""

from __future__ import annotations

from torch import Tensor

from redheart_core.explain.attribution.function import Inputs
from redheart_core.explain.attribution.methods.method import RawScores

Pair = tuple[Tensor, Tensor]


def as_batch(point: Inputs, *, needs_gradient: bool = False) -> Pair:
    """Return (1, T, D) and (1, N), copies that share no memory with the point."""
    vectors_KTD = point.vectors_TD.detach()[None].clone()
    ngrams_KN = point.ngrams_N.detach()[None].clone()
    return vectors_KTD.requires_grad_(needs_gradient), ngrams_KN.requires_grad_(needs_gradient)


def summed(scores: Pair, num_evaluations: int) -> RawScores:
    """Return scores (1, T, D) and (1, N) with the width summed, in float64."""
    vectors_KTD, ngrams_KN = scores
    return RawScores(
        token_scores_T=vectors_KTD.detach()[0].double().sum(dim=-1),
        ngram_scores_N=ngrams_KN.detach()[0].double(),
        num_evaluations=num_evaluations,
    )
