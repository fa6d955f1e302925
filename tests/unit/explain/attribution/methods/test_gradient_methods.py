"""Gradient methods on functions whose answers are known, and on the tiny model."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.explain import explain_passage
from redheart_core.explain.attribution.function import Explained
from redheart_core.explain.attribution.merge import by_word
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.hidden import hidden_layers
from redheart_core.explain.attribution.methods.integrated_gradients import AUTOMATIC_STEPS
from redheart_core.explain.attribution.methods.method import Method, RawScores, unreported
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.result import Option, Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.model.checkpoint import load_checkpoint
from tests.checkpoints import make_tiny_checkpoint
from tests.toy_explained import LayeredToy, LinearToy, PlantedToy, linear_answer, toy_explained

ADDITIVE = ("integrated_gradients", "layer_integrated_gradients", "deep_lift", "gradient_shap")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Explained:
    checkpoint = load_checkpoint(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))
    scalar = target_named(checkpoint.manifest, "emotion/sadness").scalar(Unit.LOGIT)
    return explain_passage(checkpoint, scalar, text="I lied to her.", context="", baseline="pad").explained


def _run(name: str, explained: Explained, seed: int = 0, **options: Option) -> RawScores:
    method = METHODS[name]
    assert method.supports(explained) is None
    return method.run(explained, make_options(method, options), seed=seed, report=unreported)


def _layered(seed: int = 0) -> LayeredToy:
    answer = toy_explained(seed=seed).toy
    assert isinstance(answer, LinearToy)
    return LayeredToy(answer)


@pytest.mark.parametrize("name", ADDITIVE)
def test_additive_methods_give_weight_times_difference_for_a_linear_function(name: str) -> None:
    assert METHODS[name].is_additive
    explained = toy_explained(_layered())
    tokens_T, ngrams_N = linear_answer(explained)
    scores = _run(name, explained)
    assert_close(scores.token_scores_T, tokens_T, rtol=0.0, atol=1e-6)
    assert_close(scores.ngram_scores_N, ngrams_N, rtol=0.0, atol=1e-6)
    assert scores.rest == 0.0
    assert scores.num_evaluations == METHODS[name].cost(explained, make_options(METHODS[name], {}))


@pytest.mark.parametrize("name", ["integrated_gradients", "deep_lift", "gradient_shap", "saliency", "input_x_gradient"])
def test_the_planted_word_ranks_first(name: str) -> None:
    explained = toy_explained(PlantedToy(2))
    words = by_word(explained.layout, _run(name, explained)).words
    assert max(range(len(words)), key=lambda word: abs(words[word])) == 2
    assert [word for word, score in enumerate(words) if score != 0.0] == [2]


def test_saliency_is_the_size_of_the_weights_and_input_times_gradient_takes_them_times_the_input() -> None:
    explained = toy_explained()
    toy = cast(LinearToy, explained.toy)
    assert_close(_run("saliency", explained).token_scores_T, toy.weights_TD.abs().sum(dim=-1))
    assert_close(_run("saliency", explained, absolute=False).token_scores_T, toy.weights_TD.sum(dim=-1))
    scores = _run("input_x_gradient", explained)
    assert_close(scores.token_scores_T, (explained.passage.vectors_TD * toy.weights_TD).sum(dim=-1))
    assert_close(scores.ngram_scores_N, explained.passage.ngrams_N * toy.weights_N)


class _FunctionToy(nn.Module):
    """A function of each token's sum."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return self.function(vectors_KTD.sum(dim=2)).sum(dim=1) + ngrams_KN.sum(dim=1)


@pytest.mark.parametrize("function", [nn.Tanh(), torch.sigmoid, nn.functional.gelu, torch.exp, torch.relu])
def test_deep_lift_gives_each_token_what_its_own_function_changes(function: Callable[[Tensor], Tensor]) -> None:
    explained = toy_explained(_FunctionToy(function))
    values = [function(point.vectors_TD.sum(dim=1)) for point in (explained.passage, explained.baseline)]
    assert_close(_run("deep_lift", explained).token_scores_T, values[0] - values[1])


