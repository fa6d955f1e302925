"""Recording, rounding, digests, JSON."""

from __future__ import annotations

import json

import jsonschema
import pytest

from redheart_core.reasoning.trace import Recorder, SourceSpan, Stage, Trace, digest, seal, tidy


def add(*, first: float, second: float, bonus: float = 0.0) -> float:
    return first + second + bonus


def recorded() -> Trace:
    recorder = Recorder()
    first = recorder.given("first", 0.1)
    second = recorder.given("second", {"inner": {"deep": 0.2}})
    recorder.apply(
        "sum",
        add,
        stage=Stage.FINAL_OUTPUT,
        inputs={"first": first, "second": second.at("inner", "deep")},
        parameters={"bonus": 1.0},
        spans=lambda _: [SourceSpan(source="first", start=0, end=1)],
    )
    return recorder.finish(kind="passage", request={"text": "a"}, checkpoint={"name": "rules"})


def test_a_step_says_what_went_in_and_what_came_out() -> None:
    step = recorded().step("sum")
    assert step.inputs == {"first": "first", "second": "second#inner#deep"}
    assert step.operation == "add"
    assert step.module == add.__module__
    assert step.output == 1.3


def test_an_unknown_step_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        recorded().step("nowhere")


def test_what_is_recorded_is_what_the_next_step_receives() -> None:
    recorder = Recorder()
    third = recorder.apply("third", lambda: 1.0 / 3.0, stage=Stage.INPUT, inputs={})
    assert third.value == 0.333333333333


def test_numbers_are_tidied_everywhere_and_minus_zero_is_zero() -> None:
    tidied = tidy({"a": [0.1 + 0.2, {"b": -0.0}], "c": True, "d": 3})
    assert json.dumps(tidied) == '{"a": [0.3, {"b": 0.0}], "c": true, "d": 3}'


def test_a_refused_entry_is_none_all_the_way_down() -> None:
    node = Recorder().given("neural", {"kote": None})
    assert node.at("kote", "values", "슬픔").value is None
    assert node.at("kote", "values", "슬픔").id == "neural#kote#values#슬픔"


def test_the_sections_hold_every_step_and_the_seal_holds_the_sections() -> None:
    content = recorded().to_dict()
    assert [len(content[stage.value]) for stage in Stage] == [2, 0, 0, 0, 0, 1]
    assert content["sha256"] == seal(content)
    assert all(step["digest"] == digest(step) for stage in Stage for step in content[stage.value])
    content["input"][0]["output"] = 0.2
    assert content["input"][0]["digest"] != digest(content["input"][0])


def test_a_trace_follows_its_published_schema(trace_schema: dict[str, object]) -> None:
    jsonschema.validate(recorded().to_dict(), trace_schema)
