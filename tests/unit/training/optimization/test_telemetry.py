import math
from dataclasses import replace

import pytest
import torch

from redheart_core.errors import DataError
from redheart_core.measurements import load_measurement
from redheart_core.model.config import CurveScorerConfig
from redheart_core.model.optimization import OptimizationSystems
from redheart_core.model.presets import TINY
from redheart_core.training.optimization.batch import telemetry_loss
from redheart_core.training.optimization.features import nearest_horizon, past_best, share_target, telemetry_batch
from redheart_core.training.optimization.fit import NARROW, fit_crossover, fit_detector, fit_estimator, folds
from redheart_core.training.optimization.outcomes import Outcome, stopping_cost, stopping_regret
from redheart_core.training.optimization.rules import Stop
from redheart_core.training.optimization.runs import run_specs
from redheart_core.training.optimization.study import Choice, System, compare, default_choice, difference_interval
from redheart_core.training.optimization.telemetry import load_telemetry, save_telemetry


@pytest.fixture(scope="module")
def telemetry():
    return load_telemetry()


def test_recorded_telemetry_reaches_every_parameter_of_the_systems(telemetry):
    assert TINY.optimization is not None
    torch.manual_seed(0)
    systems = OptimizationSystems(TINY.optimization)
    torch.autograd.backward(telemetry_loss(systems, telemetry_batch(telemetry)))
    unreached = [name for name, parameter in systems.named_parameters() if not parameter.grad.any()]
    assert unreached == []


def test_recorded_telemetry_is_of_real_trainings(telemetry):
    assert len(telemetry.runs) >= 2
    assert all(len(digest) == 64 for digest in telemetry.data_sha256.values())
    for run in telemetry.runs:
        assert run.curve[-1].step == run.spec.steps
        assert min(point.training_loss for point in run.curve[1:]) < run.curve[0].training_loss


def test_telemetry_survives_writing(telemetry, tmp_path):
    few = replace(telemetry, runs=telemetry.runs[:2], memory=telemetry.memory[:3])
    save_telemetry(tmp_path / "few.json", few)
    assert load_telemetry(tmp_path / "few.json") == few


def test_missing_telemetry_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none.json: no telemetry.*Record it again"):
        load_telemetry(tmp_path / "none.json")


def test_a_curve_has_passed_its_best_from_its_minimum_on(telemetry):
    run = telemetry.runs[0]
    losses = [point.validation_loss for point in run.curve]
    best = losses.index(min(losses))
    assert past_best(run) == [0.0] * best + [1.0] * (len(losses) - best)


def test_shares_add_up_and_prefer_the_lower_loss():
    share = share_target([1.0, 0.9, 1.0])
    assert float(share.sum()) == pytest.approx(1.0)
    assert share.argmax() == 1


def test_an_estimate_means_the_nearest_horizon():
    assert [nearest_horizon(value) for value in (-1.0, 0.1, 0.9, 1.6, 9.0)] == [0, 0, 1, 2, 3]


def test_every_run_is_held_once_and_never_learned_from_then():
    held = []
    for seen, own in folds(13):
        assert not set(seen) & set(own)
        assert len(seen) + len(own) == 13
        held += own
    assert sorted(held) == list(range(13))


def test_regret_is_zero_at_the_best_and_steps_have_a_price():
    losses = [2.0, 1.0, 1.5, 1.5]
    assert stopping_regret(losses, Stop(stopped_at=2, kept=1)) == 0.0
    assert stopping_regret(losses, Stop(stopped_at=0, kept=0)) == 1.0
    early, late = Stop(stopped_at=1, kept=1), Stop(stopped_at=3, kept=1)
    assert stopping_cost(losses, late) - stopping_cost(losses, early) == pytest.approx(0.01)


def test_a_clear_advantage_makes_the_network_the_default_and_a_tie_the_rule():
    clear = [Outcome(rule=1.0, learned=0.5 + 0.01 * place, baseline=2.0) for place in range(10)]
    tie = [Outcome(rule=1.0, learned=1.0 + (-1) ** place, baseline=2.0) for place in range(10)]
    assert compare(System.AVERAGING, "m", "u", clear).default is Choice.LEARNED
    assert compare(System.AVERAGING, "m", "u", tie).default is Choice.RULE


def test_an_interval_contains_the_mean_and_needs_two_runs():
    low, high = difference_interval([0.0, 1.0, 2.0, 3.0])
    assert low < 1.5 < high
    with pytest.raises(ValueError, match="at least two runs, not 1"):
        difference_interval([1.0])


def test_the_recorded_study_is_of_the_recorded_runs(telemetry):
    measurement = load_measurement("optimization_study")
    assert measurement is not None
    assert measurement.facts["runs"] == len(telemetry.runs) == len(run_specs())
    assert measurement.facts["peaks"] == len(telemetry.memory)
    assert tuple(run.spec for run in telemetry.runs) == run_specs()
    for row in measurement.rows:
        assert row["default"] == ("learned" if row["low"] > 0 else "rule")


@pytest.mark.parametrize("system", list(System))
def test_every_system_has_a_default(system):
    assert default_choice(system) in Choice


def test_an_estimator_learns_a_plain_function_of_its_inputs():
    torch.manual_seed(0)
    inputs_BF = torch.randn(64, 3)
    target_B = 2 * inputs_BF[:, 0] + 5
    estimate = fit_estimator(NARROW, NARROW.config.learning, inputs_BF, target_B, seed=0)
    held_BF = torch.randn(32, 3)
    error = (estimate(held_BF) - (2 * held_BF[:, 0] + 5)).abs().mean()
    assert float(error) < 0.5 < float(target_B.std())


def test_a_detector_learns_to_see_a_rise():
    settings = replace(NARROW, config=replace(NARROW.config, sweet_spot=CurveScorerConfig(width=8, num_layers=1)))
    curve_BSF = torch.zeros(16, 10, 6)
    past_BS = torch.zeros(16, 10)
    for place in range(16):
        turn = 2 + place % 6
        curve_BSF[place, turn:, 3] = 1.0
        past_BS[place, turn:] = 1.0
    detect = fit_detector(settings, curve_BSF, past_BS, seed=0)
    assert ((detect(curve_BSF) > 0.5).float() == past_BS).float().mean() > 0.95


def test_a_scorer_learns_to_prefer_the_lower_loss():
    torch.manual_seed(0)
    candidate_BKF = torch.randn(64, 5, 6)
    share_BK = torch.softmax(-4 * candidate_BKF[..., 0], dim=-1)
    shares = fit_crossover(NARROW, candidate_BKF, share_BK, seed=0)
    held_BKF = torch.randn(64, 5, 6)
    agreement = (shares(held_BKF).argmax(dim=-1) == held_BKF[..., 0].argmin(dim=-1)).float().mean()
    assert float(agreement) > 0.6
    assert math.isclose(float(shares(held_BKF).sum()), 64.0, rel_tol=1e-4)
