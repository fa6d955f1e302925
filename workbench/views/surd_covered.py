"""How often the intervals of a decomposition held the truth where it was known."""

from __future__ import annotations

from collections.abc import Iterable

from redheart_core.measurements import Measurement
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.labels import listing

KINDS = ("redundant", "unique", "synergistic")
NOTHING = 1e-3
"""Bits. Where the sources tell nothing at all, intervals start at 0 and so hold it as often as they like."""


def covered_sentence(measurement: Measurement | None, language: UiLanguage) -> str:
    """Say in how many of all draws intervals held the truth, from the worst case to the best; empty if not measured."""
    if measurement is None:
        return ""
    totals = _shares(measurement, ("total",))
    kinds = _shares(measurement, KINDS)
    sizes = dict.fromkeys(int(str(row["samples"])) for row in measurement.rows)
    return say(
        "surd.covered", language, level=numbers.percent(float(str(measurement.facts["nominal"]))),
        systems=str(len({row["system"] for row in measurement.rows})),
        samples=listing((numbers.count(size) for size in sizes), language),
        runs=numbers.count(min(int(str(row["runs"])) for row in measurement.rows)),
        total_low=numbers.percent(min(totals)), total_high=numbers.percent(max(totals)),
        kind_low=numbers.percent(min(kinds)), kind_high=numbers.percent(max(kinds)),
    )  # fmt: skip


def _shares(measurement: Measurement, names: Iterable[str]) -> list[float]:
    return [
        float(str(row[f"covered_{name}"]))
        for name in names
        for row in measurement.rows
        if float(str(row["truth_total"])) >= NOTHING
    ]
