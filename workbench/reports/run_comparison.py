"""A comparison of runs as one ZIP file: a page to read, tables and curves to calculate with, and all of it as JSON.

The names of the files inside are fixed, so nothing that a person typed becomes a path. The same runs
give the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from redheart_core.runs.axes import Axis
from redheart_core.runs.notes import RunNotes
from redheart_core.runs.watching import Look
from workbench.charts.panels_svg import panel_svg
from workbench.copy import UiLanguage, say
from workbench.reports.comparison_page import comparison_page
from workbench.views.figure import Table
from workbench.views.panels import PanelsView
from workbench.views.run_comparison import curves_view, full_metrics_table, metrics_table, run_label, settings_table
from workbench.views.run_list import moment, state_text
from workbench.views.visible import visible_text

FILE_NAME = "run-comparison.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP file knows: when it was packed is not part of the result."""
_CSV_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in the old code page of their country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """A run and what people wrote about it."""

    look: Look
    notes: RunNotes


def comparison_zip(runs: Sequence[ComparedRun], series: Sequence[str], axis: Axis, language: UiLanguage) -> bytes:
    """Return everything that the page shows of a comparison.

    Args:
        runs: In the order of the page.
        series: Names of the curves that are drawn.
        axis: What they are drawn over.
        language: Of the words.
    """
    looks = [run.look for run in runs]
    curves = curves_view(looks, series, axis, language)
    described, settings = _runs_table(runs, language), settings_table(looks, language)
    metrics = full_metrics_table(looks, language)
    files = {
        "runs.csv": _csv(described),
        "best-validation.csv": _csv(metrics),
        "settings.csv": _csv(settings),
        "comparison.json": _json(runs, (described, metrics, settings), curves, axis),
    }
    if curves is not None:
        files["curves.csv"] = _csv(curves.table)
        files |= {f"figure-{place}.svg": panel_svg(curves, panel) for place, panel in enumerate(curves.panels, 1)}
    files["index.html"] = comparison_page(
        curves, runs=described, metrics=metrics_table(looks, language), settings=settings, files=tuple(sorted(files)),
        language=language,
    )  # fmt: skip
    return _packed(files)


def _packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return buffer.getvalue()


def _csv(table: Table) -> str:
    return _CSV_MARK + table.to_csv()


def _runs_table(runs: Sequence[ComparedRun], language: UiLanguage) -> Table:
    names = ("run", "id", "state", "steps", "planned", "begun", "tags", "note", "command")
    rows = tuple(
        (
            run_label(place, run.look.facts.name),
            run.look.folder.run_id,
            state_text(run.look.status.shown, language),
            run.look.status.step,
            run.look.status.planned_steps,
            moment(run.look.facts.created_s, UTC),
            visible_text(", ".join(run.notes.tags)),
            visible_text(run.notes.note),
            visible_text(run.look.facts.command),
        )
        for place, run in enumerate(runs)
    )
    return Table(name="runs", columns=tuple(say(f"comparison.column.{name}", language) for name in names), rows=rows)


def _json(runs: Sequence[ComparedRun], tables: Sequence[Table], curves: PanelsView | None, axis: Axis) -> str:
    content = {
        "runs": [
            {
                "id": run.look.folder.run_id, "name": run.look.facts.name, "note": run.notes.note,
                "tags": list(run.notes.tags), "command": run.look.facts.command, "state": run.look.status.shown.value,
                "steps": run.look.status.step, "created_s": run.look.facts.created_s,
                "settings": dict(run.look.facts.settings),
            }
            for run in runs
        ],
        "axis": axis.value,
        "tables": {table.name: json.loads(table.to_json()) for table in tables},
        "curves": [] if curves is None else json.loads(curves.table.to_json()),
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2)
