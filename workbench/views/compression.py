"""What adapters, pruning and distillation cost: size and held-out metric before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, say
from workbench.views.figure import Table
from workbench.views.measured import decimal, full_table, number, text

MILLION = 1_000_000


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
        summary=Table(name="compression", columns=columns, rows=tuple(_row(row) for row in measurement.rows)),
        table=full_table("compression", measurement),
        notes=measurement.notes,
    )


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
