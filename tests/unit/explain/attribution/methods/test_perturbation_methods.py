"""Methods that take words away, on functions whose answers are known."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.merge import by_word
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.feature_ablation import FeatureAblation
from redheart_core.explain.attribution.methods.kernel_shap import KernelShap, KernelShapOptions, choices
from redheart_core.explain.attribution.methods.lime import Lime, LimeOptions
from redheart_core.explain.attribution.methods.method import Cancelled, Method, RawScores, unreported
from redheart_core.explain.attribution.methods.occlusion import Occlusion, OcclusionOptions
from redheart_core.explain.attribution.methods.shapley_sampling import ShapleyOptions, ShapleySampling, orders
from redheart_core.explain.attribution.methods.surrogates import ShapleyRegression
from tests.toy_explained import LinearToy, ToyExplained, linear_answer, toy_explained

ON_WORDS: tuple[Method, ...] = (FeatureAblation(), Occlusion(), ShapleySampling(), KernelShap(), Lime())
"""Methods whose features are words."""


def _run(method: Method, explained: ToyExplained, options: Any = None, *, seed: int = 0) -> RawScores:
    return method.run(explained, options or method.options_type(), seed=seed, report=unreported)


def _words(scores: RawScores) -> Tensor:
    assert scores.word_scores_W is not None
    return scores.word_scores_W


def _answer(explained: ToyExplained) -> Tensor:
    tokens_T, ngrams_N = linear_answer(explained)
    raw = RawScores(token_scores_T=tokens_T, ngram_scores_N=ngrams_N, num_evaluations=0)
    return torch.tensor(by_word(explained.layout, raw).words, dtype=torch.float64)


def _of_presence(function: Any, *, num_words: int = 3) -> ToyExplained:
    """Return a function of which words are there, (K, W) to (K,): each word's token is 1 there and 0 else."""
    explained = toy_explained(lambda vectors_KTD, _ngrams_KN: function(vectors_KTD[:, 1:-1, 0]), num_words=num_words)
    explained.passage.vectors_TD.fill_(1.0)
    explained.baseline.vectors_TD[1:-1] = 0.0
    return explained


@pytest.mark.parametrize("method", [ShapleySampling(), KernelShap()], ids=lambda method: method.name)
@pytest.mark.parametrize("num_words", [1, 2, 7])
def test_an_additive_method_gives_weight_times_difference(method: Method, num_words: int) -> None:
    explained = toy_explained(num_words=num_words)
    assert method.is_additive
    assert_close(_words(_run(method, explained)), _answer(explained), atol=1e-6, rtol=0.0)


def test_single_removals_of_a_sum_give_its_terms() -> None:
    toy = toy_explained(num_words=6).toy
    assert isinstance(toy, LinearToy)
    # Without the n-gram that lies in two words nothing happens together.
    explained = toy_explained(LinearToy(toy.weights_TD, torch.zeros_like(toy.weights_N)), num_words=6)
    wanted = _answer(explained)
    assert_close(_words(_run(FeatureAblation(), explained)), wanted, atol=1e-6, rtol=0.0)
    assert_close(_words(_run(Occlusion(), explained, OcclusionOptions(window=1))), wanted, atol=1e-6, rtol=0.0)
    unshrunk = LimeOptions(samples=64, penalty=0.0)
    assert_close(_words(_run(Lime(), explained, unshrunk)), wanted, atol=1e-6, rtol=0.0)


def test_shapley_values_of_a_sum_of_round_numbers_are_exact() -> None:
    explained = _of_presence(lambda there_KW: there_KW @ torch.tensor([4.0, -0.5, 8.0], dtype=torch.float64))
    assert _words(_run(ShapleySampling(), explained)).tolist() == [4.0, -0.5, 8.0]


@pytest.mark.parametrize("method", [ShapleySampling(), KernelShap()], ids=lambda method: method.name)
def test_what_two_words_do_together_is_shared_evenly(method: Method) -> None:
    both = _of_presence(lambda there_KW: there_KW[:, 0] * there_KW[:, 1])
    assert_close(_words(_run(method, both)), torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64), atol=1e-6, rtol=0.0)
    either = _of_presence(lambda there_KW: (there_KW[:, 0] - there_KW[:, 1]).abs() + there_KW[:, 2])
    assert_close(_words(_run(method, either)), torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64), atol=1e-6, rtol=0.0)


def test_ablation_counts_what_two_words_do_together_for_both() -> None:
    explained = _of_presence(lambda there_KW: there_KW[:, 0] * there_KW[:, 1])
    assert _words(_run(FeatureAblation(), explained)).tolist() == [1.0, 1.0, 0.0]
    assert not FeatureAblation.is_additive


def test_an_occluded_word_gets_the_mean_of_its_windows() -> None:
    explained = _of_presence(lambda there_KW: there_KW @ torch.tensor([1.0, 10.0, 100.0], dtype=torch.float64))
    assert _words(_run(Occlusion(), explained, OcclusionOptions(window=2))).tolist() == [11.0, 60.5, 110.0]
    assert _words(_run(Occlusion(), explained, OcclusionOptions(window=20))).tolist() == [111.0] * 3


