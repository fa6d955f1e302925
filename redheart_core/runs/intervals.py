"""How far a validation metric may be off because few rows were looked at: 95 % intervals that need no resampling.

A share of rows gets Wilson's score interval; a correlation that of Fisher's transformation. Both take rows for
independent draws, and neither knows that the best of many validations was chosen: that adds optimism, not width.
Other metrics (macro-F1, mean errors) have none here: theirs depends on each row's answers, which are not kept.

Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference"; Fisher 1921, "On the
probable error of a coefficient of correlation deduced from a small sample".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

LEVEL = 0.95
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
_GROUPS = re.compile(r"exact match, groups of (\d+)")
_LEAST_FOR_CORRELATION = 4


class IntervalKind(StrEnum):
    """How an interval was made."""

    WILSON = "wilson"
    FISHER = "fisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricInterval:
    """A 95 % interval of one metric."""

    kind: IntervalKind
    low: float
    high: float


def metric_interval(name: str, value: float, num_rows: int) -> MetricInterval | None:
    """Return the interval of a metric by its name, or None where there is no simple one.

    Args:
        name: As recorded, for instance "accuracy", "exact match, groups of 4", "Pearson r, valence".
        value: What was measured.
        num_rows: Rows that it was measured on.
    """
    if not math.isfinite(value) or num_rows < 1:
        return None
    groups = _GROUPS.fullmatch(name)
    if groups is not None:
        return wilson(value, num_rows // int(groups[1]))
    if "accuracy" in name:
        return wilson(value, num_rows)
    return fisher(value, num_rows) if name.startswith("Pearson r") else None


def wilson(share: float, count: int) -> MetricInterval | None:
    """Return the interval of a share of ``count`` rows; None without any."""
    if count < 1 or not 0.0 <= share <= 1.0:
        return None
    weight = _Z * _Z / count
    centre = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * math.sqrt(share * (1 - share) / count + weight / (4 * count))
    return MetricInterval(kind=IntervalKind.WILSON, low=max(0.0, centre - half), high=min(1.0, centre + half))


def fisher(correlation: float, count: int) -> MetricInterval | None:
    """Return the interval of a correlation over ``count`` rows; None where there are too few or it is perfect."""
    if count < _LEAST_FOR_CORRELATION or abs(correlation) >= 1.0:
        return None
    half = _Z / math.sqrt(count - 3)
    centre = math.atanh(correlation)
    return MetricInterval(kind=IntervalKind.FISHER, low=math.tanh(centre - half), high=math.tanh(centre + half))
