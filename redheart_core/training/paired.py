"""Differences between two ways of training, paired by seed, with the interval that so few seeds allow.

Source of the interval: Student 1908, "The probable error of a mean"; quantiles as tabulated, checked in the tests.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
_T = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
)  # fmt: skip
"""Quantiles at 0.975 for 1 to 20 degrees of freedom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The mean of paired differences and its t-interval at ``LEVEL``."""

    mean: float
    low: float
    high: float
    num_pairs: int

    @property
    def is_above_zero(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0


def t_quantile(degrees: int) -> float:
    """Return the quantile at 0.975 of Student's t; beyond the table that of its last entry, which is a little wide.

    Raises:
        ValueError: There are no degrees of freedom.
    """
    if degrees < 1:
        raise ValueError(f"An interval needs at least two values, not {degrees + 1}.")
    return _T[min(degrees, len(_T)) - 1]


def mean_difference(differences: Sequence[float]) -> Difference:
    """Return the mean with its interval.

    The interval assumes that differences vary normally over seeds; with three seeds nothing can show whether they do.

    Raises:
        ValueError: There are fewer than two differences.
    """
    count = len(differences)
    quantile = t_quantile(count - 1)
    mean = statistics.fmean(differences)
    half = quantile * statistics.stdev(differences) / math.sqrt(count)
    return Difference(mean=mean, low=mean - half, high=mean + half, num_pairs=count)


def pooled_deviation(groups: Sequence[Sequence[float]]) -> float:
    """Return the standard deviation within groups; 0 where no group has two values."""
    degrees = sum(len(group) - 1 for group in groups if group)
    if not degrees:
        return 0.0
    squares = sum((value - statistics.fmean(group)) ** 2 for group in groups if group for value in group)
    return math.sqrt(squares / degrees)
