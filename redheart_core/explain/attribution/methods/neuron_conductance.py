"""Neuron attribution: what each word adds to the target through one neuron of a head or an analyser.

Dimensions: K evaluations, T tokens, D width, N n-grams.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from captum.attr import NeuronConductance as CaptumNeuronConductance
from torch import Tensor, nn

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.methods.method import RawScores, Report
from redheart_core.explain.attribution.methods.options import option
from redheart_core.model.analyzers import NeuralEmotionAnalyzer, QueryNetwork
from redheart_core.model.heads import SubjectHead
from redheart_core.model.network import Part

NO_PARTS = "it has no heads and no analysers."


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronOptions:
    """Options of neuron attribution."""

    part: str = option(Part.EMOTION_HEAD.value, choices=tuple(part.value for part in Part))
    """Head or analyser whose last layer is looked at."""
    neuron: int = option(0, low=0, high=100_000)
    """Unit of that layer, 0 the first. An analyser that asks questions has its units once per question."""
    steps: int = option(32, low=2, high=1_000)
    """Points on the path from baseline to passage (Gauss-Legendre)."""


class NeuronConductance:
    """In units of the target, and only a part of it: most of the difference flows through other neurons."""

    name = "neuron_conductance"
    reference = "Dhamdhere, Sundararajan and Yan 2018, https://arxiv.org/abs/1805.12233"
    is_additive = False
    options_type = NeuronOptions

    def supports(self, explained: Explained) -> str | None:
        """Return None, or that there are no neurons to choose from."""
        return None if getattr(explained.model, "heads", None) else NO_PARTS

    def cost(self, explained: Explained, options: NeuronOptions) -> int:
        """Return the points on the path."""
        return options.steps

    def run(self, explained: Explained, options: NeuronOptions, *, seed: int, report: Report) -> RawScores:
        """Return what flows from each token through the neuron; n-grams reach no neuron and stay as in the passage.

        Raises:
            ExplanationError: The layer has fewer neurons.
        """
        report(0, options.steps)
        ngrams_N, done = explained.passage.ngrams_N, 0

        def forward(vectors_KTD: Tensor) -> Tensor:
            nonlocal done
            values_K = explained(vectors_KTD, ngrams_N.expand(vectors_KTD.shape[0], -1))
            done += vectors_KTD.shape[0]
            report(done, options.steps)
            return values_K

        layer, place = _layer_and_place(explained, options)
        scores = CaptumNeuronConductance(forward, layer).attribute(
            explained.passage.vectors_TD[None].clone(),
            neuron_selector=place,
            baselines=explained.baseline.vectors_TD[None].clone(),
            n_steps=options.steps,
            method="gausslegendre",
            internal_batch_size=explained.batch_size,
        )
        return RawScores(
            token_scores_T=scores.detach()[0].double().sum(dim=-1).cpu(),
            ngram_scores_N=torch.zeros(ngrams_N.shape[0], dtype=torch.float64),
            num_evaluations=done,
        )


def _layer_and_place(explained: Explained, options: NeuronOptions) -> tuple[nn.Module, tuple[int, ...]]:
    """Return the last layer of a part, and where in its output (without the batch) the neuron stands."""
    model = explained.model
    if options.part in model.heads:
        head = model.heads[options.part]
        assert isinstance(head, SubjectHead)
        return head.norm, (_within(options, head.state_width),)
    analyzer = model.analyzers[options.part]
    if isinstance(analyzer, NeuralEmotionAnalyzer):
        # Its last layer has the same units at every place: the last place is what its readouts see directly.
        num_places = math.ceil(explained.passage.vectors_TD.shape[0] / analyzer.segment_tokens)
        return analyzer.attention.out, (num_places - 1, _within(options, analyzer.attention.out.out_features))
    network = analyzer.network
    assert isinstance(network, QueryNetwork)
    num_questions, width = network.answer_QW.shape
    return network.norm, divmod(_within(options, num_questions * width), width)


def _within(options: NeuronOptions, count: int) -> int:
    if options.neuron >= count:
        raise ExplanationError(
            f"Neuron {options.neuron} was asked for, but the last layer of {options.part} has {count}. "
            f"Choose 0 to {count - 1}."
        )
    return options.neuron
