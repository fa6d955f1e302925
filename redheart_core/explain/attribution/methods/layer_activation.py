"""Layer activation: how far the state at each word moves away from that of the baseline."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from captum.attr import LayerActivation as CaptumLayerActivation

from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.encoder import needs_encoder
from redheart_core.explain.attribution.methods.hidden import STATES, hidden_layer
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerActivationOptions:
    """Options of layer activation."""

    layer: str = option(STATES)
    """Layer of the encoder, or what follows all of them."""


class LayerActivation:
    """Says where the layer is busy, whatever the target: scores have no sign and are not in the target's unit."""

    name = "layer_activation"
    reference = "Kokhlikyan et al. 2020, https://arxiv.org/abs/2009.07896"
    is_additive = False
    options_type = LayerActivationOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that the model has no encoder."""
        return needs_encoder(explained)

    def cost(self, explained: Explained, options: LayerActivationOptions) -> int:
        """Return passage and baseline."""
        return 2

    def run(self, explained: Explained, options: LayerActivationOptions, *, seed: int, report: Report) -> RawScores:
        """Return the Euclidean distance between the states of passage and baseline at each token.

        Raises:
            ExplanationError: The model has no such layer.
        """
        report(0, 2)
        passage, baseline = explained.passage, explained.baseline
        reader = CaptumLayerActivation(explained, hidden_layer(explained.model, options.layer))
        states = reader.attribute(
            (
                torch.stack([passage.vectors_TD, baseline.vectors_TD]),
                torch.stack([passage.ngrams_N, baseline.ngrams_N]),
            )
        )
        report(2, 2)
        return RawScores(
            token_scores_T=(states[0] - states[1]).double().norm(dim=-1).cpu(),
            ngram_scores_N=torch.zeros(passage.ngrams_N.shape[0], dtype=torch.float64),
            num_evaluations=2,
        )
