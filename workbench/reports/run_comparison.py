"""A comparison of runs as one ZIP file: a page to read, tables and curves to calculate with, and all of it as JSON.

The names of the files inside are fixed, so nothing that a person typed becomes a path. The same runs
give the same bytes.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redheart_core.runs.axes import Axis
from redheart_core.runs.notes import RunNotes
from redheart_core.runs.watching import Look
from workbench.charts.panels_svg import panel_svg
from workbench.copy import UiLanguage, say
from workbench.views.figure import Table
from workbench.views.panels import PanelsView
from workbench.views.run_comparison import curves_view, full_metrics_table, metrics_table, run_label, settings_table
from workbench.views.visible import visible_html, visible_text

FILE_NAME = "run-comparison.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP file knows: when it was packed is not part of the result."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{max-width:56rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 Pretendard,sans-serif;color:#1E1A15;"
    "background:#FBF8F2}table{border-collapse:collapse;font-size:15px;display:block;overflow-x:auto}"
    "th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #D8D0C1}"
    "td{white-space:pre-wrap;overflow-wrap:anywhere}svg{width:100%;height:auto}"
)


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
    settings, metrics = settings_table(looks, language), full_metrics_table(looks, language)
    described = _runs_table(runs, language)
    files = {
        "index.html": _page(runs, curves, (described, metrics_table(looks, language), settings), language),
        "runs.csv": described.to_csv(),
        "settings.csv": settings.to_csv(),
        "best-validation.csv": metrics.to_csv(),
        "comparison.json": _json(runs, (described, settings, metrics), curves, axis),
    }
    if curves is not None:
        files["curves.csv"] = curves.table.to_csv()
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


def _runs_table(runs: Sequence[ComparedRun], language: UiLanguage) -> Table:
    names = ("run", "id", "steps", "tags", "note")
    rows = tuple(
        (
            run_label(place, run.look.facts.name),
            run.look.folder.run_id,
            run.look.status.step,
            visible_text(", ".join(run.notes.tags)),
            visible_text(run.notes.note),
        )
        for place, run in enumerate(runs)
    )
    return Table(name="runs", columns=tuple(say(f"comparison.column.{name}", language) for name in names), rows=rows)


def _json(runs: Sequence[ComparedRun], tables: Iterable[Table], curves: PanelsView | None, axis: Axis) -> str:
    content = {
        "runs": [
            {
                "id": run.look.folder.run_id, "name": run.look.facts.name, "note": run.notes.note,
                "tags": list(run.notes.tags), "command": run.look.facts.command, "steps": run.look.status.step,
                "settings": dict(run.look.facts.settings),
            }
            for run in runs
        ],
        "axis": axis.value,
        "tables": {table.name: json.loads(table.to_json()) for table in tables},
        "curves": [] if curves is None else json.loads(curves.table.to_json()),
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


def _page(
    runs: Sequence[ComparedRun], curves: PanelsView | None, tables: tuple[Table, Table, Table], language: UiLanguage
) -> str:
    described, metrics, settings = tables
    title = say("comparison.export.title", language)
    parts = [f"<h1>{html.escape(title)}</h1>", _table(described)]
    if curves is not None:
        parts.append(f"<h2>{visible_html(curves.text.title)}</h2><p>{html.escape(curves.text.subtitle)}</p>")
        parts += [panel_svg(curves, panel) for panel in curves.panels]
    for heading, table, without in (("metrics", metrics, "no_metrics"), ("settings", settings, "same")):
        parts.append(f"<h2>{html.escape(say(f'comparison.heading.{heading}', language))}</h2>")
        empty = f"<p>{html.escape(say(f'comparison.heading.{without}', language))}</p>"
        parts.append(_table(table) if table.rows else empty)
    parts.append(f"<p>{html.escape(say('comparison.heading.intervals', language))}</p>")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{visible_html(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{visible_html(str(cell))}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
