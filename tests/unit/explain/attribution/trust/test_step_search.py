"""The number of steps is searched: more are not always better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.request import AttributionRequest, attribution_key
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.trust.step_search import search_steps, search_steps_of
from redheart_core.explain.attribution.words import split_words
from redheart_core.inference.leased import LeasedReader
from redheart_core.model.reader import load_model_reader
from tests.attributions import TEXT, hand_made
from tests.checkpoints import make_tiny_checkpoint

SCORES = (1.0,) * len(split_words(TEXT))


def _made(errors: Mapping[int, float], num_steps: int) -> Attribution:
    return replace(hand_made(scores=SCORES, rest=0.0, missing=errors[num_steps]), num_evaluations=num_steps)


def _search(errors: Mapping[int, float], schedule: Sequence[int]) -> tuple[list[int], int, bool]:
    search = search_steps(lambda num_steps: _made(errors, num_steps), schedule=schedule)
    assert search.num_evaluations == sum(tried.num_steps for tried in search.tries)
    return [tried.num_steps for tried in search.tries], search.best.num_steps, search.reached_goal


def test_the_best_is_kept_where_more_steps_are_worse() -> None:
    assert _search({8: 2.0, 16: 0.3, 32: 1.0}, (8, 16, 32)) == ([8, 16, 32], 16, False)


def test_the_search_stops_when_it_is_good_enough() -> None:
    assert _search({8: 2.0, 16: 0.05, 32: 0.0}, (8, 16, 32)) == ([8, 16], 16, True)


def test_a_tiny_difference_is_good_enough_in_absolute_terms() -> None:
    made = hand_made(scores=(0.0,) * len(SCORES), rest=0.0, missing=1e-5)
    assert search_steps(lambda num_steps: made, schedule=(4, 8)).reached_goal
    assert len(search_steps(lambda num_steps: made, schedule=(4, 8)).tries) == 1


@pytest.mark.parametrize("schedule", [(), (8, 8), (16, 8), (0, 8)])
def test_a_schedule_must_increase(schedule: tuple[int, ...]) -> None:
    with pytest.raises(ExplanationError, match="must be positive and increase"):
        search_steps(lambda num_steps: hand_made(), schedule=schedule)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> LeasedReader:
    folder: Path = tmp_path_factory.mktemp("tiny")
    return LeasedReader(load_model_reader(make_tiny_checkpoint(folder)))


def test_an_attribution_is_made_again_with_other_steps(reader: LeasedReader) -> None:
    request = AttributionRequest(text="I lied to my friend.", target="emotion/sadness", options={"steps": 2})
    search = search_steps_of(attribution_key(request, reader), reader, schedule=(2, 3, 50), goal=1e-9)
    assert [tried.attribution.options["steps"] for tried in search.tries] == [2, 3, 50]
    assert search.best.error == min(tried.error for tried in search.tries)
    assert search.best.error < search.tries[0].error


def test_a_method_without_steps_is_refused(reader: LeasedReader) -> None:
    request = AttributionRequest(text="I lied.", target="emotion/sadness", method="input_x_gradient")
    with pytest.raises(ExplanationError, match="input_x_gradient takes no steps"):
        search_steps_of(attribution_key(request, reader), reader)
