"""Layers times words: where in the depth of the network each word takes effect.

Dimensions: L layers, T tokens, N n-grams, W words.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.conductance import conductance
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.merge import by_word
from redheart_core.explain.attribution.methods.method import RawScores, Report, unreported
from redheart_core.explain.attribution.words import Word

DEFAULT_STEPS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMap:
    """What the scalar owes to each word, read at the output of each layer of the encoder, first layer first.

    At a layer, the state at a word's place may already hold what other words said: attention has moved it there. So the
    rows of two layers differ, while the sums of all layers agree.
    """

    words: tuple[Word, ...]
    scores: tuple[tuple[float, ...], ...]
    """By word, then by layer, (W, L): what flows through the layer at the word's place, and from the word past it."""
    past: tuple[float, ...]
    """Of each layer's sum, the part that flows past it by the conditioning of later layers, (L,)."""
    ngram_scores: tuple[float, ...]
    """What n-grams add for each word beside all layers, (W,); not part of ``scores``."""
    rest: tuple[float, ...]
    """What belongs to no word at each layer: special tokens, and n-grams that only the baseline has, (L,)."""
    target_value: float
    baseline_value: float
    num_steps: int

    @property
    def num_layers(self) -> int:
        """L."""
        return len(self.rest)

    @property
    def difference(self) -> float:
        """Target minus baseline: what every layer should sum to."""
        return self.target_value - self.baseline_value

    @property
    def completeness_errors(self) -> tuple[float, ...]:
        """Sum of each layer with n-grams and rest, minus the difference, signed, (L,)."""
        beside = sum(self.ngram_scores) - self.difference
        return tuple(sum(row[layer] for row in self.scores) + rest + beside for layer, rest in enumerate(self.rest))


def layer_map(explained: Explained, *, num_steps: int = DEFAULT_STEPS, report: Report = unreported) -> LayerMap:
    """Attribute the scalar to words at every layer, in the same passes for all of them.

    Args:
        explained: Its model is held by the caller.
        num_steps: Pieces of the path from baseline to passage; one evaluation each, and one more.
        report: Told the evaluations that are done.
    """
    found = conductance(explained, num_steps=num_steps, report=report)
    layout = explained.layout
    no_tokens, no_ngrams = torch.zeros_like(found.through_LT[0]), torch.zeros_like(found.ngrams_N)
    beside = by_word(layout, _raw(no_tokens, found.ngrams_N))
    layers = [by_word(layout, _raw(scores_T, no_ngrams)) for scores_T in found.through_LT + found.past_LT]
    return LayerMap(
        words=layout.words,
        scores=tuple(zip(*(layer.words for layer in layers), strict=True)),
        past=tuple(found.past_LT.sum(dim=1).tolist()),
        ngram_scores=beside.words,
        rest=tuple(layer.rest + beside.rest for layer in layers),
        target_value=explained.target_value,
        baseline_value=explained.baseline_value,
        num_steps=num_steps,
    )


def _raw(token_scores_T: Tensor, ngram_scores_N: Tensor) -> RawScores:
    return RawScores(token_scores_T=token_scores_T, ngram_scores_N=ngram_scores_N, num_evaluations=0)
