"""Whether scores of a concept differ from those of random concepts: t-tests that count shared texts only once.

Directions are fitted again and again to halves of the same texts, so their scores are not independent, and an ordinary
t-test finds almost every second set of random texts significant. The variance of a mean is therefore corrected for what
the fits share.

Source: Nadeau and Bengio 2003, "Inference for the generalization error", Machine Learning 52: variance times
(1/J + texts held out / texts fitted), where the second is one for halves; Welch 1947 for unequal variances.

Dimensions: J fits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HELD_OUT_OVER_FITTED = 1.0
_MOST_TERMS = 300
_TINY = 1e-300
_PRECISION = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class TTest:
    """A two-sided test."""

    statistic: float
    """Difference of means over its standard error; infinite where nothing varies and the means differ."""
    degrees: float
    """Degrees of freedom."""
    p_value: float


def against_random(scores_J: Sequence[float], random_J: Sequence[float]) -> TTest:
    """Test whether the mean score of a concept is that of random concepts.

    Args:
        scores_J: Of fits to halves of the same texts.
        random_J: Of fits to two random sets each. What two of them share has either sign, so they count as independent.

    Raises:
        ValueError: There are fewer than two scores on a side.
    """
    other = _variance(random_J) / len(random_J)
    difference = _mean(scores_J) - _mean(random_J)
    return _test(difference, ((_variance_of_mean(scores_J), len(scores_J) - 1), (other, len(random_J) - 1)))


def above_chance(accuracies_J: Sequence[float], *, chance: float = 0.5) -> float:
    """Return the one-sided p-value of the mean accuracy on the other halves against ``chance``.

    Raises:
        ValueError: There are fewer than two accuracies.
    """
    test = _test(_mean(accuracies_J) - chance, ((_variance_of_mean(accuracies_J), len(accuracies_J) - 1),))
    return test.p_value / 2.0 if test.statistic > 0 else 1.0 - test.p_value / 2.0


def two_sided_p(statistic: float, degrees: float) -> float:
    """Return the probability that Student's t lies at least this far from zero."""
    if math.isinf(statistic):
        return 0.0
    square = statistic * statistic
    return _incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + square), square / (degrees + square))


def _test(difference: float, parts: Sequence[tuple[float, int]]) -> TTest:
    """Divide by the root of the summed variances; degrees by Welch and Satterthwaite."""
    total = math.fsum(variance for variance, _ in parts)
    if total == 0.0:
        statistic = math.copysign(math.inf, difference) if difference else 0.0
        return TTest(statistic=statistic, degrees=1.0, p_value=0.0 if difference else 1.0)
    degrees = total * total / math.fsum(variance * variance / count for variance, count in parts)
    statistic = difference / math.sqrt(total)
    return TTest(statistic=statistic, degrees=degrees, p_value=two_sided_p(statistic, degrees))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _variance_of_mean(values: Sequence[float]) -> float:
    """Return the variance of a mean over fits to halves of the same texts."""
    return _variance(values) * (1.0 / len(values) + HELD_OUT_OVER_FITTED)


def _variance(values: Sequence[float]) -> float:
    if len(values) < 2:
        raise ValueError(f"A test needs at least two scores on each side, not {len(values)}.")
    mean = _mean(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Return the regularised incomplete beta function; the fraction converges fast on the side of x that is used.

    ``rest`` is 1 - x, given apart: where x is nearly one, the difference would have lost its digits.
    """
    if x <= 0.0 or rest <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, rest, x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(log_front) / a * _continued_fraction(a, b, x)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate 1/(1 + d1/(1 + d2/(1 + …))) by Lentz' method (Abramowitz and Stegun 1964, 26.5.8)."""
    numerator, denominator, value = 1.0, 0.0, 1.0
    for place in range(1, _MOST_TERMS):
        term = _coefficient(a, b, x, place)
        denominator = 1.0 / _away_from_zero(1.0 + term * denominator)
        numerator = _away_from_zero(1.0 + term / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1.0) < _PRECISION:
            break
    return 1.0 / value


def _coefficient(a: float, b: float, x: float, place: int) -> float:
    half, odd = divmod(place, 2)
    if odd:
        return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1.0))
    return half * (b - half) * x / ((a + 2 * half - 1.0) * (a + 2 * half))


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
