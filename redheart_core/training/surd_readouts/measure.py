"""How far the taught outputs are from the estimator on texts that never taught them, beside what they must beat.

Two yardsticks: the constant, which says the mean of the teaching texts for every text, and the estimator's own standard
error, below which no pupil of it can be told apart from it. The standard error comes from a second ensemble of each
held-out text with other draws and other alterations: the two differ by the square root of two standard errors.

Dimensions: B held-out texts, Q = 4 outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.vocabulary.reading import OUTPUTS, Family

Floats = NDArray[np.float64]
NUM_BOOTSTRAP = 2_000
LEVEL = 0.95
_SEED = 20_250_826
ALL = "all four"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputError:
    """Errors of one output, or of all, as shares of the target's entropy."""

    output: str
    root_mean_square: float
    constant: float
    """The same of the constant predictor."""
    standard_error: float
    """Of the estimator itself."""
    explained: float
    """Share of the constant's squared error that is gone; below 0 the output is worse than the constant."""
    explained_low: float
    explained_high: float
    """Ends of its 95 % interval, texts resampled."""
    ceiling: float
    """What an output could explain at most, given the estimator's own error."""

    @property
    def beats_constant(self) -> bool:
        """Whether it is better than the constant beyond chance."""
        return self.explained_low > 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingReport:
    """What came of the teaching."""

    num_teaching: int
    num_held_out: int
    penalty: float
    means: tuple[float, ...]
    """What the constant says, by output."""
    errors: tuple[OutputError, ...]
    """By output, then all four together."""

    @property
    def overall(self) -> OutputError:
        """All four together."""
        return self.errors[-1]


def measured(
    said_BQ: Floats, wanted_BQ: Floats, repeated_BQ: Floats, *, means_Q: Floats, num_teaching: int, penalty: float
) -> TeachingReport:
    """Compare on held-out texts.

    Args:
        said_BQ: What the taught model says.
        wanted_BQ: What the estimator computed.
        repeated_BQ: What it computed a second time; NaN rows where it was not repeated.
        means_Q: Mean of the teaching texts.
        num_teaching: How many of those there were.
        penalty: That was chosen.
    """
    errors = (said_BQ - wanted_BQ) ** 2
    constant = (means_Q - wanted_BQ) ** 2
    twice_B = np.isfinite(repeated_BQ).all(axis=1)
    noise = (repeated_BQ[twice_B] - wanted_BQ[twice_B]) ** 2 / 2.0
    names = OUTPUTS[Family.SURD]
    rows = [
        _error(name, errors[:, [place]], constant[:, [place]], noise[:, [place]]) for place, name in enumerate(names)
    ]
    return TeachingReport(
        num_teaching=num_teaching,
        num_held_out=len(wanted_BQ),
        penalty=penalty,
        means=tuple(means_Q.tolist()),
        errors=(*rows, _error(ALL, errors, constant, noise)),
    )


def _error(name: str, errors_BK: Floats, constant_BK: Floats, noise_BK: Floats) -> OutputError:
    low, high = _interval(errors_BK.mean(axis=1), constant_BK.mean(axis=1))
    return OutputError(
        output=name,
        root_mean_square=float(np.sqrt(errors_BK.mean())),
        constant=float(np.sqrt(constant_BK.mean())),
        standard_error=float(np.sqrt(noise_BK.mean())) if noise_BK.size else float("nan"),
        explained=float(1.0 - errors_BK.mean() / constant_BK.mean()),
        explained_low=low,
        explained_high=high,
        ceiling=float(1.0 - noise_BK.mean() / constant_BK.mean()) if noise_BK.size else float("nan"),
    )


def _interval(errors_B: Floats, constant_B: Floats) -> tuple[float, float]:
    """Resample the texts; the same texts for the output and for the constant."""
    rng = np.random.default_rng(_SEED)
    drawn_RB = rng.integers(len(errors_B), size=(NUM_BOOTSTRAP, len(errors_B)))
    explained_R = 1.0 - errors_B[drawn_RB].mean(axis=1) / constant_B[drawn_RB].mean(axis=1)
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(explained_R, [tail, 1.0 - tail]).tolist()
    return float(low), float(high)


def verdict(report: TeachingReport) -> str:
    """Say in one sentence what the numbers mean."""
    beating = [error.output for error in report.errors[:-1] if error.beats_constant]
    failing = [error.output for error in report.errors[:-1] if not error.beats_constant]
    if not beating:
        return "No output is better than saying the mean for every text: read them as that mean and nothing more."
    if not failing:
        return "Every output is better than saying the mean for every text."
    return f"Better than saying the mean for every text: {', '.join(beating)}. Not better: {', '.join(failing)}."


def table(errors: Sequence[OutputError]) -> str:
    """Return the errors as a Markdown table."""
    rows = [
        f"| {error.output} | {error.root_mean_square:.3f} | {error.constant:.3f} | {error.standard_error:.3f} "
        f"| {error.explained:+.0%} ({error.explained_low:+.0%} to {error.explained_high:+.0%}) | {error.ceiling:.0%} |"
        for error in errors
    ]
    head = "| output | error (RMS) | constant | estimator's own standard error | explained (95 %) | at most |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])
