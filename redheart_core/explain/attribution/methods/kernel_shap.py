"""KernelSHAP: Shapley values as the linear model that fits best when some words are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from captum.attr import KernelShap as CaptumKernelShap
from torch import Tensor

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.present_words import PresentWords, needs_words
from redheart_core.explain.attribution.methods.surrogates import ShapleyRegression


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelShapOptions:
    """Options of KernelSHAP."""

    samples: int = option(512, low=4, high=10_000)
    """Choices of words that are evaluated, passage and baseline among them; two more than words at least."""


class KernelShap:
    """Sums to target minus baseline because the fit must meet both ends.

    A choice of words is drawn together with its complement (Covert and Lee 2021, https://arxiv.org/abs/2012.01536).
    """

    name = "kernel_shap"
    reference = "Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874"
    is_additive = True
    options_type = KernelShapOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no words."""
        return needs_words(explained)

    def cost(self, explained: Explained, options: KernelShapOptions) -> int:
        """Return the number of samples; one word needs only both ends."""
        return 2 if explained.num_words == 1 else options.samples

    def run(self, explained: Explained, options: KernelShapOptions, *, seed: int, report: Report) -> RawScores:
        """Return the coefficients of the fit.

        Raises:
            ExplanationError: Fewer samples than the words need.
        """
        function = PresentWords(explained, total=self.cost(explained, options), report=report)
        if explained.num_words == 1:
            ends_K = function(torch.cat([function.everything, function.nothing]))
            return function.raw_scores(ends_K[0] - ends_K[1])
        if options.samples < explained.num_words + 2:
            raise ExplanationError(
                f"{options.samples} samples cannot tell {explained.num_words} words apart. "
                f"Choose at least {explained.num_words + 2}."
            )
        masks = choices(explained.num_words, options.samples, seed=seed)
        sampler = CaptumKernelShap(function)
        sampler.interpretable_model = ShapleyRegression()
        # Captum would draw from the process's generator.
        sampler.perturb_func = lambda *_args, **_kwargs: next(masks)
        return function.fitted(sampler, options.samples)


def choices(num_words: int, count: int, *, seed: int) -> Iterator[Tensor]:
    """Yield masks (1, W): everything, nothing, then random choices, each followed by its complement.

    The number of words follows the Shapley kernel, which is large where few words are there or few are missing; which
    words they are is uniform.
    """
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.arange(1, num_words, dtype=torch.float64)
    num_drawn = (count - 1) // 2
    drawn_K = torch.multinomial(1 / (sizes * (num_words - sizes)), num_drawn, replacement=True, generator=generator) + 1
    ranks_KW = torch.rand(num_drawn, num_words, generator=generator).argsort(dim=1).argsort(dim=1)
    yield torch.ones(1, num_words, dtype=torch.long)
    yield torch.zeros(1, num_words, dtype=torch.long)
    for mask_W in (ranks_KW < drawn_K[:, None]).long():
        yield mask_W[None]
        yield 1 - mask_W[None]
