import math

import pytest
import torch

from redheart_core.training.optimization.rules import (
    LARGEST_ACCUMULATION,
    accumulation_steps,
    average_decay,
    curve_noise,
    greedy_crossover,
    horizon_of,
    layer_rate,
    simple_noise_scale,
    sweet_spot,
)


def test_a_straight_curve_has_no_noise():
    assert curve_noise([3.0, 2.5, 2.0, 1.5]) == pytest.approx(0.0, abs=1e-12)
    assert curve_noise([3.0, 2.0]) == 0.0


def test_the_noise_of_a_trend_with_errors_is_that_of_the_errors():
    generator = torch.Generator().manual_seed(0)
    errors = 0.1 * torch.randn(4000, generator=generator)
    assert curve_noise((torch.linspace(3, 1, 4000) + errors).tolist()) == pytest.approx(0.1, rel=0.05)


def test_a_run_stops_after_its_patience_and_keeps_the_best():
    stop = sweet_spot([3.0, 2.0, 1.0, 1.1, 1.2, 1.3, 0.5], patience=3, noise_multiple=0.0)
    assert (stop.stopped_at, stop.kept) == (5, 2)


def test_a_falling_curve_runs_to_its_end():
    stop = sweet_spot([3.0, 2.0, 1.0, 0.5], patience=1)
    assert (stop.stopped_at, stop.kept) == (3, 3)


def test_improvements_within_the_noise_do_not_restart_the_patience():
    jagged = [1.0, 1.2, 0.99, 1.2, 0.98, 1.2, 0.97]
    assert sweet_spot(jagged, patience=4, noise_multiple=1.0).stopped_at == 4
    assert sweet_spot(jagged, patience=4, noise_multiple=0.0).stopped_at == 6


def test_the_lowest_loss_is_kept_even_when_it_was_within_the_noise():
    assert sweet_spot([1.0, 1.2, 0.99, 1.2, 0.98], patience=4, noise_multiple=1.0).kept == 4


def test_an_empty_curve_is_refused():
    with pytest.raises(ValueError, match="0 losses and a patience of 2"):
        sweet_spot([], patience=2)


def test_greedy_crossover_finds_the_best_version_of_each_separable_layer():
    wanted = {"low": 2, "middle": 0, "high": 1}

    def measure(chosen):
        return sum(abs(chosen[layer] - wanted[layer]) for layer in wanted)

    assert greedy_crossover(tuple(wanted), 3, start=0, measure=measure) == wanted


def test_greedy_crossover_keeps_the_start_where_nothing_is_better():
    assert greedy_crossover(("a", "b"), 3, start=1, measure=lambda _: 1.0) == {"a": 1, "b": 1}


def test_greedy_crossover_measures_no_mixture_twice_over():
    seen = []

    def measure(chosen):
        seen.append(tuple(chosen.values()))
        return 1.0

    greedy_crossover(("a", "b"), 4, start=0, measure=measure)
    assert len(seen) == 2 * 3 + 1


def test_the_noise_scale_is_that_of_known_signal_and_noise():
    signal, variance = 4.0, 60.0
    small, large = 2, 8
    scale = simple_noise_scale(signal + variance / small, signal + variance / large, small=small, large=large)
    assert scale == pytest.approx(variance / signal)


def test_gradients_without_signal_have_an_infinite_noise_scale():
    assert simple_noise_scale(8.0, 1.0, small=1, large=8) == math.inf


def test_the_noise_scale_needs_two_sizes():
    with pytest.raises(ValueError, match="small is 4 and large 4"):
        simple_noise_scale(1.0, 1.0, small=4, large=4)


@pytest.mark.parametrize(
    ("scale", "steps"), [(1.0, 1), (64.0, 4), (1e9, LARGEST_ACCUMULATION), (math.inf, LARGEST_ACCUMULATION)]
)
def test_batches_are_accumulated_up_to_the_noise_scale(scale, steps):
    assert accumulation_steps(scale, batch_size=16) == steps


def test_an_average_forgets_its_start_and_reaches_its_decay():
    assert average_decay(1) == pytest.approx(2 / 11)
    assert average_decay(90) == pytest.approx(0.91)
    assert average_decay(1_000_000) == 0.999
    assert horizon_of(0.999) == pytest.approx(1000)


def test_rates_fall_by_a_tenth_per_layer():
    assert [layer_rate(depth) for depth in range(3)] == pytest.approx([1.0, 0.9, 0.81])
    with pytest.raises(ValueError, match="-1 below"):
        layer_rate(-1)
