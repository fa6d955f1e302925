"""Shapley values by sampling: what a word adds on average when the words come in random order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from captum.attr import ShapleyValueSampling

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.present_words import PresentWords, needs_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapleyOptions:
    """Options of Shapley sampling."""

    permutations: int = option(16, low=2, high=1_000)
    """Orders in which the words come. Every second one is the one before read backwards."""


class ShapleySampling:
    """Every order alone sums to target minus baseline, and so does their mean.

    An order and its reverse go together (antithetic sampling, Mitchell et al. 2022, https://arxiv.org/abs/2104.12199):
    what two words do together is then shared evenly between them, however few orders there are.
    """

    name = "shapley_sampling"
    reference = "Castro, Gómez and Tejada 2009, https://doi.org/10.1016/j.cor.2008.04.004"
    is_additive = True
    options_type = ShapleyOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no words."""
        return needs_words(explained)

    def cost(self, explained: Explained, options: ShapleyOptions) -> int:
        """Return the baseline and one evaluation per word and order."""
        return 1 + options.permutations * explained.num_words

    def run(self, explained: Explained, options: ShapleyOptions, *, seed: int, report: Report) -> RawScores:
        """Return the mean of what each word adds."""
        function = PresentWords(explained, total=self.cost(explained, options), report=report)
        sampler = ShapleyValueSampling(function)
        # Captum would draw from the process's generator.
        sampler.permutation_generator = lambda num_words, count: orders(num_words, count, seed=seed)
        scores = sampler.attribute(
            function.everything,
            baselines=function.nothing,
            n_samples=options.permutations,
            perturbations_per_eval=explained.batch_size,
        )
        return function.raw_scores(scores)


def orders(num_words: int, count: int, *, seed: int) -> Iterator[list[int]]:
    """Yield random orders of the words, each followed by its reverse."""
    generator = torch.Generator().manual_seed(seed)
    order: list[int] = []
    for place in range(count):
        order = order[::-1] if place % 2 else torch.randperm(num_words, generator=generator).tolist()
        yield order
