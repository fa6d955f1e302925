"""The page to read in the file of a comparison: one HTML file without script, font or image from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict

from workbench.charts.panels_svg import NARROW, WIDE, panel_svg
from workbench.charts.theme import DARK, FONT, LIGHT
from workbench.copy import UiLanguage, say
from workbench.views.figure import Table
from workbench.views.panels import PanelsView
from workbench.views.visible import visible_html

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_DARK_GREYS = "".join(
    f'svg [fill="{grey}"],svg[fill="{grey}"]{{fill:{asdict(DARK)[name]}}}'
    f'svg [stroke="{grey}"]{{stroke:{asdict(DARK)[name]}}}'
    for name, grey in asdict(LIGHT).items()
    if name not in ("raises", "lowers")
)
"""Paper and ink of the drawings on a dark page; the colours of the runs stay."""
_STYLE = f"""
:root {{ color-scheme: light dark; --ink: {LIGHT.ink}; --muted: {LIGHT.muted}; --rule: {LIGHT.rule}; }}
body {{ max-width: 54rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; color: var(--ink); background: {LIGHT.paper};
  font: 16px/1.6 {FONT}; word-break: keep-all; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }}
h1, h2 {{ font-weight: 650; line-height: 1.35; letter-spacing: -.01em; margin: 2.75rem 0 .75rem; }}
h1 {{ font-size: 1.75rem; margin-top: 0; }} h2 {{ font-size: 1.25rem; }}
p, dl {{ max-width: 44rem; margin: .5rem 0; }} .quiet {{ color: var(--muted); font-size: .9375rem; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; font-size: .9375rem; }}
dt {{ color: var(--muted); }} dd {{ margin: 0; white-space: pre-wrap; }}
.run {{ border-top: 1px solid var(--rule); padding: .75rem 0; }} .run h3 {{ font-size: 1rem; margin: 0 0 .5rem; }}
.scroll {{ overflow-x: auto; }} table {{ border-collapse: collapse; font-size: .9375rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem 1.25rem .4rem 0; border-bottom: 1px solid var(--rule);
  overflow-wrap: normal; }} thead th {{ border-bottom-color: var(--muted); font-weight: 650; }}
tbody th {{ font-weight: 400; }} td {{ min-width: 9rem; }}
svg {{ width: 100%; height: auto; display: block; margin: 1.25rem 0; }}
.narrow {{ display: none; }} .rh-unseen {{ border: 1px solid var(--rule); font-size: .8125rem; }}
@media (max-width: 40rem) {{ .wide {{ display: none; }} .narrow {{ display: block; }} }}
@media screen and (prefers-color-scheme: dark) {{
  :root {{ --ink: {DARK.ink}; --muted: {DARK.muted}; --rule: {DARK.rule}; }} body {{ background: {DARK.paper}; }}
  {_DARK_GREYS} }}
"""


def comparison_page(
    curves: PanelsView | None,
    *,
    runs: Table,
    metrics: Table,
    settings: Table,
    files: Sequence[str],
    language: UiLanguage,
) -> str:
    """Return the page; what a person typed cannot add a tag to it.

    Args:
        curves: What is drawn; None where no run has any of the chosen curves.
        runs: One per row, its name first.
        metrics: Best development values with their intervals.
        settings: Where they differ.
        files: Names of the files beside the page.
        language: Of the words.
    """
    title = say("comparison.export.title", language)
    parts = [f"<h1>{html.escape(title)}</h1>", *_figures(curves, language)]
    parts += [_heading("comparison.heading.metrics", language), _table_or("no_metrics", metrics, language)]
    if metrics.rows:
        parts.append(_quiet(say("comparison.heading.intervals", language)))
    parts += [_heading("comparison.heading.settings", language), _table_or("same", settings, language)]
    parts += [_heading("comparison.export.runs", language), *(_run(runs, row) for row in range(len(runs.rows)))]
    parts += [_heading("comparison.export.files", language), _files(files, language)]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _figures(curves: PanelsView | None, language: UiLanguage) -> list[str]:
    if curves is None:
        return [f"<p>{html.escape(say('comparison.no_loss', language))}</p>"]
    drawings = [
        f'<div class="{kind}">{panel_svg(curves, panel, width=width)}</div>'
        for panel in curves.panels
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    ]
    return [f'<h2 dir="auto">{visible_html(curves.text.title)}</h2>', _quiet(curves.text.subtitle), *drawings]


def _heading(key: str, language: UiLanguage) -> str:
    return f"<h2>{html.escape(say(key, language))}</h2>"


def _quiet(text: str) -> str:
    return f'<p class="quiet">{html.escape(text)}</p>'


def _table_or(missing: str, table: Table, language: UiLanguage) -> str:
    if not table.rows:
        return f"<p>{html.escape(say(f'comparison.heading.{missing}', language))}</p>"
    head = "".join(f'<th scope="col">{visible_html(column)}</th>' for column in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{visible_html(str(first))}</th>'
        f"{''.join(f'<td>{visible_html(str(cell))}</td>' for cell in others)}</tr>"
        for first, *others in table.rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _run(runs: Table, place: int) -> str:
    """Return one run as its name and a list of what is known; what nobody wrote is left out."""
    name, *cells = runs.rows[place]
    known = "".join(
        f'<dt>{visible_html(column)}</dt><dd dir="auto">{visible_html(str(cell))}</dd>'
        for column, cell in zip(runs.columns[1:], cells, strict=True)
        if cell not in ("", None)
    )
    return f'<div class="run"><h3 dir="auto">{visible_html(str(name))}</h3><dl>{known}</dl></div>'


def _files(files: Sequence[str], language: UiLanguage) -> str:
    rows = "".join(
        f"<dt>{name}</dt><dd>{html.escape(say(f'comparison.export.file.{_kind(name)}', language))}</dd>"
        for name in files
    )
    return f"<dl>{rows}</dl>"


def _kind(name: str) -> str:
    return "figure" if name.startswith("figure-") else name.partition(".")[0].replace("-", "_")
