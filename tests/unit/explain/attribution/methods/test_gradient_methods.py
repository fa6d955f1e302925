"""Gradient methods on functions whose answers are known."""

from __future__ import annotations

from torch.testing import assert_close

from redheart_core.explain.attribution.methods.input_x_gradient import InputXGradient
from redheart_core.explain.attribution.methods.method import unreported
from redheart_core.explain.attribution.methods.options import NoOptions
from tests.toy_explained import LinearToy, toy_explained


def test_input_times_gradient_of_a_linear_function_is_weight_times_input() -> None:
    explained = toy_explained()
    assert isinstance(explained.toy, LinearToy)
    scores = InputXGradient().run(explained, NoOptions(), seed=0, report=unreported)
    assert_close(scores.token_scores_T, (explained.passage.vectors_TD * explained.toy.weights_TD).sum(dim=-1))
    assert_close(scores.ngram_scores_N, explained.passage.ngrams_N * explained.toy.weights_N)
