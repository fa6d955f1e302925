"""Occlusion: what is lost when a window of neighbouring words is taken away."""

from __future__ import annotations

from dataclasses import dataclass

from captum.attr import Occlusion as CaptumOcclusion

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.present_words import PresentWords, needs_words


@dataclass(frozen=True, slots=True, kw_only=True)
class OcclusionOptions:
    """Options of occlusion."""

    window: int = option(3, low=1, high=20)
    """Words replaced at once; a passage with fewer words is replaced whole."""


class Occlusion:
    """A window moves word by word, from the context into the text. A word gets the mean over the windows it lies in."""

    name = "occlusion"
    reference = "Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901"
    is_additive = False
    options_type = OcclusionOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no words."""
        return needs_words(explained)

    def cost(self, explained: Explained, options: OcclusionOptions) -> int:
        """Return the passage and one evaluation per place of the window."""
        return 2 + explained.num_words - _width(explained, options)

    def run(self, explained: Explained, options: OcclusionOptions, *, seed: int, report: Report) -> RawScores:
        """Return the target less the target without the window, averaged over windows."""
        function = PresentWords(explained, total=self.cost(explained, options), report=report)
        scores = CaptumOcclusion(function).attribute(
            function.everything,
            sliding_window_shapes=(_width(explained, options),),
            baselines=function.nothing,
            perturbations_per_eval=explained.batch_size,
        )
        return function.raw_scores(scores)


def _width(explained: Explained, options: OcclusionOptions) -> int:
    return min(options.window, explained.num_words)
