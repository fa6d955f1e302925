"""Twenty-one regrets by their formulas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.reasoning import regret
from redheart_core.vocabulary.bentham import RegretType, View
from tests.unit.reasoning.strategies import UNIT

VIEWS = {"optimistic": 0.8, "realistic": 0.6, "pessimistic": 0.3}
KNOWN: dict[str, Any] = {
    "views": VIEWS,
    "best_other": {"optimistic": 0.7, "realistic": 0.7, "pessimistic": 0.7},
    "omission": 0.25,
    "urgency": 0.9,
    "propinquity": 0.4,
    "external_cost": 0.5,
    "external_deviation": 0.1,
    "deontological": 0.4,
    "deontological_deviation": 0.2,
}


def test_every_regret_is_its_formula() -> None:
    table = regret.regret_base(**KNOWN)
    realistic = {kind: by_view["realistic"] for kind, by_view in table.items()}
    assert realistic == pytest.approx(
        {
            "action": 0.75 * 0.4,
            "inaction": 0.25 * 0.4,
            "timing": 0.4 * 0.5,
            "choice": 0.1,
            "moral": 0.6,
            "social": 0.5,
            "anticipated": 0.2,
        }
    )
    assert table["moral"] == pytest.approx({"optimistic": 0.4, "realistic": 0.6, "pessimistic": 0.8})
    assert table["social"] == pytest.approx({"optimistic": 0.4, "realistic": 0.5, "pessimistic": 0.6})
    assert table["choice"] == pytest.approx({"optimistic": 0.0, "realistic": 0.1, "pessimistic": 0.4})


def test_there_are_seven_types_in_three_views() -> None:
    table = regret.regret_base(**KNOWN)
    assert list(table) == [kind.value for kind in RegretType]
    assert all(list(by_view) == [view.value for view in View] for by_view in table.values())


def test_an_absent_lens_causes_no_moral_regret() -> None:
    table = regret.regret_base(**KNOWN | {"deontological": None})
    assert set(table["moral"].values()) == {0.0}


def test_the_best_alternative_is_taken_view_by_view_among_the_others() -> None:
    views = {"a": dict.fromkeys(VIEWS, 0.9), "b": VIEWS, "c": dict.fromkeys(VIEWS, 0.5)}
    expected = {"optimistic": 0.8, "realistic": 0.6, "pessimistic": 0.5}
    assert regret.best_alternative(views=views, option="a") == expected


@given(st.floats(-0.15, 0.15), UNIT)
def test_adjustments_are_bounded_and_refused_ones_change_nothing(adjustment: float, value: float) -> None:
    base = {"moral": {"realistic": value, "pessimistic": value}}
    adjusted = regret.adjusted_regret(base=base, adjustments={"moral.realistic": adjustment})
    assert adjusted["moral"]["pessimistic"] == value
    assert abs(adjusted["moral"]["realistic"] - value) <= 0.15 + 1e-12
    assert regret.adjusted_regret(base=base, adjustments=None) == base
