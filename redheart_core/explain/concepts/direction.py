"""A concept activation vector: the normal of the plane that parts a concept's texts from others in a layer.

Logistic regression with a ridge penalty, solved in the space of the texts: there are far fewer of them than numbers in
a layer, so each Newton step is one small linear system.

Dimensions: N texts, D width of the layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RIDGE = 1.0
"""Weight of half the squared length of the normal beside the summed loss in nats, at activations of mean length one."""
_STEPS = 100
_TOLERANCE = 1e-8
_LEAST_CURVATURE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Direction:
    """A fitted plane."""

    normal_D: Floats
    """The concept activation vector: length one, pointing to the concept."""
    offset: float
    """Distance that a text must have along the normal to count as one of the concept."""

    def accuracy(self, concept_ND: Floats, other_ND: Floats) -> float:
        """Return the share of texts on their own side, the two kinds weighing alike."""
        found = float((concept_ND @ self.normal_D > self.offset).mean())
        refused = float((other_ND @ self.normal_D <= self.offset).mean())
        return 0.5 * (found + refused)


def fit_direction(concept_ND: Floats, other_ND: Floats, *, ridge: float = RIDGE) -> Direction:
    """Fit the plane between two sets of activations.

    Raises:
        ValueError: A set is empty, all activations are equal, or the ridge is too small for a solution.

    Source:
        Kim et al. 2018, https://arxiv.org/abs/1711.11279, section 3.2; any linear classifier will do there.
    """
    if not len(concept_ND) or not len(other_ND):
        raise ValueError(f"A direction needs texts on both sides, not {len(concept_ND)} and {len(other_ND)}.")
    rows_ND = np.concatenate([concept_ND, other_ND])
    mean_D = rows_ND.mean(axis=0)
    centred_ND = rows_ND - mean_D
    scale = float(np.sqrt((centred_ND**2).sum(axis=1).mean()))
    if scale == 0.0:
        raise ValueError("All activations are equal; there is no direction between them.")
    scaled_ND = centred_ND / scale
    targets_N = np.concatenate([np.ones(len(concept_ND)), np.zeros(len(other_ND))])
    duals_N, bias = _solve(scaled_ND @ scaled_ND.T, targets_N, ridge)
    weights_D = scaled_ND.T @ duals_N / scale
    length = float(np.linalg.norm(weights_D))
    if length == 0.0:
        raise ValueError("Both sets have the same activations; there is no direction between them.")
    return Direction(normal_D=weights_D / length, offset=float(mean_D @ weights_D - bias) / length)


def _solve(kernel_NN: Floats, targets_N: Floats, ridge: float) -> tuple[Floats, float]:
    """Return the weights of the texts and the bias by Newton's method.

    At the optimum ridge · dual = target - probability for each text, and the duals sum to zero.
    """
    count = len(targets_N)
    duals_N, bias = np.zeros(count), 0.0
    system = np.zeros((count + 1, count + 1))
    system[:count, count] = system[count, :count] = 1.0
    for _ in range(_STEPS):
        logits_N = kernel_NN @ duals_N + bias
        probabilities_N = 0.5 * (1.0 + np.tanh(0.5 * logits_N))
        errors_N = targets_N - probabilities_N
        if np.abs(ridge * duals_N - errors_N).max() < _TOLERANCE and abs(errors_N.sum()) < _TOLERANCE * count:
            break
        curvature_N = np.maximum(probabilities_N * (1.0 - probabilities_N), _LEAST_CURVATURE)
        system[:count, :count] = kernel_NN + np.diag(ridge / curvature_N)
        solution = np.linalg.solve(system, np.append(logits_N + errors_N / curvature_N, 0.0))
        duals_N, bias = solution[:count], float(solution[count])
    else:
        raise ValueError(f"Newton's method found no optimum in {_STEPS} steps with a ridge of {ridge:g}; raise it.")
    return duals_N, bias
