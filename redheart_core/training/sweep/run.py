"""Running a sweep with whatever trains and measures; finished trials are kept where a folder is given."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redheart_core.errors import ConfigError
from redheart_core.training.cells import CellFolder
from redheart_core.training.sweep.policy import (
    COARSE_POINTS,
    FINE_POINTS,
    HIGHEST,
    LOWEST,
    SweepResult,
    Trial,
    best_trial,
    conclude,
    fine_rates,
    log_spaced,
    neighbours_of,
)

logger = logging.getLogger(__name__)

Measure = Callable[[float, int], float]
"""Trains at a rate with a seed and returns the validation loss, infinite where the training diverged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """How much is tried."""

    low: float = LOWEST
    high: float = HIGHEST
    coarse_points: int = COARSE_POINTS
    fine_points: int = FINE_POINTS
    repeats: int = 3
    """Fresh seeds at the best rate and its neighbours."""
    seed: int = 0
    """Of the search; repeats use those after it."""

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high:
            raise ConfigError(f"The sweep goes from {self.low} to {self.high}; need 0 < low < high.")
        if self.coarse_points < 3 or self.fine_points < 0 or self.repeats < 2:
            raise ConfigError(
                f"coarse_points is {self.coarse_points}, fine_points {self.fine_points}, repeats {self.repeats}; need "
                "at least 3, 0 and 2."
            )


def run_sweep(measure: Measure, settings: SweepSettings, *, finished: CellFolder[Trial] | None = None) -> SweepResult:
    """Search coarsely, finely, repeat at the optimum, and conclude.

    Raises:
        DataError: Every training of the coarse search diverged.
    """

    def tried(rates: Sequence[float], seeds: Sequence[int]) -> tuple[Trial, ...]:
        return tuple(_trial(measure, rate, seed, finished) for seed in seeds for rate in rates)

    coarse = tried(log_spaced(settings.low, settings.high, settings.coarse_points), [settings.seed])
    fine = tried(fine_rates(coarse, count=settings.fine_points), [settings.seed])
    searched = (*coarse, *fine)
    fresh = range(settings.seed + 1, settings.seed + 1 + settings.repeats)
    repeated = tried((best_trial(searched).rate, *neighbours_of(searched)), fresh)
    return conclude(coarse, fine, repeated)


def _trial(measure: Measure, rate: float, seed: int, finished: CellFolder[Trial] | None) -> Trial:
    def make() -> Trial:
        loss = measure(rate, seed)
        logger.info("rate %.3e, seed %d: %s", rate, seed, "diverged" if math.isinf(loss) else f"loss {loss:.5f}")
        return Trial(rate=rate, seed=seed, loss=loss)

    return make() if finished is None else finished.get(f"rate-{rate:.6e}-seed-{seed}", make)
