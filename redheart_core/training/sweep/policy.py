"""Which rates are tried, and what the losses say: pure functions.

A diverged trial has the loss infinity; it is worse than every number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.errors import DataError
from redheart_core.training.paired import Difference, mean_difference, pooled_deviation

LOWEST, HIGHEST = 1e-5, 1e-2
COARSE_POINTS, FINE_POINTS = 5, 10
NOISE_MULTIPLE = 2.0
"""Two rates whose losses are closer than this many deviations of a difference are called equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One short training at one rate."""

    rate: float
    seed: int
    loss: float
    """On validation data; infinite where the training diverged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A neighbour of the best rate on the searched grid, compared over the same fresh seeds."""

    rate: float
    excess: Difference | None
    """Loss here minus loss at the best rate; None where a training diverged."""

    @property
    def is_distinguishable(self) -> bool:
        """Whether it is worse for sure: diverged, or with its whole interval above zero."""
        return self.excess is None or self.excess.is_above_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What a sweep found."""

    best_rate: float
    """Lowest loss of the search."""
    coarse: tuple[Trial, ...]
    fine: tuple[Trial, ...]
    repeated: tuple[Trial, ...]
    """At the best rate and its neighbours, with seeds that the search did not use."""
    neighbours: tuple[Neighbour, ...]
    noise: float
    """Standard deviation of the loss over seeds, from the repeated trials."""
    equal_rates: tuple[float, ...]
    """Searched rates whose loss is within the noise of the best, that rate included."""

    @property
    def is_distinguishable(self) -> bool:
        """Whether the best rate is better for sure than every neighbour."""
        return all(neighbour.is_distinguishable for neighbour in self.neighbours)


def log_spaced(low: float, high: float, count: int) -> tuple[float, ...]:
    """Return ``count`` rates from ``low`` to ``high``, both included, each the same multiple of the one before."""
    if not 0 < low < high or count < 2:
        raise ValueError(f"{count} rates from {low} to {high}; need at least two, and 0 < low < high.")
    step = math.log(high / low) / (count - 1)
    return (low, *(low * math.exp(step * place) for place in range(1, count - 1)), high)


def fine_rates(coarse: Sequence[Trial], *, count: int = FINE_POINTS) -> tuple[float, ...]:
    """Return rates strictly between the neighbours of the best coarse rate, without that rate itself.

    At an end of the coarse range they lie between the end and its one neighbour.

    Raises:
        DataError: Every coarse training diverged.
    """
    ordered = sorted(coarse, key=lambda trial: trial.rate)
    best = ordered.index(best_trial(ordered))
    low, high = ordered[max(best - 1, 0)].rate, ordered[min(best + 1, len(ordered) - 1)].rate
    if low < ordered[best].rate < high:
        # Both halves are of one size; an odd rate more goes below, where trainings are stable.
        below, above = count - count // 2, count // 2
        return (*_between(low, ordered[best].rate, below), *_between(ordered[best].rate, high, above))
    return _between(low, high, count)


def best_trial(trials: Sequence[Trial]) -> Trial:
    """Return the lowest loss; among equals the lower rate.

    Raises:
        DataError: Every training diverged.
    """
    best = min(trials, key=lambda trial: (trial.loss, trial.rate))
    if math.isinf(best.loss):
        rates = ", ".join(f"{trial.rate:.2e}" for trial in trials)
        raise DataError(f"Every training diverged, at the rates {rates}. Lower the range of the sweep.")
    return best


def neighbours_of(trials: Sequence[Trial]) -> tuple[float, ...]:
    """Return the searched rates next to the best one: two, or one at an end."""
    rates = sorted({trial.rate for trial in trials})
    place = rates.index(best_trial(trials).rate)
    return tuple(rates[other] for other in (place - 1, place + 1) if 0 <= other < len(rates))


def conclude(coarse: Sequence[Trial], fine: Sequence[Trial], repeated: Sequence[Trial]) -> SweepResult:
    """Say what the trials show.

    The search picked the best rate because its one training went well; so the comparison with the neighbours uses the
    repeated trials alone.
    """
    searched = (*coarse, *fine)
    best = best_trial(searched)
    by_rate = {trial.rate: [each.loss for each in repeated if each.rate == trial.rate] for trial in repeated}
    noise = pooled_deviation([losses for losses in by_rate.values() if all(map(math.isfinite, losses))])
    band = NOISE_MULTIPLE * math.sqrt(2) * noise
    return SweepResult(
        best_rate=best.rate,
        coarse=tuple(coarse),
        fine=tuple(fine),
        repeated=tuple(repeated),
        neighbours=tuple(_compared(rate, best.rate, repeated) for rate in neighbours_of(searched)),
        noise=noise,
        equal_rates=tuple(sorted(trial.rate for trial in searched if trial.loss <= best.loss + band)),
    )


def _compared(rate: float, best_rate: float, repeated: Sequence[Trial]) -> Neighbour:
    losses = {(trial.rate, trial.seed): trial.loss for trial in repeated}
    seeds = sorted({trial.seed for trial in repeated})
    differences = [losses[rate, seed] - losses[best_rate, seed] for seed in seeds]
    diverged = not all(map(math.isfinite, differences))
    return Neighbour(rate=rate, excess=None if diverged else mean_difference(differences))


def _between(low: float, high: float, count: int) -> tuple[float, ...]:
    return log_spaced(low, high, count + 2)[1:-1] if count else ()
