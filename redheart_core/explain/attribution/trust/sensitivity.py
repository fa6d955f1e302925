"""How much the map changes when the inputs change a little.

Captum's ``sensitivity_max`` draws its perturbations from torch's global generator and knows neither n-grams nor special
tokens; here they are seeded. A test compares the two on one input.

Source: Yeh et al. 2019, https://arxiv.org/abs/1901.09392.

Dimensions: P perturbations, T tokens, D width, N n-grams, W words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from redheart_core.explain.attribution.function import Explained, Inputs
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Limits, judged

RADIUS = 0.02
"""Size of the perturbation: a share of the root mean square of the vectors' numbers, and of each n-gram's weight."""
LIMITS = Limits(good=0.2, doubtful=0.5)
"""Relative change of the map: good is up to ten times that of the inputs."""


def max_sensitivity(scores_W: Tensor, disturbed_PW: Tensor) -> float:
    """Return the largest distance of a disturbed map, over the norm of the map (over 1 for a map of zeros)."""
    norm = float(scores_W.norm())
    return float((disturbed_PW - scores_W).norm(dim=1).max()) / (norm or 1.0)


def disturbed(explained: Explained, radius: float, generator: torch.Generator) -> Explained:
    """Return the same function at a passage close by; special tokens stay, and so does the baseline."""
    vectors_TD, ngrams_N = explained.passage.vectors_TD, explained.passage.ngrams_N
    has_word_T = torch.tensor([word is not None for word in explained.layout.token_words], device=vectors_TD.device)
    size = radius * vectors_TD[has_word_T].square().mean().sqrt() if has_word_T.any() else vectors_TD.new_zeros(())
    noise_TD = size * has_word_T[:, None] * _uniform(vectors_TD, generator)
    passage = Inputs(vectors_TD=vectors_TD + noise_TD, ngrams_N=ngrams_N * (1 + radius * _uniform(ngrams_N, generator)))
    return replace(explained, passage=passage)


def check_sensitivity(scores_W: Tensor, disturbed_maps: Sequence[Tensor]) -> Check:
    """Judge by the largest change among maps (W,) at several points close by."""
    value = max_sensitivity(scores_W, torch.stack(list(disturbed_maps)))
    return judged(CheckName.MAX_SENSITIVITY, value, LIMITS)


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(like.shape, generator=generator) - 1).to(like)
