"""Saliency: how steep the target is in each input, whatever stands there."""

from __future__ import annotations

from dataclasses import dataclass

from captum.attr import Saliency as CaptumSaliency

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.points import as_batch, summed


@dataclass(frozen=True, slots=True, kw_only=True)
class SaliencyOptions:
    """Which slopes are added up."""

    absolute: bool = option(True)


class Saliency:
    """Slopes at the passage: without sign how strongly a token could move the target, not whether it raises it.

    The chosen baseline plays no part. A slope is counted per unit of its input, so that tokens and n-grams, whose
    inputs have different sizes, compare poorly with each other.
    """

    name = "saliency"
    reference = "Simonyan et al. 2013, https://arxiv.org/abs/1312.6034"
    is_additive = False
    options_type = SaliencyOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None: every function with a gradient will do."""
        return None

    def cost(self, explained: Explained, options: SaliencyOptions) -> int:
        """Return one evaluation."""
        return 1

    def run(self, explained: Explained, options: SaliencyOptions, *, seed: int, report: Report) -> RawScores:
        """Return the slopes, summed over the width of each token."""
        report(0, 1)
        point = as_batch(explained.passage, needs_gradient=True)
        scores = CaptumSaliency(explained).attribute(point, abs=options.absolute)
        report(1, 1)
        return summed(scores, 1)
