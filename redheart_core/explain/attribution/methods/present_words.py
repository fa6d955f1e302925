"""Words as the features of Captum's perturbation methods: a mask of ones against a mask of zeros.

Dimensions: K evaluations, T tokens, N n-grams, W words.
"""

from __future__ import annotations

import torch
from captum.attr import Lime
from torch import Tensor

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report

NO_WORDS = "the passage has no words."


class PresentWords:
    """The scalar as a function of which words are there. Counts its evaluations and reports them."""

    def __init__(self, explained: Explained, *, total: int, report: Report) -> None:
        self._explained = explained
        self._total = total
        self._report = report
        self.num_evaluations = 0
        """Points evaluated so far."""
        report(0, total)

    def __call__(self, present_KW: Tensor) -> Tensor:
        """Return the scalar (K,) in float64, so that differences are taken without rounding."""
        values_K = self._explained.at_words(present_KW).double().cpu()
        self.num_evaluations += present_KW.shape[0]
        self._report(self.num_evaluations, self._total)
        return values_K

    @property
    def everything(self) -> Tensor:
        """The passage, (1, W). Masks stay on the processor whatever holds the network."""
        return torch.ones(1, self._explained.num_words)

    @property
    def nothing(self) -> Tensor:
        """The baseline, (1, W)."""
        return torch.zeros(1, self._explained.num_words)

    def fitted(self, sampler: Lime, samples: int) -> RawScores:
        """Return the coefficients of the model that ``sampler`` fits to ``samples`` choices of words."""
        scores_W: Tensor = sampler.attribute(
            self.everything,
            baselines=self.nothing,
            n_samples=samples,
            perturbations_per_eval=self._explained.batch_size,
            return_input_shape=False,
        )
        return self.raw_scores(scores_W)

    def raw_scores(self, word_scores: Tensor) -> RawScores:
        """Return what a method gave to words, (W,) or (1, W)."""
        passage = self._explained.passage
        return RawScores(
            token_scores_T=torch.zeros(passage.vectors_TD.shape[0], dtype=torch.float64),
            ngram_scores_N=torch.zeros(passage.ngrams_N.shape[0], dtype=torch.float64),
            word_scores_W=word_scores.detach().reshape(-1).double(),
            num_evaluations=self.num_evaluations,
        )


def needs_words(explained: Explained) -> str | None:
    """Return None, or that there is nothing to take away."""
    return None if explained.num_words else NO_WORDS
