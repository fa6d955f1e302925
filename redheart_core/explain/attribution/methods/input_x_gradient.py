"""Input times gradient: the slope at the passage, times what stands there."""

from __future__ import annotations

from captum.attr import InputXGradient as CaptumInputXGradient

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import NoOptions
from redheart_core.explain.attribution.methods.points import as_batch, summed


class InputXGradient:
    """First-order estimate of what each input adds against zero. The chosen baseline plays no part."""

    name = "input_x_gradient"
    reference = "Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713"
    is_additive = False
    options_type = NoOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None: every function with a gradient will do."""
        return None

    def cost(self, explained: Explained, options: NoOptions) -> int:
        """Return one evaluation."""
        return 1

    def run(self, explained: Explained, options: NoOptions, *, seed: int, report: Report) -> RawScores:
        """Return input times gradient, summed over the width of each token."""
        report(0, 1)
        scores = CaptumInputXGradient(explained).attribute(as_batch(explained.passage, needs_gradient=True))
        report(1, 1)
        return summed(scores, 1)
