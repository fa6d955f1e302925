"""The score's formula: known answers, directions of every input and layer, views and bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from redheart_core.reasoning import score
from redheart_core.vocabulary.bentham import (
    LAYER_TARGETS,
    VARIABLES,
    Direction,
    Layer,
    Variable,
    View,
)
from tests.unit.reasoning.strategies import DEVIATIONS, LAYERS, SIGNED, UNIT
from tests.unit.reasoning.strategies import VARIABLES as ANY_VARIABLES

NO_OPINION = {layer.value: 1.0 for layer in Layer}
WEIGHTS = score.default_weights()


def realistic(hedonic: float, variables: dict[str, float], layers: dict[str, float] = NO_OPINION) -> float:
    point = score.input_vector(hedonic, variables)[None]
    return float(score.scores(point, score.variable_factors(layers), score.weight_vector(WEIGHTS))[0])


def even(value: float) -> dict[str, float]:
    return {variable.value: value for variable in Variable}


def test_nothing_at_all_scores_one_half() -> None:
    assert realistic(0.0, even(0.0)) == 0.5


def test_pure_pleasure_scores_as_computed_by_hand() -> None:
    variables = even(0.0) | {v.value: 1.0 for v, e in VARIABLES.items() if e.direction is Direction.WITH_HEDONIC}
    # magnitude 1, raw 0.5, steep 1.25, softsign 1.25 / 2.25
    assert realistic(0.5, variables) == pytest.approx(0.5 * (1 + 1.25 / 2.25), abs=1e-12)


def test_pure_harm_scores_as_computed_by_hand() -> None:
    variables = even(0.0) | {"external_cost": 1.0}
    # raw -0.36, steep -0.9, softsign -0.9 / 1.9
    assert realistic(0.0, variables) == pytest.approx(0.5 * (1 - 0.9 / 1.9), abs=1e-12)


@given(SIGNED, ANY_VARIABLES, LAYERS, UNIT, st.sampled_from(["external_cost", "self_damage"]))
def test_more_harm_never_raises_a_score(
    hedonic: float, variables: dict[str, float], layers: dict[str, float], more: float, harm: str
) -> None:
    worse = variables | {harm: max(variables[harm], more)}
    assert realistic(hedonic, worse, layers) <= realistic(hedonic, variables, layers)


@given(SIGNED, SIGNED, ANY_VARIABLES, LAYERS)
def test_more_pain_never_raises_a_score(
    first: float, second: float, variables: dict[str, float], layers: dict[str, float]
) -> None:
    assert realistic(min(first, second), variables, layers) <= realistic(max(first, second), variables, layers)


@given(SIGNED, ANY_VARIABLES, LAYERS, st.sampled_from(list(Variable)))
def test_every_variable_moves_the_score_in_its_stated_direction(
    hedonic: float, variables: dict[str, float], layers: dict[str, float], variable: Variable
) -> None:
    assume(abs(hedonic) > 0.01)
    low = realistic(hedonic, variables | {variable.value: 0.1}, layers)
    high = realistic(hedonic, variables | {variable.value: 0.9}, layers)
    expected = {
        Direction.WITH_HEDONIC: hedonic > 0,
        Direction.RAISES: True,
        Direction.LOWERS: False,
    }[VARIABLES[variable].direction]
    assert (high > low) is expected


@given(SIGNED, ANY_VARIABLES, st.sampled_from(list(Layer)))
def test_every_layer_strengthens_what_it_names(hedonic: float, variables: dict[str, float], layer: Layer) -> None:
    assume(abs(hedonic) > 0.05)
    only = even(0.0) | {v.value: 0.2 + 0.8 * variables[v.value] for v in LAYER_TARGETS[layer]}
    directions = {VARIABLES[v].direction for v in LAYER_TARGETS[layer]}
    weak = abs(realistic(hedonic, only, NO_OPINION | {layer.value: 0.5}) - 0.5)
    strong = abs(realistic(hedonic, only, NO_OPINION | {layer.value: 2.0}) - 0.5)
    if len(directions) == 1:
        assert strong > weak


def test_a_layer_that_has_no_opinion_changes_nothing() -> None:
    steps = score.layer_waterfall(hedonic=0.3, variables=even(0.4), layers=NO_OPINION, weights=WEIGHTS)
    assert len({value for _, value in steps}) == 1
    assert [name for name, _ in steps] == ["base", *(layer.value for layer in Layer)]


@given(SIGNED, ANY_VARIABLES, LAYERS)
def test_the_waterfall_ends_at_the_realistic_score(
    hedonic: float, variables: dict[str, float], layers: dict[str, float]
) -> None:
    steps = score.layer_waterfall(hedonic=hedonic, variables=variables, layers=layers, weights=WEIGHTS)
    assert steps[-1][1] == realistic(hedonic, variables, layers)


@given(SIGNED, ANY_VARIABLES, DEVIATIONS, LAYERS)
def test_views_are_ordered(
    hedonic: float, variables: dict[str, float], deviations: dict[str, float], layers: dict[str, float]
) -> None:
    views = score.three_views(
        hedonic=hedonic, variables=variables, deviations=deviations, layers=layers, weights=WEIGHTS, width=1.0
    )
    assert views["pessimistic"] <= views["realistic"] <= views["optimistic"]


@given(SIGNED, ANY_VARIABLES, LAYERS)
def test_views_without_uncertainty_are_one_number(
    hedonic: float, variables: dict[str, float], layers: dict[str, float]
) -> None:
    still = dict.fromkeys(score.INPUTS, 0.0)
    views = score.three_views(
        hedonic=hedonic, variables=variables, deviations=still, layers=layers, weights=WEIGHTS, width=1.0
    )
    assert len(set(views.values())) == 1


def test_moving_equal_inputs_together_is_wider_by_the_root_of_their_number() -> None:
    """Seven magnifiers with equal weight and spread: together 7 d, independently sqrt(7) d."""
    weights = {
        name: (1 / 7 if VARIABLES[Variable(name)].direction is Direction.WITH_HEDONIC else 0.0) for name in WEIGHTS
    }
    deviations = dict.fromkeys(score.INPUTS, 1e-5) | {"hedonic": 0.0}
    known: dict[str, Any] = {
        "hedonic": 1.0,
        "variables": even(0.5),
        "deviations": deviations,
        "layers": NO_OPINION,
        "weights": weights,
        "width": 1.0,
    }
    views = score.three_views(**known)
    together = 0.5 * (views["optimistic"] - views["pessimistic"])
    assert together / score.independent_band(**known)["half_width"] == pytest.approx(7**0.5, abs=1e-3)


def test_integrated_is_the_weighted_sum_of_the_views() -> None:
    views = {"optimistic": 0.9, "realistic": 0.5, "pessimistic": 0.2}
    weights = {View.OPTIMISTIC.value: 0.2, View.REALISTIC.value: 0.6, View.PESSIMISTIC.value: 0.2}
    assert score.integrated_score(views=views, weights=weights) == pytest.approx(0.52, abs=1e-12)


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_a_case_scores_the_same_alone_and_in_company(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    cases = generator.uniform(0, 1, (count, len(score.INPUTS)))
    factors, weights = generator.uniform(0.3, 2.5, 10), score.weight_vector(WEIGHTS)
    together = score.scores(cases, factors, weights)
    alone = [float(score.scores(case[None], factors, weights)[0]) for case in cases]
    assert together.tolist() == alone
