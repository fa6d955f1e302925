"""GradientSHAP: the slope at random points between baseline and passage, times the way between them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from captum.attr import GradientShap as CaptumGradientShap

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.counting import Counted
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.points import as_batch, summed
from redheart_core.explain.attribution.methods.seeding import seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientShapOptions:
    """How many points are drawn, and how far they may stray."""

    samples: int = option(64, low=1, high=4096)
    noise: float = option(0.0, low=0.0, high=10.0)


class GradientShap:
    """Additive on average: the sum misses the difference by chance, the less the more points.

    ``noise`` is the standard deviation that is added to each number of the token vectors, never to n-grams.
    """

    name = "gradient_shap"
    reference = "Lundberg and Lee 2017, https://arxiv.org/abs/1705.07874"
    is_additive = True
    options_type = GradientShapOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None: every function with a gradient will do."""
        return None

    def cost(self, explained: Explained, options: GradientShapOptions) -> int:
        """Return one evaluation per point."""
        return options.samples

    def run(self, explained: Explained, options: GradientShapOptions, *, seed: int, report: Report) -> RawScores:
        """Return the mean over the points, drawn in pieces that fit one pass."""
        counted = Counted(explained, report, options.samples)
        method = CaptumGradientShap(counted)
        passage, baseline = as_batch(explained.passage), as_batch(explained.baseline)
        totals = [torch.zeros_like(part) for part in passage]
        with seeded(seed):
            for count in _pieces(options.samples, explained.batch_size):
                means = method.attribute(passage, baseline, n_samples=count, stdevs=(options.noise, 0.0))
                totals = [total + count * mean.detach() for total, mean in zip(totals, means, strict=True)]
        mean_pair = (totals[0] / options.samples, totals[1] / options.samples)
        return summed(mean_pair, counted.num_evaluations)


def _pieces(total: int, largest: int) -> list[int]:
    whole, left = divmod(total, largest)
    return [largest] * whole + ([left] if left else [])
