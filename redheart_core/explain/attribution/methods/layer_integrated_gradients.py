"""Layer integrated gradients: the same integral, along the way between two states inside the network.

A layer is not all that a passage passes through. N-grams go round the network, and a summary of the passage conditions
every layer norm. So the way has three legs: first the n-grams, from the baseline's to the passage's, while the tokens
are the baseline's; then what bypasses the layer, which belongs to no token and is the rest; then the layer's states.
The three sum to target minus baseline. Behind the backbone nothing bypasses, and the rest is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from captum.attr import IntegratedGradients as CaptumIntegratedGradients
from captum.attr import LayerIntegratedGradients as CaptumLayerIntegratedGradients
from torch import Tensor

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.counting import Counted
from redheart_core.explain.attribution.methods.hidden import STATES, hidden_layer, hidden_layers, noted, replaced
from redheart_core.explain.attribution.methods.integrated_gradients import DEFAULT_STEPS, MAX_STEPS, RULES
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.explain.attribution.methods.points import as_batch, summed


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPathOptions:
    """How the path is walked, and where."""

    steps: int = option(DEFAULT_STEPS, low=2, high=MAX_STEPS)
    rule: str = option(RULES[0], choices=RULES)
    layer: str = option(STATES)


class LayerIntegratedGradients:
    """How much each token's state in a layer moves the target. A state has seen the other tokens too."""

    name = "layer_integrated_gradients"
    reference = "Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365; on layers as in Captum"
    is_additive = True
    options_type = LayerPathOptions

    def supports(self, explained: Explained) -> str | None:
        """Refuse a function without layers."""
        return None if hidden_layers(explained.model) else "it has no layer with one vector per token."

    def cost(self, explained: Explained, options: LayerPathOptions) -> int:
        """Return the steps on both legs that are walked, and the ends of every leg that is not."""
        return 2 * options.steps + (2 if options.layer == STATES else 4)

    def run(self, explained: Explained, options: LayerPathOptions, *, seed: int, report: Report) -> RawScores:
        """Return the integral over states, the integral over n-grams, and the rest."""
        counted = Counted(explained, report, self.cost(explained, options))
        layer = hidden_layer(explained.model, options.layer)
        vectors_KTD, ngrams_KN = as_batch(explained.passage)
        baseline_KTD, _ = as_batch(explained.baseline)
        states_KTD = CaptumLayerIntegratedGradients(counted, layer).attribute(
            vectors_KTD,
            baseline_KTD,
            additional_forward_args=(ngrams_KN,),
            n_steps=options.steps,
            method=options.rule,
            internal_batch_size=explained.batch_size,
        )
        raw = summed((states_KTD, self._ngram_leg(explained, counted, options)), 0)
        return RawScores(
            token_scores_T=raw.token_scores_T,
            ngram_scores_N=raw.ngram_scores_N,
            rest=self._bypass(explained, counted, options.layer),
            num_evaluations=counted.num_evaluations,
        )

    def _ngram_leg(self, explained: Explained, counted: Counted, options: LayerPathOptions) -> Tensor:
        vectors_KTD, baseline_KN = as_batch(explained.baseline)
        _, ngrams_KN = as_batch(explained.passage)
        scores_KN: Tensor = CaptumIntegratedGradients(
            lambda points_KN: counted(vectors_KTD.expand(points_KN.shape[0], -1, -1), points_KN)
        ).attribute(
            ngrams_KN,
            baselines=baseline_KN,
            n_steps=options.steps,
            method=options.rule,
            internal_batch_size=explained.batch_size,
        )
        return scores_KN

    def _bypass(self, explained: Explained, counted: Counted, name: str) -> float:
        """Return what the passage adds while the layer still answers as for the baseline."""
        if name == STATES:
            return 0.0
        layer = hidden_layer(explained.model, name)
        vectors_KTD, ngrams_KN = as_batch(explained.passage)
        with torch.no_grad():
            with noted(layer) as answers:
                before_K = counted(as_batch(explained.baseline)[0], ngrams_KN)
            with replaced(layer, answers[0]):
                after_K = counted(vectors_KTD, ngrams_KN)
        return float(after_K[0] - before_K[0])
