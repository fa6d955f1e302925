"""LIME: a linear model that is right near the passage."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from captum.attr import Lime as CaptumLime
from captum.attr._core.lime import get_exp_kernel_similarity_function

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.present_words import PresentWords, needs_words
from redheart_core.explain.attribution.methods.surrogates import WeightedRidge


@dataclass(frozen=True, slots=True, kw_only=True)
class LimeOptions:
    """Options of LIME."""

    samples: int = option(512, low=8, high=10_000)
    """Choices of words that are evaluated; each word is there with probability one half."""
    kernel_width: float = option(0.25, low=0.05, high=10.0)
    """Distance at which a sample weighs exp(-1/2). The default is that of the authors' code for text."""
    penalty: float = option(1.0, low=0.0, high=1_000.0)
    """On squared coefficients. The default is that of the authors' code."""


class Lime:
    """Weights a sample by exp(-d² / 2w²), where d is its cosine distance from the passage and w the kernel's width.

    With k of W words there, d is 1 - sqrt(k / W). Coefficients are shrunk by the penalty and do not sum to anything.
    """

    name = "lime"
    reference = "Ribeiro, Singh and Guestrin 2016, https://arxiv.org/abs/1602.04938"
    is_additive = False
    options_type = LimeOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no words."""
        return needs_words(explained)

    def cost(self, explained: Explained, options: LimeOptions) -> int:
        """Return the number of samples."""
        return options.samples

    def run(self, explained: Explained, options: LimeOptions, *, seed: int, report: Report) -> RawScores:
        """Return the coefficients of the fit."""
        function = PresentWords(explained, total=self.cost(explained, options), report=report)
        generator = torch.Generator().manual_seed(seed)
        shape = (options.samples, 1, explained.num_words)
        masks = iter(torch.randint(2, shape, generator=generator))
        sampler = CaptumLime(
            function,
            interpretable_model=WeightedRidge(options.penalty),
            similarity_func=get_exp_kernel_similarity_function("cosine", kernel_width=options.kernel_width),
            # Captum would draw from the process's generator.
            perturb_func=lambda *_args, **_kwargs: next(masks),
        )
        return function.fitted(sampler, options.samples)
