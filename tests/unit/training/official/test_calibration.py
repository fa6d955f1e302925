"""Calibration: an honest forecaster has none to lose, a boaster is caught, and both kinds of bins are counted."""

from __future__ import annotations

import numpy as np
import pytest

from redheart_core.training.official.calibration import NUM_BINS, calibrate

ROWS = 30_000


def _said() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(0).random(ROWS)


def _came_true(
    probabilities: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (np.random.default_rng(1).random(ROWS) < probabilities).astype(float)


def test_an_honest_forecaster_is_calibrated() -> None:
    said = _said()
    found = calibrate("trait", 1.3, said, _came_true(said))
    assert found.ece_equal_mass < 0.02
    assert found.ece_equal_width < 0.02
    assert (found.family, found.temperature, found.statements) == ("trait", 1.3, ROWS)


def test_what_chance_alone_gives_is_what_honest_forecasters_show_on_average() -> None:
    said = np.random.default_rng(3).random(300)
    draws = [(np.random.default_rng(100 + seed).random(300) < said).astype(float) for seed in range(40)]
    honest = [calibrate("trait", 1.0, said, drawn).ece_equal_mass for drawn in draws]
    by_chance = calibrate("trait", 1.0, said, np.ones(300)).ece_of_chance
    assert by_chance == pytest.approx(np.mean(honest), rel=0.1)
    assert by_chance > 0.04, "a small sample cannot show that it is calibrated to 0.04"


def test_a_boaster_is_caught_by_as_much_as_it_boasts() -> None:
    said = np.full(ROWS, 0.9)
    found = calibrate("trait", 1.0, said, _came_true(np.full(ROWS, 0.6)))
    assert found.ece_equal_mass == pytest.approx(0.3, abs=0.01)
    assert found.ece_equal_width == pytest.approx(0.3, abs=0.01)
    assert len(found.bins) == 1


def test_by_hand_over_both_kinds_of_bins() -> None:
    said = np.array([0.02, 0.04, 0.96, 0.98])
    found = calibrate("safety", 1.0, said, np.array([0.0, 1.0, 1.0, 1.0]))
    assert found.ece_equal_mass == pytest.approx((0.02 + 0.96 + 0.04 + 0.02) / 4)
    assert found.ece_equal_width == pytest.approx((2 * abs(0.03 - 0.5) + 2 * abs(0.97 - 1.0)) / 4)


@pytest.mark.parametrize("boast", [0.0, 0.3, 0.6])
def test_monotonic_bins_are_nearer_to_the_true_error_of_few_rows(boast: float) -> None:
    logit = np.log(said := np.random.default_rng(4).uniform(0.1, 0.9, 640)) - np.log(1 - said)
    boasted = 1 / (1 + np.exp(-(1 + boast) * logit))
    error = np.abs(boasted - said).mean()
    draws = [(np.random.default_rng(seed).random(640) < said).astype(float) for seed in range(40)]
    found = [calibrate("trait", 1.0, boasted, drawn) for drawn in draws]
    monotonic = abs(np.mean([each.ece_monotonic for each in found]) - error)
    fifteen = abs(np.mean([each.ece_equal_mass for each in found]) - error)
    assert monotonic < fifteen
    assert monotonic < 0.04


def test_monotonic_bins_by_hand() -> None:
    said = np.array([0.1, 0.2, 0.6, 0.7])
    found = calibrate("trait", 1.0, said, np.array([0.0, 1.0, 0.0, 1.0]))
    assert found.monotonic_bins == 2, "three bins would be 0.5, 0, 1"
    assert found.ece_monotonic == pytest.approx((2 * abs(0.15 - 0.5) + 2 * abs(0.65 - 0.5)) / 4)


def test_bins_of_equal_mass_hold_equally_many() -> None:
    said = _said()
    counts = [entry.count for entry in calibrate("trait", 1.0, said, _came_true(said)).bins]
    assert counts == [ROWS // NUM_BINS] * NUM_BINS


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        calibrate("trait", 1.0, np.array([1.2]), np.array([1.0]))
    with pytest.raises(ValueError, match="one vector"):
        calibrate("trait", 1.0, np.zeros((2, 1)), np.zeros(2))
