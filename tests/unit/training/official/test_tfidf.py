"""The TF-IDF floor learns what words say, gives the same floor twice, and says what to install where it cannot."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from redheart_core.errors import ConfigError
from redheart_core.training.official.cases import Case
from redheart_core.training.official.decisions import measures
from redheart_core.training.official.development import unseen
from redheart_core.training.official.tasks import TASKS
from redheart_core.training.official.tfidf import fit_floor

ROWS = 120


def _judged(start: int) -> list[Case]:
    words = ("kindly", "cruelly")
    return [
        Case(passages=((f"acted {words[n % 2]} {n}", ""),), labels=(float(n % 2 == 0),), group=str(n // 4))
        for n in range(start, start + ROWS)
    ]


def _pairs() -> list[Case]:
    return [Case(passages=((f"cake {n}", ""), (f"mud {n}", "")), labels=(1.0,), group=str(n)) for n in range(ROWS)]


def test_words_that_tell_are_learned_and_carry_over() -> None:
    task = TASKS["ethics_justice"]
    floor = fit_floor(task, _judged(0))
    exact, accuracy = measures(task, _judged(1_000), floor.decide(_judged(1_000)))
    assert (exact.value, accuracy.value) == (1.0, 1.0)
    np.testing.assert_array_equal(fit_floor(task, _judged(0)).score(_judged(5)), floor.score(_judged(5)))


def test_pairs_are_learned_although_the_right_one_always_comes_first() -> None:
    task = TASKS["ethics_utilitarianism"]
    floor = fit_floor(task, _pairs())
    turned = [Case(passages=case.passages[::-1], labels=(0.0,), group=case.group) for case in _pairs()]
    assert measures(task, _pairs(), floor.decide(_pairs()))[0].value == 1.0
    assert measures(task, turned, floor.decide(turned))[0].value == 1.0


def test_ratings_get_a_linear_floor_and_rare_categories_a_constant_no() -> None:
    ratings = [
        Case(passages=((f"{('fine', 'awful')[n % 2]} {n}", ""),), labels=(4.0 - n % 2, 3.0, 3.0), group=str(n))
        for n in range(ROWS)
    ]
    task = TASKS["emobank"]
    assert measures(task, ratings, fit_floor(task, ratings).decide(ratings))[0].value > 0.9
    never = [0.0] * 26
    emotions = [
        Case(
            passages=((f"{('glad', 'sad')[n % 2]} {n}", ""),), labels=(float(n % 2), 1.0 - n % 2, *never), group=str(n)
        )
        for n in range(ROWS)
    ]
    decided = fit_floor(TASKS["goemotions_en"], emotions).decide(emotions)
    np.testing.assert_array_equal(decided[:, :2], [case.labels[:2] for case in emotions])
    assert not decided[:, 2:].any()


def test_rows_that_are_asked_are_not_learned_from() -> None:
    assert unseen(_judged(0), _judged(ROWS // 2)) == tuple(_judged(0)[: ROWS // 2])


def test_without_scikit_learn_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(ConfigError, match=r"\[baselines\]"):
        fit_floor(TASKS["ethics_justice"], _judged(0))