def test_deep_lift_shares_a_product_as_shapley_values_do() -> None:
    def product(vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return vectors_KTD[:, 1, 0] * vectors_KTD[:, 2, 0] + 0.0 * ngrams_KN.sum(dim=1)

    explained = toy_explained(product)
    (a, b), (a0, b0) = (point.vectors_TD[1:3, 0].tolist() for point in (explained.passage, explained.baseline))
    shapley = [((a - a0) * b0 + (a - a0) * b) / 2, ((b - b0) * a0 + (b - b0) * a) / 2]
    assert _run("deep_lift", explained).token_scores_T[1:3].tolist() == pytest.approx(shapley)


def test_deep_lift_shares_a_maximum_among_the_largest() -> None:
    def highest(vectors_KTD: Tensor, ngrams_KN: Tensor) -> Tensor:
        return vectors_KTD[:, :, 0].amax(dim=1) + 0.0 * ngrams_KN.sum(dim=1)

    explained = toy_explained(highest, seed=3)
    now, then = explained.passage.vectors_TD[:, 0], explained.baseline.vectors_TD[:, 0]
    scores_T = _run("deep_lift", explained).token_scores_T
    assert float(scores_T.sum()) == pytest.approx(float(now.max() - then.max()))
    moved = {place for place, score in enumerate(scores_T.tolist()) if score != 0.0}
    assert moved <= {int(now.argmax()), int(then.argmax())}


def test_deep_lift_is_exact_on_the_whole_architecture(tiny: Explained) -> None:
    raw = _run("deep_lift", tiny)
    difference = tiny.target_value - tiny.baseline_value
    assert float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum()) == pytest.approx(difference, rel=1e-4)


def test_deep_lift_refuses_what_has_no_rule() -> None:
    with pytest.raises(ExplanationError, match="a function in between has no rule"):
        _run("deep_lift", toy_explained(_FunctionToy(torch.sin)))


def test_gradient_shap_repeats_by_seed_and_comes_closer_with_more_points(tiny: Explained) -> None:
    first, again, other = (_run("gradient_shap", tiny, seed=seed, samples=40, noise=0.1) for seed in (1, 1, 2))
    assert torch.equal(first.token_scores_T, again.token_scores_T)
    assert not torch.equal(first.token_scores_T, other.token_scores_T)
    exact = _run("integrated_gradients", tiny, steps=256).token_scores_T
    few, many = (_run("gradient_shap", tiny, samples=count).token_scores_T for count in (2, 256))
    assert (many - exact).abs().max() < 0.5 * (few - exact).abs().max()


def test_more_steps_make_a_smaller_error(tiny: Explained) -> None:
    difference = tiny.target_value - tiny.baseline_value
    errors = []
    for steps in (4, 32, 256):
        raw = _run("integrated_gradients", tiny, steps=steps)
        errors.append(abs(float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum()) - difference))
    assert errors[2] < errors[0]
    assert errors[2] < 0.02 * abs(difference)


def test_by_itself_it_walks_until_the_sum_is_right_and_keeps_the_best_try() -> None:
    wavy = toy_explained(_FunctionToy(lambda vectors: torch.sin(150 * vectors)))
    difference = wavy.target_value - wavy.baseline_value

    def error(raw: RawScores) -> float:
        return abs(float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum()) - difference)

    alone = {steps: _run("integrated_gradients", wavy, steps=steps) for steps in AUTOMATIC_STEPS}
    right = [steps for steps in AUTOMATIC_STEPS if error(alone[steps]) <= 0.01 * abs(difference)]
    assert right[0] > AUTOMATIC_STEPS[0], "64 steps must not be enough, or nothing is tested"
    tried = AUTOMATIC_STEPS[: AUTOMATIC_STEPS.index(right[0]) + 1]
    found = _run("integrated_gradients", wavy)
    assert error(found) == min(error(alone[steps]) for steps in tried)
    assert found.num_evaluations == sum(tried)
    assert alone[64].num_evaluations == 64, "what is asked for is not changed"


@pytest.mark.parametrize("layer", ["encoder.0", "states"])
def test_layers_sum_to_the_difference_with_what_bypasses_them(tiny: Explained, layer: str) -> None:
    method = METHODS["layer_integrated_gradients"]
    raw = _run(method.name, tiny, steps=128, layer=layer)
    assert raw.num_evaluations == method.cost(tiny, make_options(method, {"steps": 128, "layer": layer}))
    difference = tiny.target_value - tiny.baseline_value
    assert float(raw.token_scores_T.sum() + raw.ngram_scores_N.sum()) + raw.rest == pytest.approx(difference, rel=0.02)
    assert (raw.rest == 0.0) == (layer == "states")
    assert not any(module._forward_hooks for module in tiny.model.modules())


def test_an_unknown_layer_is_answered_with_the_known_ones(tiny: Explained) -> None:
    known = list(hidden_layers(tiny.model))
    assert known == [*(f"encoder.{depth}" for depth in range(len(tiny.model.backbone.encoder))), "states"]
    with pytest.raises(ExplanationError, match=r"There is no layer 'roof'\. Known: encoder\.0, .*states\."):
        _run("layer_integrated_gradients", tiny, layer="roof")
    assert METHODS["layer_integrated_gradients"].supports(toy_explained()) is not None


def test_every_method_says_what_it_is() -> None:
    methods: list[Method] = list(METHODS.values())
    for method in methods:
        assert method.name in METHODS
        assert "http" in method.reference
