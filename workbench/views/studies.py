"""Learned parts against the rules beside them: which does better, and which is therefore used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import Table
from workbench.views.measured import decimal, full_table, number, text


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """One comparison of learned parts with rules."""

    name: str
    finding: str
    summary: Table
    table: Table
    notes: tuple[str, ...]


def study_view(name: str, measurement: Measurement, language: UiLanguage) -> StudyView:
    """Lay out a recorded comparison."""
    keys = ("part", "metric", "rule", "learned", "difference", "used")
    rows = tuple(_row(row, language) for row in measurement.rows)
    used = [text(row, "default") for row in measurement.rows]
    return StudyView(
        name=name,
        finding=say(
            "machinery.study.finding", language, rules=str(used.count("rule")), learned=str(used.count("learned"))
        ),
        summary=Table(name=name, columns=tuple(say(f"machinery.study.{key}", language) for key in keys), rows=rows),
        table=full_table(name, measurement),
        notes=measurement.notes,
    )


def _row(row: Mapping[str, Scalar], language: UiLanguage) -> tuple[str, ...]:
    low, high = number(row, "low"), number(row, "high")
    interval = "" if low is None or high is None else f" ({decimal(low, 3)}–{decimal(high, 3)})"
    return (
        _part_name(text(row, "part"), language),
        f"{text(row, 'metric')}, {text(row, 'unit')}".strip(", "),
        decimal(number(row, "rule"), 3),
        decimal(number(row, "learned"), 3),
        f"{decimal(number(row, 'difference'), 3)}{interval}",
        say(f"machinery.study.{text(row, 'default') or 'none'}", language),
    )


def _part_name(name: str, language: UiLanguage) -> str:
    key = f"machinery.part.{name}"
    return say(key, language) if key in catalogue() else name
