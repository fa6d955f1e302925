"""Official metrics on a perfect, a random and a constant predictor, by hand, and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.training.official import scoring
from redheart_core.training.official.scoring import Array, Units

ROWS = 4_000


def _labels() -> Array:
    return (np.random.default_rng(0).random(ROWS) < 0.3).astype(float)


def _coin(seed: int = 1) -> Array:
    return (np.random.default_rng(seed).random(ROWS) < 0.5).astype(float)


def _fours() -> Units:
    return np.arange(ROWS, dtype=np.int64) // 4


def test_a_perfect_predictor_reaches_one_everywhere() -> None:
    true, table, ratings = _labels(), np.stack([_labels(), _coin()], axis=1), np.random.default_rng(2).normal(size=ROWS)
    assert scoring.accuracy(true, true, _fours()).value == 1.0
    assert scoring.exact_match(true, true, _fours(), size=4).value == 1.0
    assert scoring.macro_f1(table, table).value == 1.0
    assert scoring.micro_f1(table, table).value == 1.0
    assert scoring.binary_macro_f1(true, true).value == 1.0
    assert scoring.pearson(ratings, ratings, name="r").value == pytest.approx(1.0)
    assert scoring.mean_absolute_error(ratings, ratings, name="e").value == 0.0


def test_a_random_predictor_gets_what_chance_gives() -> None:
    true, said = _coin(3), _coin(4)
    assert scoring.accuracy(said, true, _fours()).value == pytest.approx(0.5, abs=0.03)
    assert scoring.exact_match(said, true, _fours(), size=4).value == pytest.approx(1 / 16, abs=0.03)
    assert scoring.binary_macro_f1(said, true).value == pytest.approx(0.5, abs=0.03)
    assert scoring.pearson(said, true, name="r").value == pytest.approx(0.0, abs=0.05)


def test_a_constant_predictor_earns_nothing_but_the_floor() -> None:
    true, zeros = _labels(), np.zeros(ROWS)
    assert scoring.pearson(zeros, true, name="r").value == 0.0
    assert scoring.accuracy(zeros, true, _fours()).value == pytest.approx(1 - true.mean())
    assert scoring.macro_f1(zeros[:, None], true[:, None]).value == 0.0
    assert scoring.accuracy(np.full(ROWS, 0.5), true, _fours()).value == 0.5


def test_f1_by_hand() -> None:
    said = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    true = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    assert scoring.macro_f1(said, true).value == pytest.approx((0.5 + 2 / 3) / 2)
    assert scoring.micro_f1(said, true).value == pytest.approx(2 * 2 / (4 + 3))


def test_one_wrong_row_spoils_its_group_and_rows_left_over_do_not_count() -> None:
    said, true = np.ones(11), np.ones(11)
    said[5] = 0.0
    exact = scoring.exact_match(said, true, np.arange(11, dtype=np.int64) // 5, size=5)
    assert (exact.value, len(exact.parts_US)) == (0.5, 2)
    assert scoring.accuracy(said, true, np.arange(11, dtype=np.int64) // 5).value == pytest.approx(10 / 11)


def test_pearson_keeps_its_digits_far_from_zero() -> None:
    x = np.random.default_rng(5).normal(size=ROWS)
    y = x + np.random.default_rng(6).normal(size=ROWS)
    expected = np.corrcoef(x, y)[0, 1]
    assert scoring.pearson(1e6 + x, 3e6 + y, name="r").value == pytest.approx(expected, abs=1e-9)


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match="expected two vectors of one length"):
        scoring.pearson(np.zeros((4, 1)), np.zeros(4), name="r")
    with pytest.raises(ValueError, match="both must be one"):
        scoring.macro_f1(np.zeros((4, 1)), np.zeros((4, 2)))
