"""A population states its cases, and a question takes its columns out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from redheart_core.errors import InputError
from redheart_core.explain.surd import Coding, ReportSettings, surd_report
from redheart_core.explain.surd.populations import (
    Column,
    ColumnGroup,
    Definition,
    Population,
    Provenance,
    Question,
    Suggestion,
    Wording,
    answer,
    choose,
    observations_of,
)

CASES = 400
RNG = np.random.default_rng(11)
FIRST, SECOND = RNG.normal(size=(2, CASES))


def spoken(text: str) -> Wording:
    return Wording(ko=f"{text} 열", en=text)


def column(name: str, values: Any, group: ColumnGroup = ColumnGroup.OTHER, **more: Any) -> Column:
    return Column(name=name, values=np.asarray(values), display=spoken(name), group=group, **more)


def population(**changes: Any) -> Population:
    columns = [
        column("sum", FIRST + SECOND, ColumnGroup.SCORE),
        column("first", FIRST, ColumnGroup.VARIABLE),
        column("second", SECOND, ColumnGroup.VARIABLE),
        column("gaps", np.where(FIRST > 1.0, np.nan, SECOND)),
        column("kind", RNG.integers(7, size=CASES).astype(np.float64), is_categorical=True),
    ]
    given: dict[str, Any] = {
        "name": "sums",
        "description": spoken("sums of two numbers"),
        "columns": {one.name: one for one in columns},
        "units": None,
        "unit_name": spoken("case"),
        "definitions": (
            Definition(column="sum", of=("first", "second"), sentence=spoken("first plus second"), is_complete=True),
        ),
        "provenance": Provenance(dataset="sums", sha256="0" * 64, num_cases=CASES),
        "suggestions": (Suggestion(target="sum", sources=("first", "second"), why=spoken("a plain sum")),),
    }
    return Population(**{**given, **changes})


def test_an_answer_is_the_report_of_its_columns_with_the_definitions_to_be_listed() -> None:
    settings = ReportSettings(num_bootstrap=40, num_surrogates=39)
    found = answer(population(), Question(target="sum", sources=("first", "second")), settings=settings)
    plain = surd_report(FIRST + SECOND, {"first": FIRST, "second": SECOND}, settings=settings, target_name="sum")
    assert found.report.to_dict() == plain.to_dict()
    assert [rule.sentence.en for rule in found.definitions] == ["first plus second"]
    assert found.num_left_out == 0


def test_a_definition_is_listed_only_where_both_of_its_sides_are_shown() -> None:
    assert population().definitions_among(["sum", "kind"]) == ()
    assert len(population().definitions_among(["second", "sum"])) == 1


def test_cases_without_a_value_are_left_out_and_counted() -> None:
    chosen = choose(population(), Question(target="sum", sources=("gaps",)))
    assert chosen.num_left_out == int((FIRST > 1.0).sum()) > 0
    assert len(chosen.target) == len(chosen.sources["gaps"]) == CASES - chosen.num_left_out


def test_numbers_that_name_categories_stay_categories() -> None:
    found = observations_of(population(), Question(target="sum", sources=("kind",)))
    assert found.sizes == (4, 7)


def test_units_go_with_their_cases() -> None:
    pairs = population(units=np.arange(CASES) // 2)
    assert pairs.num_units == CASES // 2
    found = observations_of(pairs, Question(target="sum", sources=("first",)))
    assert found.num_units == CASES // 2


def test_lags_are_refused_where_cases_have_no_order_and_used_where_they_have() -> None:
    question = Question(target="sum", sources=("first",), coding=Coding(lags=(1,)))
    with pytest.raises(InputError, match="do not follow each other in time"):
        observations_of(population(), question)
    assert observations_of(population(is_ordered=True), question).num_samples == CASES - 1


def test_a_lag_over_missing_moments_is_refused() -> None:
    question = Question(target="sum", sources=("gaps",), coding=Coding(lags=(1,)))
    with pytest.raises(InputError, match="lack a value"):
        observations_of(population(is_ordered=True), question)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question(target="total", sources=("first",)), "no column total"),
        (Question(target="sum", sources=("first", "first")), "more than once"),
    ],
)
def test_a_question_must_name_columns_that_are_there_once(question: Question, message: str) -> None:
    with pytest.raises(InputError, match=message):
        observations_of(population(), question)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="400 cases"):
        population(units=np.arange(3))


def test_one_case_is_no_population() -> None:
    with pytest.raises(InputError, match="at least 2"):
        population(
            columns={"first": column("first", [1.0])},
            definitions=(),
            suggestions=(),
            provenance=Provenance(dataset="sums", sha256="0" * 64, num_cases=1),
        )