@pytest.mark.parametrize("method", ON_WORDS, ids=lambda method: method.name)
def test_the_planted_word_comes_first(method: Method) -> None:
    def planted(there_KW: Tensor) -> Tensor:
        return 4.0 * there_KW[:, 5] + 0.5 * torch.sin(there_KW.sum(dim=1)) + 0.5 * there_KW[:, 0] * there_KW[:, 3]

    explained = _of_presence(planted, num_words=8)
    options = OcclusionOptions(window=1) if method.name == "occlusion" else None
    assert int(_words(_run(method, explained, options)).argmax()) == 5


@pytest.mark.parametrize("method", ON_WORDS, ids=lambda method: method.name)
def test_it_costs_what_it_said_and_tells_how_far_it_is(method: Method) -> None:
    explained, told = toy_explained(num_words=9, batch_size=4), []
    options = method.options_type()
    found = method.run(explained, options, seed=0, report=lambda done, total: told.append((done, total)))
    cost = method.cost(explained, options)
    assert found.num_evaluations == cost
    assert told[0] == (0, cost)
    assert told[-1] == (cost, cost)
    assert told == sorted(told)
    assert max(later - earlier for (earlier, _), (later, _) in pairwise(told)) <= 4


@pytest.mark.parametrize("method", ON_WORDS, ids=lambda method: method.name)
def test_a_report_can_stop_it(method: Method) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        method.run(toy_explained(batch_size=2), method.options_type(), seed=0, report=stop)


@pytest.mark.parametrize("method", [ShapleySampling(), KernelShap(), Lime()], ids=lambda method: method.name)
def test_chance_follows_the_seed_and_leaves_the_generators_of_the_process_alone(method: Method) -> None:
    explained = _of_presence(lambda there_KW: torch.sin(7.0 * there_KW.cumsum(dim=1)).prod(dim=1), num_words=8)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    first, again, other = (_words(_run(method, explained, seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    assert before[:2] == after[:2]
    assert torch.equal(before[2], after[2])


@settings(deadline=None, max_examples=40)
@given(num_words=st.integers(1, 12), seed=st.integers(0, 1_000))
def test_additive_methods_sum_to_the_difference_whatever_the_function(num_words: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    mix_WW = torch.randn(num_words, num_words, generator=generator, dtype=torch.float64)
    explained = _of_presence(lambda there_KW: torch.tanh(there_KW @ mix_WW).prod(dim=1), num_words=num_words)
    wanted = pytest.approx(explained.target_value - explained.baseline_value, abs=1e-6)
    assert float(_words(_run(ShapleySampling(), explained, ShapleyOptions(permutations=3), seed=seed)).sum()) == wanted
    assert float(_words(_run(KernelShap(), explained, KernelShapOptions(samples=14), seed=seed)).sum()) == wanted


def test_orders_come_with_their_reverse() -> None:
    first, second, third = orders(6, 3, seed=0)
    assert second == first[::-1]
    assert sorted(third) == list(range(6))
    assert third != first


def test_choices_begin_with_both_ends_and_come_with_their_complement() -> None:
    masks = torch.cat(list(choices(5, 9, seed=0)))
    assert masks[0].all()
    assert not masks[1].any()
    assert_close(masks[2::2] + masks[3::2], torch.ones_like(masks[2::2]))
    assert {int(mask.sum()) for mask in masks[2:]} <= {1, 2, 3, 4}


def test_sizes_of_choices_follow_the_shapley_kernel() -> None:
    sizes = torch.cat(list(choices(4, 40_000, seed=0)))[2:].sum(dim=1)
    shares = torch.bincount(sizes, minlength=5)[1:4] / len(sizes)
    # 1 / (k (W - k)): 1/3, 1/4, 1/3, scaled to sum to one.
    assert_close(shares, torch.tensor([4.0, 3.0, 4.0]) / 11, atol=0.01, rtol=0.0)


def test_the_fit_meets_both_ends_where_samples_disagree() -> None:
    present_KW = torch.tensor([[1.0, 1], [0, 0], [1, 0], [1, 0], [0, 1]], dtype=torch.float64)
    values_K = torch.tensor([3.0, 1, 5, 6, -4], dtype=torch.float64)
    found = ShapleyRegression().coefficients(present_KW, values_K, torch.ones(5, dtype=torch.float64))
    # By hand: 1 + a = 5, 6 and 1 + (2 - a) = -4, so a is the mean of 4, 5 and 7.
    assert found.tolist() == pytest.approx([16 / 3, 2 - 16 / 3])


def test_too_few_samples_are_refused_with_the_number_needed() -> None:
    with pytest.raises(ExplanationError, match=r"5 samples cannot tell 4 words apart\. Choose at least 6\."):
        _run(KernelShap(), toy_explained(num_words=4), KernelShapOptions(samples=5))


@pytest.mark.parametrize("method", ON_WORDS, ids=lambda method: method.name)
def test_a_passage_without_words_is_not_supported(method: Method) -> None:
    explained = toy_explained()
    bare = ToyExplained(
        model=explained.model,
        scalar=explained.scalar,
        layout=type(explained.layout)(
            segments_T=explained.layout.segments_T,
            ngram_ids_N=explained.layout.ngram_ids_N,
            words=(),
            token_words=(None,) * 6,
            occurrences=(),
        ),
        passage=explained.passage,
        baseline=explained.baseline,
        toy=explained.toy,
    )
    assert method.supports(explained) is None
    assert method.supports(bare) == "the passage has no words."


def test_the_attention_view_is_offered_last() -> None:
    assert list(METHODS)[-1] == "attention"
