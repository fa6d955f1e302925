"""Learned parts against the rules beside them: which does better, and which is therefore used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from redheart_core.measurements import Measurement, Scalar
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import Table
from workbench.views.measured import decimal, full_table, number, text, worded_notes

DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """One comparison of learned parts with rules."""

    name: str
    finding: str
    summary: Table
    table: Table
    notes: tuple[str, ...]


def study_view(name: str, measurement: Measurement, language: UiLanguage) -> StudyView:
    """Lay out a recorded comparison: the rows over all tasks as a reader takes them in, every row in the table."""
    shown = [row for row in measurement.rows if row.get("task", "all") == "all"]
    outcome = "better" if "better" in shown[0] else "default"
    keys = ("part", "metric", "rule", "learned", "difference", outcome)
    columns = tuple(say(f"machinery.study.{key}", language) for key in keys)
    return StudyView(
        name=name,
        finding=_finding(outcome, [text(row, outcome) for row in shown if row.get("decides", True)], language),
        summary=Table(name=name, columns=columns, rows=tuple(_rows(shown, language))),
        table=full_table(name, measurement),
        notes=worded_notes(measurement.notes, language),
    )


def _finding(outcome: str, said: list[str], language: UiLanguage) -> str:
    counts = {name: str(said.count(name)) for name in ("rule", "learned")}
    if outcome == "default":
        return say("machinery.study.finding_default", language, **counts)
    return say("machinery.study.finding_better", language, **counts, neither=str(said.count("neither")))


def _rows(rows: Sequence[Mapping[str, Scalar]], language: UiLanguage) -> Iterator[tuple[str, ...]]:
    """Yield a line per comparison; the modules of which one after the other was missing share a line."""
    for (_, comparison), group in groupby(rows, key=lambda row: (row.get("part"), row.get("comparison"))):
        members = list(group)
        if comparison is not None and len(members) > 1:
            yield _over_modules(members, language)
        else:
            yield from (_row(row, language) for row in members)


def _over_modules(rows: Sequence[Mapping[str, Scalar]], language: UiLanguage) -> tuple[str, ...]:
    first = {name: value for name, value in rows[0].items() if name != "missing"}
    rule, learned = (_mean(rows, name) for name in ("with_rule", "learned"))
    count = sum(text(row, "better") == "learned" for row in rows)
    part = _part(first, language)[:-1] + ", " + say("machinery.study.modules", language, count=str(len(rows))) + ")"
    return (
        part,
        _measure(first, language),
        decimal(rule, DIGITS),
        decimal(learned, DIGITS),
        decimal(rule - learned, DIGITS),
        say("machinery.study.of", language, count=str(count), total=str(len(rows))),
    )


def _mean(rows: Sequence[Mapping[str, Scalar]], name: str) -> float:
    return sum(number(row, name) or 0.0 for row in rows) / len(rows)


def _row(row: Mapping[str, Scalar], language: UiLanguage) -> tuple[str, ...]:
    rule = number(row, "with_rule") if "with_rule" in row else number(row, "rule")
    learned = number(row, "learned")
    difference = None if rule is None or learned is None else rule - learned
    low, high = number(row, "low"), number(row, "high")
    interval = "" if low is None or high is None else f" ({decimal(low, DIGITS)} – {decimal(high, DIGITS)})"
    return (
        _part(row, language),
        _measure(row, language),
        decimal(rule, DIGITS),
        decimal(learned, DIGITS),
        f"{decimal(difference, DIGITS)}{interval}",
        say(f"machinery.study.{text(row, 'better') or text(row, 'default')}", language),
    )


def _part(row: Mapping[str, Scalar], language: UiLanguage) -> str:
    """Name the part, and what was done with it where one part was compared in several ways."""
    name = _said("part", text(row, "part") or text(row, "system"), language)
    beside = [_said("comparison", text(row, "comparison"), language), text(row, "missing"), text(row, "width")]
    shown = ", ".join(each for each in beside if each)
    return f"{name} ({shown})" if shown else name


def _measure(row: Mapping[str, Scalar], language: UiLanguage) -> str:
    names = (text(row, "unit"),) if "comparison" in row else (text(row, "metric"), text(row, "unit"))
    return ", ".join(_said("unit", name, language) for name in dict.fromkeys(names) if name)


def _said(group: str, name: str, language: UiLanguage) -> str:
    key = f"machinery.{group}.{name}"
    return say(key, language) if key in catalogue() else name
