"""Feature ablation: what is lost when one word alone is taken away."""

from __future__ import annotations

from captum.attr import FeatureAblation as CaptumFeatureAblation

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import NoOptions
from redheart_core.explain.attribution.methods.present_words import PresentWords, needs_words


class FeatureAblation:
    """Each word is replaced by the baseline, all others stay. What only two words do together counts for both."""

    name = "feature_ablation"
    reference = "Li, Monroe and Jurafsky 2016, https://arxiv.org/abs/1612.08220"
    is_additive = False
    options_type = NoOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no words."""
        return needs_words(explained)

    def cost(self, explained: Explained, options: NoOptions) -> int:
        """Return the passage and one evaluation per word."""
        return 1 + explained.num_words

    def run(self, explained: Explained, options: NoOptions, *, seed: int, report: Report) -> RawScores:
        """Return the target less the target without the word."""
        function = PresentWords(explained, total=self.cost(explained, options), report=report)
        scores = CaptumFeatureAblation(function).attribute(
            function.everything, baselines=function.nothing, perturbations_per_eval=explained.batch_size
        )
        return function.raw_scores(scores)
