"""Max-sensitivity is what Captum computes, for the same perturbations; perturbations keep what is no word."""

from __future__ import annotations

import pytest
import torch
from captum.metrics import sensitivity_max
from torch import Tensor
from torch.testing import assert_close

from redheart_core.explain.attribution.trust.sensitivity import check_sensitivity, disturbed, max_sensitivity
from redheart_core.explain.attribution.trust.verdict import Verdict
from tests.toy_explained import LinearToy, linear_answer, toy_explained


def _map(inputs_KW: Tensor) -> Tensor:
    return inputs_KW**3


def test_it_is_that_of_captum() -> None:
    inputs_KW = torch.tensor([[1.0, -2.0, 0.5]], dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    close_PW = inputs_KW + 0.02 * (2 * torch.rand(6, 3, generator=generator, dtype=torch.float64) - 1)

    def explain(inputs: Tensor | tuple[Tensor, ...]) -> tuple[Tensor]:
        return (_map(inputs[0] if isinstance(inputs, tuple) else inputs),)

    theirs = sensitivity_max(explain, inputs_KW, perturb_func=lambda inputs: close_PW, n_perturb_samples=6)
    assert max_sensitivity(_map(inputs_KW)[0], _map(close_PW)) == pytest.approx(float(theirs), rel=1e-9)


def test_a_linear_map_changes_in_proportion_and_a_jumping_one_fails() -> None:
    scores_W = torch.tensor([3.0, 4.0])
    close = [scores_W * 1.01, scores_W * 0.98]
    assert abs(max_sensitivity(scores_W, torch.stack(close)) - 0.02) < 1e-6
    assert check_sensitivity(scores_W, close).verdict is Verdict.GOOD
    assert check_sensitivity(scores_W, [*close, -scores_W]).verdict is Verdict.FAILED


def test_special_tokens_absent_ngrams_and_the_baseline_stay() -> None:
    explained = toy_explained()
    explained.passage.ngrams_N[1] = 0
    moved = disturbed(explained, 0.02, torch.Generator().manual_seed(1))
    assert_close(moved.passage.vectors_TD[[0, -1]], explained.passage.vectors_TD[[0, -1]], rtol=0, atol=0)
    assert moved.passage.ngrams_N[1] == 0
    assert moved.baseline is explained.baseline
    size = 0.02 * explained.passage.vectors_TD[1:-1].square().mean().sqrt()
    change_TD = (moved.passage.vectors_TD - explained.passage.vectors_TD)[1:-1]
    assert 0.5 * size < change_TD.abs().max() <= size


def test_the_same_seed_disturbs_alike() -> None:
    explained = toy_explained()
    one, two = (disturbed(explained, 0.02, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.passage.vectors_TD, two.passage.vectors_TD)
    assert isinstance(explained.toy, LinearToy)
    assert not torch.equal(linear_answer(one)[0], linear_answer(explained)[0])  # type: ignore[arg-type]
