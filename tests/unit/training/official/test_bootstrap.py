"""Intervals: right in size where the answer is known, over the units that are stated, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.training.official import bootstrap, scoring

ROWS = 400


def _right(share: float, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (np.random.default_rng(seed).random(ROWS) < share).astype(float)


def test_the_width_is_that_of_a_share() -> None:
    said, true = _right(0.7), np.ones(ROWS)
    metric = scoring.accuracy(said, true, np.arange(ROWS, dtype=np.int64))
    found = bootstrap.interval(metric)
    half = 1.96 * (metric.value * (1 - metric.value) / ROWS) ** 0.5
    assert found.low == pytest.approx(metric.value - half, abs=0.01)
    assert found.high == pytest.approx(metric.value + half, abs=0.01)


def test_rows_that_repeat_within_a_group_widen_the_interval() -> None:
    said, true = np.repeat(_right(0.7)[: ROWS // 4], 4), np.ones(ROWS)
    by_row = bootstrap.interval(scoring.accuracy(said, true, np.arange(ROWS, dtype=np.int64)))
    by_group = bootstrap.interval(scoring.accuracy(said, true, np.arange(ROWS, dtype=np.int64) // 4))
    assert by_group.high - by_group.low == pytest.approx(2 * (by_row.high - by_row.low), rel=0.15)


def test_the_vectorised_draws_are_those_of_a_plain_loop() -> None:
    said, true = np.random.default_rng(1).normal(size=50), np.random.default_rng(2).normal(size=50)
    generator = np.random.default_rng(bootstrap.SEED)
    drawn = generator.integers(50, size=(200, 50))
    values = [np.corrcoef(said[rows], true[rows])[0, 1] for rows in drawn]
    found = bootstrap.interval(scoring.pearson(said, true, name="r"), replicates=200)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=1e-9)


def test_chunks_of_replicates_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = scoring.accuracy(_right(0.6), np.ones(ROWS), np.arange(ROWS, dtype=np.int64))
    whole = bootstrap.interval(metric, replicates=100)
    monkeypatch.setattr(bootstrap, "CHUNK_CELLS", 7 * ROWS)
    assert bootstrap.interval(metric, replicates=100) == whole


def test_a_difference_is_paired() -> None:
    said, true, units = _right(0.7), np.ones(ROWS), np.arange(ROWS, dtype=np.int64)
    better = np.where(np.arange(ROWS) < 20, 1.0, said)
    metric, floor = scoring.accuracy(better, true, units), scoring.accuracy(said, true, units)
    found = bootstrap.difference(metric, floor)
    assert bootstrap.difference(floor, floor) == bootstrap.Interval(low=0.0, high=0.0)
    assert 0.0 < found.low < metric.value - floor.value < found.high < 0.05


def test_other_units_make_no_pair_and_no_unit_makes_no_interval() -> None:
    metric = scoring.accuracy(_right(0.7), np.ones(ROWS), np.arange(ROWS, dtype=np.int64))
    grouped = scoring.accuracy(_right(0.7), np.ones(ROWS), np.arange(ROWS, dtype=np.int64) // 4)
    with pytest.raises(ValueError, match="same units"):
        bootstrap.difference(metric, grouped)
    nothing = scoring.exact_match(np.ones(3), np.ones(3), np.zeros(3, dtype=np.int64), size=4)
    with pytest.raises(ValueError, match="no unit"):
        bootstrap.interval(nothing)
