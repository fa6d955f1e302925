"""Bentham's variables, the layers, views and regret types: names that are a contract, and weights that add up."""

import math

import pytest

from redheart_core.vocabulary.bentham import (
    DEFAULT_CREDENCES,
    DEFAULT_VIEW_WEIGHTS,
    LAYER_MAXIMUM,
    LAYER_MINIMUM,
    LAYER_NAMES,
    LAYER_TARGETS,
    VARIABLES,
    Direction,
    Layer,
    Lens,
    RegretType,
    Variable,
    View,
)


def test_ten_variables_have_the_names_of_the_json_contract() -> None:
    assert " ".join(Variable) == (
        "intensity duration certainty propinquity fecundity purity extent "
        "external_cost redistribution_effect self_damage"
    )


def test_table_has_a_row_for_each_variable_in_order() -> None:
    assert list(VARIABLES) == list(Variable)
    assert all(entry.variable is variable for variable, entry in VARIABLES.items())


def test_harms_lower_the_score_and_redistribution_raises_it() -> None:
    assert VARIABLES[Variable.EXTERNAL_COST].direction is Direction.LOWERS
    assert VARIABLES[Variable.SELF_DAMAGE].direction is Direction.LOWERS
    assert VARIABLES[Variable.REDISTRIBUTION_EFFECT].direction is Direction.RAISES


@pytest.mark.parametrize("direction", list(Direction))
def test_weights_of_one_direction_sum_to_one(direction: Direction) -> None:
    weights = [entry.weight for entry in VARIABLES.values() if entry.direction is direction]
    assert math.fsum(weights) == pytest.approx(1.0, abs=1e-12)
    assert min(weights) > 0


def test_every_variable_has_two_names_and_two_glosses() -> None:
    for entry in VARIABLES.values():
        assert entry.english == entry.variable.value.replace("_", "-" if "self" in entry.variable else " ")
        assert entry.korean
        assert entry.gloss_en.endswith(".")
        assert entry.gloss_ko.endswith(("예요.", "이에요."))


def test_six_layers_have_targets_and_names() -> None:
    assert " ".join(Layer) == "contextual temporal social ethical emotional cognitive"
    assert list(LAYER_TARGETS) == list(LAYER_NAMES) == list(Layer)
    assert all(english == layer.value for layer, (english, _) in LAYER_NAMES.items())


def test_every_variable_is_moved_by_some_layer() -> None:
    assert {variable for targets in LAYER_TARGETS.values() for variable in targets} == set(Variable)


def test_no_layer_names_a_variable_twice() -> None:
    assert all(len(targets) == len(set(targets)) for targets in LAYER_TARGETS.values())


def test_neutral_factor_lies_inside_the_layer_bounds() -> None:
    assert (LAYER_MINIMUM, LAYER_MAXIMUM) == (0.3, 2.5)


def test_default_view_weights_are_two_six_two_tenths() -> None:
    assert DEFAULT_VIEW_WEIGHTS == {View.OPTIMISTIC: 0.2, View.REALISTIC: 0.6, View.PESSIMISTIC: 0.2}


def test_default_credences_cover_the_three_lenses_and_sum_to_one() -> None:
    assert set(DEFAULT_CREDENCES) == set(Lens)
    assert math.fsum(DEFAULT_CREDENCES.values()) == pytest.approx(1.0, abs=1e-12)


def test_seven_regret_types_have_the_names_of_the_json_contract() -> None:
    assert " ".join(RegretType) == "action inaction timing choice moral social anticipated"
