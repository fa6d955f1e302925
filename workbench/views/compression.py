"""What adapters, pruning and distillation cost: size and held-out metric before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, say
from workbench.views.figure import Table
from workbench.views.measured import decimal, full_table, number, text, worded_notes

MILLION = 1_000_000
DETAILS = ("arousal", "dominance", "stand-in", "missed", "mean difference")
"""Words in the names of second metrics of one trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionView:
    """Every phase of compression, measured."""

    summary: Table
    table: Table
    notes: tuple[str, ...]


def compression_view(measurement: Measurement, language: UiLanguage) -> CompressionView:
    """Lay out the recorded phases."""
    keys = ("phase", "metric", "parameters", "trainable", "before", "after")
    columns = tuple(say(f"machinery.compression.{key}", language) for key in keys)
    return CompressionView(
        summary=Table(name="compression", columns=columns, rows=tuple(map(_row, filter(_is_main, measurement.rows)))),
        table=full_table("compression", measurement),
        notes=worded_notes(measurement.notes, language),
    )


def _is_main(row: Mapping[str, Scalar]) -> bool:
    """Return whether a row is among those shown first; every other one is in the table."""
    return not any(word in text(row, "metric") for word in DETAILS)


def _row(row: Mapping[str, Scalar]) -> tuple[str, ...]:
    return (
        f"{text(row, 'phase')}: {text(row, 'setting')}",
        text(row, "metric"),
        _millions(number(row, "parameters")),
        _millions(number(row, "trainable")),
        decimal(number(row, "before"), 3),
        decimal(number(row, "after"), 3),
    )


def _millions(count: float | None) -> str:
    return "–" if count is None else f"{count / MILLION:.2f} M"
