"""The schema knows every plain field, finds every problem at once, and writes TOML that reads back."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.training.config import TABLES, TECHNIQUES, StageConfig, TrainingConfig, config_text, parse_config
from redheart_core.training.schema import (
    BOUNDS,
    Problem,
    Trouble,
    problems_of,
    stage_fields,
    technique_fields,
    top_fields,
)
from redheart_core.training.toml_text import toml_text

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
PLAIN = st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False), WORDS)
TABLE = st.dictionaries(WORDS, st.one_of(PLAIN, st.lists(WORDS, max_size=3)), max_size=4)


def tiny(**changes: Any) -> dict[str, Any]:
    return tomllib.loads(config_text("tiny")) | changes


def stages(**changes: Any) -> list[dict[str, Any]]:
    first, second = tiny()["stages"]
    return [first, second | changes]


def found(values: dict[str, Any]) -> set[tuple[str, Trouble]]:
    return {(problem.path, problem.trouble) for problem in problems_of(values)}


def test_every_plain_field_of_every_table_is_known_and_every_number_has_bounds() -> None:
    known = {spec.path for spec in (*top_fields(), *stage_fields())}
    tables = {"stages", "emphasis", *TABLES}
    assert {field.name for field in dataclasses.fields(TrainingConfig)} - tables == {p for p in known if "." not in p}
    assert {f"stages.{field.name}" for field in dataclasses.fields(StageConfig)} <= known
    of_techniques = [spec for name in TECHNIQUES for spec in technique_fields(name)]
    numbers = {spec.path for spec in (*top_fields(), *stage_fields(), *of_techniques) if spec.kind in (int, float)}
    assert numbers == set(BOUNDS)


@pytest.mark.parametrize("name", ["tiny", "compact", "ablation"])
def test_shipped_configurations_are_sound_and_survive_being_written(name: str) -> None:
    values = tomllib.loads(config_text(name))
    assert problems_of(values) == ()
    assert parse_config(name, toml_text(values)) == parse_config(name, config_text(name))


def test_defaults_lie_within_their_bounds() -> None:
    switched_on = tiny(**{name: {} for name in TECHNIQUES if name != "pretraining"}, pretraining={"steps": 200})
    assert problems_of(switched_on) == ()


def test_all_problems_are_found_at_once() -> None:
    values = tiny(
        seed=None, weight_decay=1.5, precision="fp8", stages=stages(batch_size=1, warmup_steps=3), r_drop={"alpha": 0.0}
    )
    assert found(values) == {
        ("seed", Trouble.MISSING), ("weight_decay", Trouble.HIGH), ("precision", Trouble.CHOICE),
        ("stages.1.batch_size", Trouble.LOW), ("r_drop.alpha", Trouble.LOW),
    }  # fmt: skip


@pytest.mark.parametrize("value", [math.nan, math.inf, "much", True])
def test_what_is_no_number_is_told_so(value: object) -> None:
    assert found(tiny(weight_decay=value)) == {("weight_decay", Trouble.KIND)}


def test_fields_that_contradict_each_other_are_told_at_one_of_them() -> None:
    assert found(tiny(stages=stages(warmup_steps=600))) == {("stages.1.warmup_steps", Trouble.WARMUP)}
    assert found(tiny(validate_every=None, sweet_spots={})) == {("validate_every", Trouble.NEEDS_VALIDATIONS)}
    narrow = {"smallest": 2, "largest": 8}
    assert ("stages.0.batch_size", Trouble.OUTSIDE_BATCHES) in found(tiny(dynamic_batch=narrow))


def test_what_only_the_classes_know_is_told_in_their_words() -> None:
    (problem,) = problems_of(tiny(dynamic_batch={"shrink_above": 0.3, "grow_below": 0.6}))
    assert problem == Problem(path="", trouble=Trouble.REFUSED, detail=problem.detail)
    assert "grow_below" in problem.detail
    (unknown,) = problems_of(tiny(what=1))
    assert "what" in unknown.detail


@given(values=TABLE, inner=TABLE, tables=st.lists(TABLE, min_size=1, max_size=2))
def test_toml_reads_back_as_what_was_written(
    values: dict[str, Any], inner: dict[str, Any], tables: list[dict[str, Any]]
) -> None:
    whole = values | {"table": inner | {"deeper": inner}, "tables": tables}
    assert tomllib.loads(toml_text(whole)) == whole


def test_nothing_is_written_for_none_and_a_stranger_is_refused() -> None:
    assert toml_text({"a": None, "b": 1}) == "b = 1\n"
    with pytest.raises(TypeError, match="set"):
        toml_text({"a": {1}})
