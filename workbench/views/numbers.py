"""How numbers are written in sentences: two digits, a true minus sign, intervals as 0.62 (0.55–0.70)."""

from __future__ import annotations

import math


def score(value: float) -> str:
    """Write a number of a scale from 0 to 1 (or -1 to 1) with two decimals."""
    if 0.0 < abs(value) < 0.005:
        return "<0.01" if value > 0 else ">−0.01"
    return f"{value + 0.0:.2f}".replace("-", "−")


def signed(value: float) -> str:
    """Write a difference with its sign; zero has none."""
    text = f"{abs(value):.2f}"
    if float(text) == 0.0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def short(value: float) -> str:
    """Write a number of any size with two significant digits; what is smaller than a millionth is zero."""
    size = abs(value)
    if size < 1e-6:
        return "0"
    decimals = max(0, 1 - math.floor(math.log10(size)))
    text = f"{size:.{decimals}f}" if decimals else f"{size:,.0f}"
    return text if value > 0 else f"−{text}"


def long(value: float) -> str:
    """Write a number with four significant digits, for sums that a reader may check."""
    size = abs(value)
    if size < 1e-6:
        return "0"
    text = f"{size:,.{max(0, 3 - math.floor(math.log10(size)))}f}"
    return text if value > 0 else f"−{text}"


def signed_short(value: float) -> str:
    """Write a difference of any size with its sign and two significant digits; zero has none."""
    text = short(value)
    return f"+{text}" if value > 0 and text != "0" else text


def interval(value: float, low: float, high: float) -> str:
    """Write a value with its interval, for instance ``0.62 (0.55–0.70)``."""
    return f"{score(value)} ({score(low)}–{score(high)})"


def span(low: float, high: float) -> str:
    """Write a range, for instance ``0.55–0.70``."""
    return f"{score(low)}–{score(high)}"


def percent(value: float) -> str:
    """Write a share as a whole percentage."""
    return f"{round(100 * value)}%"


def fine_percent(value: float) -> str:
    """Write a small share as a percentage with two significant digits, for instance ``0.34%``."""
    return f"{short(100 * value)}%"


def count(value: int) -> str:
    """Write a whole number with thousands separators."""
    return f"{value:,}"
