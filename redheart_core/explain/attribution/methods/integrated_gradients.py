"""Integrated gradients: the slope along the straight way from the baseline to the passage, times the way."""

from __future__ import annotations

from dataclasses import dataclass

from captum.attr import IntegratedGradients as CaptumIntegratedGradients

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.counting import Counted
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.points import as_batch, summed

RULES = ("gausslegendre", "riemann_trapezoid", "riemann_middle", "riemann_left", "riemann_right")
"""Ways to sum along the path, by Captum's names."""
DEFAULT_STEPS = 128
"""Chosen on sums over real texts: 64 steps left one in ten more than 1 % off, few of which needed more than these."""
MAX_STEPS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOptions:
    """How the path is walked."""

    steps: int = option(DEFAULT_STEPS, low=2, high=MAX_STEPS)
    rule: str = option(RULES[0], choices=RULES)


class IntegratedGradients:
    """Additive up to the error of the sum over steps, which the attribution states."""

    name = "integrated_gradients"
    reference = "Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365"
    is_additive = True
    options_type = PathOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None: every function with a gradient will do."""
        return None

    def cost(self, explained: Explained, options: PathOptions) -> int:
        """Return one evaluation per step."""
        return options.steps

    def run(self, explained: Explained, options: PathOptions, *, seed: int, report: Report) -> RawScores:
        """Return the integral of the slope, times passage minus baseline."""
        counted = Counted(explained, report, options.steps)
        scores = CaptumIntegratedGradients(counted).attribute(
            as_batch(explained.passage),
            baselines=as_batch(explained.baseline),
            n_steps=options.steps,
            method=options.rule,
            internal_batch_size=explained.batch_size,
        )
        return summed(scores, counted.num_evaluations)
