"""Infidelity is what Captum computes, for the same perturbations."""

from __future__ import annotations

import torch
from captum.metrics import infidelity as captum_infidelity
from torch import Tensor
from torch.testing import assert_close

from redheart_core.explain.attribution.trust.infidelity import infidelity, relative_infidelity

PRESENT = torch.tensor([[0.0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 1]], dtype=torch.float64)
SCORES = torch.tensor([2.0, -0.5, 1.0], dtype=torch.float64)


def _function(present_KW: Tensor) -> Tensor:
    return 2 * present_KW[:, 0] - present_KW[:, 1] + present_KW[:, 1] * present_KW[:, 2]


def _falls() -> Tensor:
    return _function(torch.ones(1, 3, dtype=torch.float64)) - _function(PRESENT)


def _by_captum(*, normalize: bool) -> Tensor:
    def perturb(inputs: Tensor) -> tuple[Tensor, Tensor]:
        return 1 - PRESENT, PRESENT

    result: Tensor = captum_infidelity(
        _function,
        perturb,
        torch.ones(1, 3, dtype=torch.float64),
        SCORES[None],
        n_perturb_samples=len(PRESENT),
        normalize=normalize,
    )
    return result


def test_it_is_that_of_captum() -> None:
    assert_close(infidelity(SCORES[None], PRESENT, _falls()), _by_captum(normalize=False))
    assert_close(infidelity(SCORES[None], PRESENT, _falls(), scaled=True), _by_captum(normalize=True))


def test_exact_falls_are_perfect_and_no_map_is_one() -> None:
    weights_W = torch.tensor([3.0, -1.0, 2.0], dtype=torch.float64)
    falls_M = (1 - PRESENT) @ weights_W
    maps_RW = torch.stack([weights_W, 0 * weights_W, 2 * weights_W, -weights_W])
    assert_close(relative_infidelity(maps_RW, PRESENT, falls_M), torch.tensor([0, 1, 1, 4], dtype=torch.float64))


def test_scale_is_forgiven_on_request_but_not_the_sign() -> None:
    weights_W = torch.tensor([3.0, -1.0, 2.0], dtype=torch.float64)
    falls_M = (1 - PRESENT) @ weights_W
    maps_RW = torch.stack([weights_W, 0 * weights_W, 2 * weights_W, -weights_W])
    found_R = relative_infidelity(maps_RW, PRESENT, falls_M, scaled=True)
    assert_close(found_R, torch.tensor([0, 1, 0, 1], dtype=torch.float64))
