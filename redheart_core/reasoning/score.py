"""From hedonic value and variables to a score, its three views and its bands (system.md, section 4).

    magnitude = sum over Bentham's seven of w_k · F_k · v_k
    raw       = hedonic · magnitude + 0.35 · F · redistribution - 0.6 · (0.6 · F · external + 0.4 · F · self)
    score     = softsign(2.5 · raw) on (0, 1)

F_k is the product of the layer factors that name variable k. The softsign needs no library function, so the score is
the same to the last bit everywhere; it is strictly monotone and, unlike a clamp, never saturates.

Shapes: N cases, I = 11 inputs (hedonic, then the ten variables).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from redheart_core.vocabulary.bentham import (
    LAYER_TARGETS,
    VARIABLES,
    Direction,
    Layer,
    Variable,
    View,
)

Array = NDArray[np.float64]

REDISTRIBUTION_SCALE = 0.35
HARM_SCALE = 0.6
STEEPNESS = 2.5
VIEW_WIDTH = 1.0
"""Standard deviations by which the optimistic and pessimistic views move every input."""

INPUTS: tuple[str, ...] = ("hedonic", *(variable.value for variable in Variable))
_DIRECTIONS = [entry.direction for entry in VARIABLES.values()]
_MAGNIFIES = np.array([float(d is Direction.WITH_HEDONIC) for d in _DIRECTIONS])
_LOWERS = np.array([float(d is Direction.LOWERS) for d in _DIRECTIONS])
_RAISES = np.array([float(d is Direction.RAISES) for d in _DIRECTIONS])
_LOW = np.array([-1.0] + [0.0] * len(Variable))
_HIGH = np.ones(len(INPUTS))


def default_weights() -> dict[str, float]:
    """Return the base weight of each variable."""
    return {variable.value: entry.weight for variable, entry in VARIABLES.items()}


def scores(inputs_NI: Array, factors_V: Array, weights_NV: Array) -> Array:
    """Score N cases at once; the one implementation of the formula.

    Args:
        inputs_NI: (N, 11), hedonic in [-1, 1] and the ten variables in [0, 1].
        factors_V: (10,), layer factor of each variable.
        weights_NV: (10,) or (N, 10), base weights.

    Returns:
        (N,) scores in (0, 1).
    """
    weighted = weights_NV * factors_V * inputs_NI[:, 1:]
    magnitude = (weighted * _MAGNIFIES).sum(axis=1)
    aside = (weighted * (REDISTRIBUTION_SCALE * _RAISES - HARM_SCALE * _LOWERS)).sum(axis=1)
    steep = STEEPNESS * (inputs_NI[:, 0] * magnitude + aside)
    return np.asarray(0.5 * (1.0 + steep / (1.0 + np.abs(steep))))


def variable_factors(layers: Mapping[str, float]) -> Array:
    """Return (10,) products of the layer factors that name each variable."""
    factors = dict.fromkeys(Variable, 1.0)
    for layer, factor in layers.items():
        for variable in LAYER_TARGETS[Layer(layer)]:
            factors[variable] *= factor
    return np.array(list(factors.values()))


def input_vector(hedonic: float, variables: Mapping[str, float]) -> Array:
    """Return (11,) inputs in the order of ``INPUTS``."""
    return np.array([hedonic, *(variables[v.value] for v in Variable)])


def weight_vector(weights: Mapping[str, float]) -> Array:
    """Return (10,) base weights in the order of the variables."""
    return np.array([weights[v.value] for v in Variable])


def shifted(inputs_NI: Array, deviations_I: Array, width: float) -> Array:
    """Move every input by ``width`` deviations towards a higher score (lower for a negative width).

    A variable that magnifies the hedonic value helps where that value, once moved, is positive and hurts where it is
    negative.
    """
    hedonic_N = np.clip(inputs_NI[:, 0] + width * deviations_I[0], -1.0, 1.0)
    sign_N = np.where(hedonic_N >= 0.0, 1.0, -1.0)
    towards_NV = sign_N[:, None] * _MAGNIFIES + (_RAISES - _LOWERS)
    variables_NV = np.clip(inputs_NI[:, 1:] + width * deviations_I[1:] * towards_NV, 0.0, 1.0)
    return np.concatenate([hedonic_N[:, None], variables_NV], axis=1)


def three_views(
    *,
    hedonic: float,
    variables: Mapping[str, float],
    deviations: Mapping[str, float],
    layers: Mapping[str, float],
    weights: Mapping[str, float],
    width: float,
) -> dict[str, float]:
    """Return the score when everything goes well together, as estimated, and badly together."""
    point = input_vector(hedonic, variables)[None]
    spread = np.array([deviations[name] for name in INPUTS])
    values_ON = view_scores(point, spread, variable_factors(layers), weight_vector(weights), width)
    return {view.value: float(value[0]) for view, value in zip(View, values_ON, strict=True)}


def view_scores(inputs_NI: Array, deviations_I: Array, factors_V: Array, weights_NV: Array, width: float) -> Array:
    """Return (3, N) scores of N cases, one row per view in the order of ``View``."""
    return np.stack(
        [
            scores(shifted(inputs_NI, deviations_I, width), factors_V, weights_NV),
            scores(inputs_NI, factors_V, weights_NV),
            scores(shifted(inputs_NI, deviations_I, -width), factors_V, weights_NV),
        ]
    )


def independent_band(
    *,
    hedonic: float,
    variables: Mapping[str, float],
    deviations: Mapping[str, float],
    layers: Mapping[str, float],
    weights: Mapping[str, float],
    width: float,
) -> dict[str, float]:
    """Return the realistic score's band when inputs vary independently: half-widths add in squares.

    Moving all inputs together overstates the spread: with ten equal independent inputs by the square root of ten.
    """
    point = input_vector(hedonic, variables)
    spread = width * np.diag([deviations[name] for name in INPUTS])
    cases = np.clip(np.concatenate([point + spread, point - spread, point[None]]), _LOW, _HIGH)
    values = scores(cases, variable_factors(layers), weight_vector(weights))
    count = len(INPUTS)
    halves = 0.5 * np.abs(values[:count] - values[count : 2 * count])
    centre, half = float(values[-1]), float(sum(float(h) ** 2 for h in halves) ** 0.5)
    return {"low": max(0.0, centre - half), "high": min(1.0, centre + half), "half_width": half}


def integrated_score(*, views: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weighted sum of the three views (default 0.2, 0.6, 0.2)."""
    return sum(weights[view.value] * views[view.value] for view in View)


def layer_waterfall(
    *,
    hedonic: float,
    variables: Mapping[str, float],
    layers: Mapping[str, float],
    weights: Mapping[str, float],
) -> list[list[str | float]]:
    """Return the realistic score before any layer and after each of the six in turn."""
    point = input_vector(hedonic, variables)[None]
    weight = weight_vector(weights)
    steps: list[list[str | float]] = [["base", float(scores(point, variable_factors({}), weight)[0])]]
    applied: dict[str, float] = {}
    for layer in Layer:
        applied[layer.value] = layers[layer.value]
        steps.append([layer.value, float(scores(point, variable_factors(applied), weight)[0])])
    return steps
