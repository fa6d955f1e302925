"""Saved traces: whole ones verify, changed ones are caught and the step is named."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from redheart_core import Dilemma, Option, RedHeart, TraceError, load_model, verify_trace
from redheart_core.reasoning.trace import Stage, digest, seal
from tests.checkpoints import make_tiny_checkpoint

DILEMMA = Dilemma(
    situation="친구가 큰 빚을 숨기고 결혼하려고 해요. 비밀을 지키기로 약속했어요.",
    options=(
        Option(name="약속을 지키고 아무 말도 하지 않는다."),
        Option(name="약속을 어기고 사실대로 말한다."),
    ),
)
NUM_CORRUPTIONS = 50


@pytest.fixture(scope="module", params=["rules", "tiny"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RedHeart:
    if request.param == "rules":
        return load_model("rules")
    return load_model(make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny"))


@pytest.fixture(scope="module")
def saved(model: RedHeart) -> dict[str, Any]:
    """A whole result, as it comes back from a file."""
    loaded: dict[str, Any] = json.loads(json.dumps(model.evaluate_ethics(DILEMMA).to_dict(), ensure_ascii=False))
    return loaded


def numbers(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every number."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from numbers(value, (*path, key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from numbers(value, (*path, index))
    elif isinstance(content, (int, float)) and not isinstance(content, bool):
        yield path


def at(content: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        content = content[key]
    return content


def changed(content: dict[str, Any], path: tuple[Any, ...], generator: random.Random) -> dict[str, Any]:
    corrupt = copy.deepcopy(content)
    value = at(corrupt, path)
    at(corrupt, path[:-1])[path[-1]] = value + generator.choice([-1, 1]) * (
        1 if isinstance(value, int) else generator.uniform(0.001, 0.5)
    )
    return corrupt


def resealed(trace: dict[str, Any]) -> dict[str, Any]:
    """Renew every digest, as a forger would."""
    for stage in Stage:
        for step in trace[stage.value]:
            step["digest"] = digest(step)
    trace["sha256"] = seal(trace)
    return trace


def test_a_whole_result_and_a_bare_trace_verify(model: RedHeart, saved: dict[str, Any]) -> None:
    for document in (saved, saved["calculation_trace"]):
        outcome = verify_trace(document, model)
        assert outcome.valid, outcome
        assert outcome.neural_verified
        assert outcome.num_steps > 100


def test_a_passage_verifies(model: RedHeart) -> None:
    outcome = verify_trace(model.analyze("오늘 정말 힘든 하루였어요...", profile="korean").to_dict(), model)
    assert outcome.valid, outcome


def test_a_saved_trace_follows_the_published_schema(saved: dict[str, Any], trace_schema: dict[str, Any]) -> None:
    jsonschema.validate(saved["calculation_trace"], trace_schema)


def test_fifty_random_changes_of_one_number_are_caught_and_the_step_is_named(
    model: RedHeart, saved: dict[str, Any]
) -> None:
    generator = random.Random(20_250_826)
    trace = saved["calculation_trace"]
    paths = list(numbers(trace))
    for path in generator.sample(paths, NUM_CORRUPTIONS):
        outcome = verify_trace(changed(trace, path, generator), model)
        assert not outcome.valid, path
        in_step = path[0] in set(Stage)
        assert outcome.first_difference == (at(trace, path[:2])["id"] if in_step else "header"), path


def test_random_changes_are_caught_even_when_the_digests_are_forged(model: RedHeart, saved: dict[str, Any]) -> None:
    generator = random.Random(7)
    trace = saved["calculation_trace"]
    paths = [path for path in numbers(trace) if path[0] in set(Stage)]
    for path in generator.sample(paths, 12):
        outcome = verify_trace(resealed(changed(trace, path, generator)), model)
        assert not outcome.valid, path


def test_a_changed_number_outside_the_trace_is_named_too(model: RedHeart, saved: dict[str, Any]) -> None:
    forged = copy.deepcopy(saved)
    forged["options"][0]["ethical_score"] += 0.1
    outcome = verify_trace(forged, model)
    assert not outcome.valid
    assert outcome.first_difference == "result.options[0].ethical_score"


def test_a_removed_step_is_noticed(model: RedHeart, saved: dict[str, Any]) -> None:
    trace = copy.deepcopy(saved["calculation_trace"])
    trace[Stage.ADJUSTMENTS.value].pop()
    assert verify_trace(trace, model).first_difference == "header"
    assert not verify_trace(resealed(trace), model).valid


def test_another_checkpoint_cannot_vouch_for_the_neural_steps(
    tmp_path: Any, saved: dict[str, Any], model: RedHeart
) -> None:
    if model.checkpoint_sha256 is None:
        pytest.skip("A trace made by the rules alone has no neural steps.")
    other = load_model(make_tiny_checkpoint(tmp_path / "other", seed=1))
    outcome = verify_trace(saved, other)
    assert not outcome.valid
    assert not outcome.neural_verified
    assert "Load that checkpoint" in outcome.detail


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "A trace is a JSON object, not list"),
        ({}, "its schema is None"),
        ({"calculation_trace": 3}, "its schema is 'int'"),
        ({"schema": "redheart.trace/1"}, "The trace lacks kind, request"),
    ],
)
def test_what_is_not_a_trace_is_refused(document: Any, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        verify_trace(document, load_model("rules"))


def test_a_section_that_is_no_list_of_steps_is_refused(saved: dict[str, Any]) -> None:
    for broken in ("text", [3], [{"id": 3}]):
        trace = saved["calculation_trace"] | {"features": broken}
        with pytest.raises(TraceError, match="not a list of steps"):
            verify_trace(trace, load_model("rules"))
