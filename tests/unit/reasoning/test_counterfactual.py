"""The smallest changes really flip the leader, and nothing smaller on the same axis does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.reasoning import counterfactual, lenses, score
from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Layer, Lens, Variable
from tests.unit.reasoning.strategies import SIGNED, UNIT, VARIABLES

CREDENCES = {lens.value: share for lens, share in DEFAULT_CREDENCES.items()}
VIEW_WEIGHTS = {view.value: share for view, share in DEFAULT_VIEW_WEIGHTS.items()}
NO_OPINION = {layer.value: 1.0 for layer in Layer}
SPREAD = dict.fromkeys(score.INPUTS, 0.1)


def case(hedonic: float, variables: dict[str, float], duty: float | None = 0.5) -> dict[str, Any]:
    values = {"utilitarian": None, "deontological": duty, "virtue_ethics": None}
    return counterfactual.option_case(
        hedonic=hedonic, variables=variables, deviations=SPREAD, layers=NO_OPINION, lenses=values
    )


def changes(cases: dict[str, Any]) -> list[dict[str, Any]]:
    return counterfactual.smallest_changes(
        cases=cases,
        weights=score.default_weights(),
        view_weights=VIEW_WEIGHTS,
        credences=CREDENCES,
        width=score.VIEW_WIDTH,
    )


def scored(one: dict[str, Any], weights: dict[str, float], credences: dict[str, float]) -> float:
    """Score one case through the recorded operations, the path that a trace takes."""
    known = {key: one[key] for key in ("hedonic", "variables", "deviations", "layers")}
    views = score.three_views(**known, weights=weights, width=score.VIEW_WIDTH)
    values = one["lenses"] | {Lens.UTILITARIAN.value: score.integrated_score(views=views, weights=VIEW_WEIGHTS)}
    return lenses.ethical_score(lenses=values, credences=credences)


def leader(cases: dict[str, Any], change: dict[str, Any] | None = None, after: float | None = None) -> str:
    weights, credences = score.default_weights(), dict(CREDENCES)
    cases = {name: one | {"variables": dict(one["variables"])} for name, one in cases.items()}
    if change is not None and after is not None:
        if change["kind"] == "variable":
            cases[change["option"]]["variables"][change["name"]] = after
        elif change["name"] in credences:
            others = [name for name in credences if name != change["name"]]
            rest = sum(credences[name] for name in others)
            credences |= {name: (1.0 - after) * credences[name] / rest for name in others} | {change["name"]: after}
        else:
            direction = score.VARIABLES[Variable(change["name"])].direction
            group = [v.value for v, entry in score.VARIABLES.items() if entry.direction is direction]
            others = [name for name in group if name != change["name"]]
            total, rest = sum(weights[name] for name in group), sum(weights[name] for name in others)
            weights |= {name: (total - after) * weights[name] / rest for name in others} | {change["name"]: after}
    totals = {name: scored(one, weights, credences) for name, one in sorted(cases.items())}
    return max(totals, key=lambda name: totals[name])


@settings(max_examples=25, deadline=None)
@given(SIGNED, VARIABLES, UNIT, SIGNED, VARIABLES, UNIT)
def test_every_change_flips_the_leader_and_half_of_it_does_not(
    first: float, one: dict[str, float], duty: float, second: float, other: dict[str, float], other_duty: float
) -> None:
    cases = {"a": case(first, one, duty), "b": case(second, other, other_duty)}
    before = leader(cases)
    for change in changes(cases):
        assert leader(cases, change, change["after"]) == change["new_leader"] != before
        halfway = 0.5 * (change["before"] + change["after"])
        if change["size"] > 1e-3:
            assert leader(cases, change, halfway) == before


def test_smallest_comes_first_and_at_most_eight_are_given() -> None:
    even = {variable.value: 0.5 for variable in Variable}
    found = changes({"a": case(0.3, even, 0.5), "b": case(0.1, even | {"external_cost": 0.1}, 0.7)})
    sizes = [change["size"] for change in found]
    assert found
    assert sizes == sorted(sizes)
    assert len(found) <= counterfactual.LIMIT


def test_a_clear_gap_cannot_be_closed_by_one_number() -> None:
    low, high = {v.value: 0.0 for v in Variable}, {v.value: 0.5 for v in Variable}
    good = case(1.0, high | {"external_cost": 0.0, "self_damage": 0.0}, 1.0)
    bad = case(-1.0, low | {"intensity": 1.0, "external_cost": 1.0, "self_damage": 1.0}, 0.0)
    assert changes({"good": good, "bad": bad}) == []


def test_the_order_of_the_options_does_not_matter() -> None:
    even = {variable.value: 0.5 for variable in Variable}
    cases = {"a": case(0.3, even, 0.5), "b": case(0.2, even, 0.6), "c": case(0.1, even, None)}
    assert changes(cases) == changes(dict(reversed(cases.items())))


def test_the_array_form_agrees_with_the_recorded_operations() -> None:
    even = {variable.value: 0.5 for variable in Variable}
    cases = {"a": case(0.3, even, 0.5)}
    problem_case = counterfactual._case("a", cases["a"])
    problem = counterfactual._Settings(
        weights_V=score.weight_vector(score.default_weights()),
        view_weights_W=np.array(list(VIEW_WEIGHTS.values())),
        credences_L=np.array(list(CREDENCES.values())),
        width=score.VIEW_WIDTH,
    )
    array = counterfactual._ethical(
        problem_case, problem, problem_case.inputs_I[None], problem.weights_V[None], problem.credences_L[None]
    )
    assert float(array[0]) == pytest.approx(scored(cases["a"], score.default_weights(), CREDENCES), abs=1e-12)


@given(st.floats(0.0, 1.0))
def test_redistributed_weights_keep_their_sum(value: float) -> None:
    axis = counterfactual._Axis(kind="weight", name="x", option=None, column=1, group=(0, 1, 2), before=0.3)
    rows = counterfactual._redistributed(np.array([0.5, 0.3, 0.2, 9.0]), axis, np.array([value]))
    assert rows[0, 1] == value
    assert rows[0, :3].sum() == pytest.approx(1.0)
    assert rows[0, 3] == 9.0
