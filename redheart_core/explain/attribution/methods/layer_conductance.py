"""Layer conductance: what flows to the target through one layer of the encoder, at each word's place."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.explain.attribution import conductance
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.encoder import FIRST, encoder_place, needs_encoder
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerConductanceOptions:
    """Options of layer conductance."""

    layer: str = option(FIRST)
    """Layer of the encoder."""
    steps: int = option(64, low=2, high=1_000)
    """Pieces of the path from baseline to passage."""


class LayerConductance:
    """Every layer sums to the same whole. In later layers a word's place also holds what others said to it."""

    name = "layer_conductance"
    reference = "Dhamdhere, Sundararajan and Yan 2018, https://arxiv.org/abs/1805.12233"
    is_additive = True
    options_type = LayerConductanceOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that the model has no encoder."""
        return needs_encoder(explained)

    def cost(self, explained: Explained, options: LayerConductanceOptions) -> int:
        """Return both ends of the path and the points between."""
        return conductance.cost(options.steps)

    def run(self, explained: Explained, options: LayerConductanceOptions, *, seed: int, report: Report) -> RawScores:
        """Return what flows through the layer and, by the conditioning of later layers, past it.

        Raises:
            ExplanationError: The model has no such layer.
        """
        place = encoder_place(explained, options.layer)
        found = conductance.conductance(explained, num_steps=options.steps, report=report, places=[place])
        return RawScores(
            token_scores_T=(found.through_LT + found.past_LT)[0],
            ngram_scores_N=found.ngrams_N,
            num_evaluations=found.num_evaluations,
        )
