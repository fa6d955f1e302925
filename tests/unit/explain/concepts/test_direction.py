"""Fitted planes: their optimum, and what they separate."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.explain.concepts.direction import Direction, fit_direction


def two_sets(gap: float, *, seed: int = 0, count: int = 40, width: int = 12) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    shift_D = gap * np.eye(width)[0]
    return generator.normal(size=(count, width)) + shift_D, generator.normal(size=(count, width)) + 5.0


def test_one_number_gives_the_direction_of_the_difference() -> None:
    direction = fit_direction(np.array([[2.0], [4.0]]), np.array([[-2.0], [0.0]]))
    np.testing.assert_allclose(direction.normal_D, [1.0])
    assert direction.offset == pytest.approx(1.0)


@pytest.mark.parametrize("ridge", [0.01, 1.0, 100.0])
def test_the_fit_is_where_the_gradient_of_the_loss_is_zero(ridge: float) -> None:
    concept_ND, other_ND = two_sets(6.0)
    direction = fit_direction(concept_ND, other_ND, ridge=ridge)
    rows_ND = np.concatenate([concept_ND, other_ND])
    scaled_ND = rows_ND - rows_ND.mean(axis=0)
    scaled_ND /= np.sqrt((scaled_ND**2).sum(axis=1).mean())
    targets_N = np.repeat([1.0, 0.0], 40)
    # Along the fitted direction the loss has one free length and one bias; both slopes must vanish there.
    along_N = scaled_ND @ direction.normal_D

    def slopes(length: float, bias: float) -> tuple[float, np.ndarray]:
        errors_N = 1.0 / (1.0 + np.exp(-(length * along_N + bias))) - targets_N
        return errors_N.sum(), scaled_ND.T @ errors_N + ridge * length * direction.normal_D

    length, bias = 1.0, 0.0
    for _ in range(200):
        probability_N = 1.0 / (1.0 + np.exp(-(length * along_N + bias)))
        errors_N, curve_N = probability_N - targets_N, probability_N * (1 - probability_N)
        design_N2 = np.stack([along_N, np.ones(80)], axis=1)
        hessian = design_N2.T @ (design_N2 * curve_N[:, None]) + np.diag([ridge, 0.0])
        length, bias = np.array([length, bias]) - np.linalg.solve(
            hessian, design_N2.T @ errors_N + np.array([ridge * length, 0.0])
        )
    sum_of_errors, slope_D = slopes(length, bias)
    assert abs(sum_of_errors) < 1e-5
    np.testing.assert_allclose(slope_D, 0.0, atol=1e-5)


def test_scale_and_place_do_not_matter() -> None:
    concept_ND, other_ND = two_sets(3.0)
    direction = fit_direction(concept_ND, other_ND)
    moved = fit_direction(1000.0 * concept_ND + 7.0, 1000.0 * other_ND + 7.0)
    np.testing.assert_allclose(moved.normal_D, direction.normal_D, atol=1e-6)
    assert moved.accuracy(1000.0 * concept_ND + 7.0, 1000.0 * other_ND + 7.0) == direction.accuracy(
        concept_ND, other_ND
    )


def test_accuracy_weighs_both_kinds_alike() -> None:
    direction = Direction(normal_D=np.array([1.0]), offset=0.0)
    assert direction.accuracy(np.array([[1.0]]), np.array([[-1.0], [-2.0], [3.0], [4.0]])) == 0.75


def test_nothing_to_tell_apart_is_refused() -> None:
    with pytest.raises(ValueError, match="texts on both sides, not 0 and 2"):
        fit_direction(np.empty((0, 2)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="All activations are equal"):
        fit_direction(np.ones((2, 2)), np.ones((2, 2)))
