"""The sweep finds a planted optimum, knows when it cannot tell it from its neighbours, and goes on where it stopped."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from pathlib import Path

import pytest

from redheart_core.errors import ConfigError, DataError
from redheart_core.training.cells import CellFolder
from redheart_core.training.sweep.policy import Trial, best_trial, conclude, fine_rates, log_spaced, neighbours_of
from redheart_core.training.sweep.run import SweepSettings, run_sweep

OPTIMUM = 5.6e-5
SETTINGS = SweepSettings()


def _valley(noise: float, *, optimum: float = OPTIMUM):
    """A loss with its minimum at ``optimum``, and noise that depends on rate and seed alone."""

    def measure(rate: float, seed: int) -> float:
        away = math.log10(rate / optimum)
        return 1.0 + away * away + noise * random.Random(f"{rate:.6e}/{seed}").gauss(0.0, 1.0)

    return measure


def _trials(losses: dict[float, float]) -> list[Trial]:
    return [Trial(rate=rate, seed=0, loss=loss) for rate, loss in losses.items()]


def test_coarse_rates_span_three_decades_evenly():
    rates = log_spaced(1e-5, 1e-2, 5)
    assert (rates[0], rates[-1]) == (1e-5, 1e-2)
    assert [math.log10(after / before) for before, after in pairwise(rates)] == pytest.approx([0.75] * 4)
    with pytest.raises(ValueError, match="0 < low < high"):
        log_spaced(1e-2, 1e-5, 5)


def test_fine_rates_lie_around_the_best_coarse_rate():
    rates = fine_rates(_trials({1e-5: 3.0, 1e-4: 1.0, 1e-3: 2.0, 1e-2: math.inf}))
    assert len(rates) == len(set(rates)) == 10
    assert all(1e-5 < rate < 1e-3 and rate != 1e-4 for rate in rates)
    assert sum(rate < 1e-4 for rate in rates) == 5


def test_at_an_end_of_the_range_the_search_goes_inwards():
    rates = fine_rates(_trials({1e-5: 1.0, 1e-4: 2.0, 1e-3: 3.0}))
    assert len(rates) == 10
    assert all(1e-5 < rate < 1e-4 for rate in rates)


def test_the_planted_optimum_is_found_within_a_fine_step():
    result = run_sweep(_valley(0.0), SETTINGS)
    assert len(result.coarse) == 5
    assert len(result.fine) == 10
    assert abs(math.log10(result.best_rate / OPTIMUM)) < 0.75 / 6
    assert len(result.neighbours) == 2


def test_without_noise_the_optimum_is_distinguishable():
    def measure(rate: float, seed: int) -> float:
        return _valley(0.0)(rate, 0) + 0.1 * seed

    result = run_sweep(measure, SETTINGS)
    assert result.is_distinguishable
    assert result.noise == pytest.approx(0.1)


def test_with_noise_it_is_not_and_all_rates_within_the_noise_are_named():
    result = run_sweep(_valley(0.3), SETTINGS)
    assert not result.is_distinguishable
    assert 0.15 < result.noise < 0.6
    assert result.best_rate in result.equal_rates
    assert len(result.equal_rates) >= 5


def test_the_search_seed_does_not_judge_its_own_choice():
    result = run_sweep(_valley(0.3), SETTINGS)
    assert {trial.seed for trial in result.repeated} == {1, 2, 3}
    assert all(neighbour.excess is not None and neighbour.excess.num_pairs == 3 for neighbour in result.neighbours)


def test_a_neighbour_that_diverges_is_distinguishable():
    repeated = [Trial(rate=rate, seed=seed, loss=1.0 + seed) for rate in (1e-4, 1e-5) for seed in (1, 2)]
    repeated += [Trial(rate=1e-3, seed=seed, loss=math.inf) for seed in (1, 2)]
    result = conclude(_trials({1e-5: 2.0, 1e-4: 1.0, 1e-3: math.inf}), [], repeated)
    by_rate = {neighbour.rate: neighbour for neighbour in result.neighbours}
    assert by_rate[1e-3].is_distinguishable
    assert by_rate[1e-3].excess is None
    assert not by_rate[1e-5].is_distinguishable


def test_an_end_has_one_neighbour_and_equal_losses_prefer_the_lower_rate():
    trials = _trials({1e-3: 1.0, 1e-4: 1.0, 1e-2: 3.0})
    assert best_trial(trials).rate == 1e-4
    assert neighbours_of(trials) == (1e-3,)


def test_a_sweep_in_which_everything_diverges_says_so():
    with pytest.raises(DataError, match="Every training diverged"):
        run_sweep(lambda rate, seed: math.inf, SETTINGS)


def test_finished_trials_are_kept(tmp_path: Path):
    measured: list[float] = []

    def measure(rate: float, seed: int) -> float:
        if len(measured) == 8:
            raise KeyboardInterrupt
        measured.append(rate)
        return _valley(0.1)(rate, seed)

    folder = CellFolder(tmp_path, Trial, identity="one")
    with pytest.raises(KeyboardInterrupt):
        run_sweep(measure, SETTINGS, finished=folder)
    assert run_sweep(_valley(0.1), SETTINGS, finished=folder) == run_sweep(_valley(0.1), SETTINGS)
    assert len(list(tmp_path.glob("*.json"))) == 5 + 10 + 9


@pytest.mark.parametrize("change", [{"low": 0.0}, {"repeats": 1}, {"coarse_points": 2}])
def test_impossible_sweeps_are_refused(change):
    with pytest.raises(ConfigError):
        SweepSettings(**change)
