"""Methods that look inside the network, against hand-made weights and against Captum's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from captum.attr import LayerConductance as CaptumLayerConductance
from torch.testing import assert_close

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.captured import captured
from redheart_core.explain.attribution.function import Inputs
from redheart_core.explain.attribution.methods.attention import (
    AttentionOptions,
    AttentionView,
    attention_weights,
    rollout,
)
from redheart_core.explain.attribution.methods.layer_activation import LayerActivation, LayerActivationOptions
from redheart_core.explain.attribution.methods.layer_conductance import LayerConductance, LayerConductanceOptions
from redheart_core.explain.attribution.methods.method import Method, unreported
from redheart_core.explain.attribution.methods.neuron_conductance import NeuronConductance, NeuronOptions
from redheart_core.model.network import Part
from tests.tiny_explained import tiny_explained
from tests.toy_explained import toy_explained

INNER: tuple[Method, ...] = (LayerConductance(), NeuronConductance(), LayerActivation(), AttentionView())


def test_a_neuron_gets_what_flows_through_it_in_a_reading_of_its_whole_layer() -> None:
    explained = tiny_explained()
    head = explained.model.heads["emotion_head"]
    ngrams_N = explained.passage.ngrams_N
    whole = CaptumLayerConductance(
        lambda vectors_KTD: explained(vectors_KTD, ngrams_N.expand(len(vectors_KTD), -1)), head.norm
    ).attribute(
        explained.passage.vectors_TD[None],
        explained.baseline.vectors_TD[None],
        n_steps=1_000,
        method="riemann_trapezoid",
    )
    units = [
        NeuronConductance().run(explained, NeuronOptions(neuron=unit, steps=64), seed=0, report=unreported)
        for unit in range(0, head.state_width, 3)
    ]
    found = torch.stack([unit.token_scores_T.sum() for unit in units])
    assert found.abs().max() > 0.05
    assert_close(found, whole[0, ::3].detach().double(), atol=2e-2 * float(found.abs().max()), rtol=0.0)


@pytest.mark.parametrize(("part", "count"), [("emotion_head", 12), ("emotion_analyzer", 8), ("regret_analyzer", 168)])
def test_a_neuron_that_does_not_exist_is_refused_with_the_number_there_is(part: str, count: int) -> None:
    explained = tiny_explained()
    NeuronConductance().run(explained, NeuronOptions(part=part, neuron=count - 1), seed=0, report=unreported)
    with pytest.raises(ExplanationError, match=rf"Neuron {count} .* {part} has {count}\. Choose 0 to {count - 1}\."):
        NeuronConductance().run(explained, NeuronOptions(part=part, neuron=count), seed=0, report=unreported)


@pytest.mark.parametrize("part", [part.value for part in Part])
def test_every_part_has_a_neuron_that_passes_something_on(part: str) -> None:
    found = NeuronConductance().run(tiny_explained(), NeuronOptions(part=part), seed=0, report=unreported)
    assert found.token_scores_T.abs().max() > 0.0
    assert found.token_scores_T[[0, -1]].tolist() == [0.0, 0.0], "special tokens are the same in passage and baseline"


def test_activation_is_the_distance_from_the_baseline_and_zero_at_it() -> None:
    explained = tiny_explained()
    found = LayerActivation().run(explained, LayerActivationOptions(layer="encoder.1"), seed=0, report=unreported)
    layer, states = explained.model.backbone.encoder[1], []
    for point in (explained.passage, explained.baseline):
        with captured([layer]) as outputs:
            explained(point.vectors_TD[None], point.ngrams_N[None])
        states.append(outputs[layer][0].double())
    assert_close(found.token_scores_T, (states[0] - states[1]).norm(dim=-1), atol=1e-5, rtol=0.0)
    same = replace(explained, passage=explained.baseline)
    at_itself = LayerActivation().run(same, LayerActivationOptions(layer="encoder.1"), seed=0, report=unreported)
    assert at_itself.token_scores_T.max() == 0.0


def test_attention_weights_are_those_that_the_layer_mixes_with() -> None:
    explained = tiny_explained()
    module = explained.model.backbone.encoder[0].attention
    projections = [module.query, module.key_value, module.out]
    with captured(projections) as outputs:
        explained(explained.passage.vectors_TD[None], explained.passage.ngrams_N[None])
    values_TD = outputs[module.key_value][0].chunk(2, dim=-1)[1]
    width = values_TD.shape[1] // module.num_heads
    query_TD, key_TD = outputs[module.query][0], outputs[module.key_value][0].chunk(2, dim=-1)[0]
    mixed, total_QT = [], 0.0
    for head in range(module.num_heads):
        own = slice(head * width, (head + 1) * width)
        weights_QT = torch.softmax(query_TD[:, own] @ key_TD[:, own].T / width**0.5, dim=-1)
        mixed.append(weights_QT @ values_TD[:, own])
        total_QT = total_QT + weights_QT
    assert_close(module.out(torch.cat(mixed, dim=-1)), outputs[module.out][0], atol=1e-5, rtol=1e-5)
    assert_close(attention_weights(explained)[0], (total_QT / module.num_heads).double(), atol=1e-6, rtol=1e-5)


def test_attention_is_uniform_where_queries_say_nothing() -> None:
    explained = tiny_explained(num_words=6)
    for layer in explained.model.backbone.encoder:
        torch.nn.init.zeros_(layer.attention.query.weight)
        torch.nn.init.zeros_(layer.attention.query.bias)
    for layer in ("rollout", "encoder.0", "encoder.1"):
        found = AttentionView().run(explained, AttentionOptions(layer=layer), seed=0, report=unreported)
        assert found.token_scores_T.tolist() == pytest.approx([1 / 8] * 8)


def test_rollout_follows_attention_and_keeps_half_of_each_token() -> None:
    swap_QT = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
    to_first_QT = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    # First layer: half and half; second: the first token stays, the second takes half of the first.
    assert rollout([swap_QT, to_first_QT]).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert rollout([to_first_QT, swap_QT]).tolist() == [[0.75, 0.25], [0.75, 0.25]]


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (LayerConductance(), LayerConductanceOptions(layer="encoder.2")),
        (LayerActivation(), LayerActivationOptions(layer="encoder.2")),
        (AttentionView(), AttentionOptions(layer="encoder.2")),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_a_layer_that_does_not_exist_is_refused_with_those_that_do(method: Method, options: object) -> None:
    with pytest.raises(ExplanationError, match=r"no layer 'encoder\.2'.* Known: encoder\.0, encoder\.1"):
        method.run(tiny_explained(), options, seed=0, report=unreported)


@pytest.mark.parametrize("method", INNER, ids=lambda method: method.name)
def test_it_costs_what_it_said_and_supports_only_networks(method: Method) -> None:
    explained, told = tiny_explained(batch_size=4), []
    options = method.options_type()
    found = method.run(explained, options, seed=0, report=lambda done, total: told.append((done, total)))
    cost = method.cost(explained, options)
    assert found.num_evaluations == cost
    assert told[0] == (0, cost)
    assert told[-1] == (cost, cost)
    assert method.supports(explained) is None
    assert method.supports(toy_explained()) is not None


# In a layer's states attention has already spread it to other places, so conductance promises no such thing.
@pytest.mark.parametrize("method", [NeuronConductance(), LayerActivation()], ids=lambda method: method.name)
def test_the_only_word_that_differs_from_the_baseline_comes_first(method: Method) -> None:
    explained = tiny_explained()
    planted_TD = explained.baseline.vectors_TD.clone()
    planted_TD[3] = explained.passage.vectors_TD[3]
    explained = replace(explained, passage=Inputs(vectors_TD=planted_TD, ngrams_N=explained.baseline.ngrams_N))
    options = LayerActivationOptions(layer="encoder.0") if method.name == "layer_activation" else method.options_type()
    found = method.run(explained, options, seed=0, report=unreported)
    assert int(found.token_scores_T.abs().argmax()) == 3
    assert found.ngram_scores_N.abs().max() == 0.0


def test_hooks_come_off_when_the_block_fails() -> None:
    model = torch.nn.Linear(2, 2)

    def fail() -> None:
        with captured([model]) as outputs:
            model(torch.ones(1, 2))
            raise ZeroDivisionError(str(outputs[model].shape))

    with pytest.raises(ZeroDivisionError, match=r"\[1, 2\]"):
        fail()
    assert not model._forward_hooks
