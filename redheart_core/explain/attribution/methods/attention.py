"""The attention view: where the encoder looks. It is shown because people ask for it, and it explains nothing.

Attention says which places are mixed, not whether what was mixed mattered: other weights can give the same output
(Jain and Wallace 2019, https://arxiv.org/abs/1902.10186).

Dimensions: T tokens, A attention heads, H width of a head, Q queries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.explain.attribution.captured import captured
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.encoder import encoder_place, needs_encoder
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.model.backbone import EncoderLayer
from redheart_core.model.layers import Attention

ROLLOUT = "rollout"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionOptions:
    """Options of the attention view."""

    layer: str = option(ROLLOUT)
    """Layer of the encoder; ``rollout`` follows attention through all of them."""


class AttentionView:
    """Not an explanation. Scores are shares of attention, without sign, not in the target's unit."""

    name = "attention"
    reference = "Abnar and Zuidema 2020, https://arxiv.org/abs/2005.00928"
    is_additive = False
    options_type = AttentionOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that the model has no encoder."""
        return needs_encoder(explained)

    def cost(self, explained: Explained, options: AttentionOptions) -> int:
        """Return the passage."""
        return 1

    def run(self, explained: Explained, options: AttentionOptions, *, seed: int, report: Report) -> RawScores:
        """Return the attention each token gets, averaged over heads and over the tokens that look; it sums to one.

        Raises:
            ExplanationError: The model has no such layer.
        """
        report(0, 1)
        place = None if options.layer == ROLLOUT else encoder_place(explained, options.layer)
        weights = attention_weights(explained)
        mixed_QT = rollout(weights) if place is None else weights[place]
        report(1, 1)
        return RawScores(
            token_scores_T=mixed_QT.mean(dim=0),
            ngram_scores_N=torch.zeros(explained.passage.ngrams_N.shape[0], dtype=torch.float64),
            num_evaluations=1,
        )


def attention_weights(explained: Explained) -> list[Tensor]:
    """Return how much each token looks at each other at the passage, (Q, T) by layer, averaged over heads, float64."""
    modules = [layer.attention for layer in explained.model.backbone.encoder if isinstance(layer, EncoderLayer)]
    projections = [projection for module in modules for projection in (module.query, module.key_value)]
    passage = explained.passage
    with torch.no_grad(), captured(projections) as outputs:
        explained(passage.vectors_TD[None], passage.ngrams_N[None])
    return [_weights(module, outputs[module.query][0], outputs[module.key_value][0]) for module in modules]


def rollout(weights: list[Tensor]) -> Tensor:
    """Return (Q, T), half of each layer's weights being the token itself, as the residual path keeps it."""
    mixed_QT = torch.eye(weights[0].shape[0], dtype=torch.float64)
    for layer_QT in weights:
        mixed_QT = (layer_QT @ mixed_QT + mixed_QT) / 2
    return mixed_QT


def _weights(module: Attention, query_QD: Tensor, key_value_TD: Tensor) -> Tensor:
    query_AQH = _by_head(module, query_QD)
    key_ATH = _by_head(module, key_value_TD.chunk(2, dim=-1)[0])
    score_AQT = query_AQH @ key_ATH.transpose(-1, -2) / math.sqrt(query_AQH.shape[-1])
    return torch.softmax(score_AQT, dim=-1).mean(dim=0)


def _by_head(module: Attention, values_TD: Tensor) -> Tensor:
    length, width = values_TD.shape
    return values_TD.double().cpu().view(length, module.num_heads, width // module.num_heads).transpose(0, 1)
