"""The parts by set of sources as a drawing of its own, for papers and slides: SVG without script or reference."""

from __future__ import annotations

import html

from redheart_core.explain.surd import TermKind
from workbench.charts.surd_bars import placed, reach
from workbench.charts.theme import FONT, LIGHT, TERM_COLOURS, Palette
from workbench.views import numbers
from workbench.views.labels import display_width
from workbench.views.surd_bars import Segment, SetRow, SurdBarsView

_WIDTH, _LEFT, _RIGHT = 860, 20, 80
_ROW, _BAR, _TOP, _FOOT, _COLUMN = 46, 16, 128, 52, 8
_INTERVAL_Y = {TermKind.REDUNDANT: 0.25, TermKind.UNIQUE: 0.5, TermKind.SYNERGISTIC: 0.75}
"""How far down a bar its interval lies, as a share of its height."""


def surd_svg(view: SurdBarsView, footer: str, colours: Palette = LIGHT) -> str:
    """Return the bars as SVG.

    Args:
        view: What is drawn.
        footer: Population, counts and settings, in one line.
        colours: Of paper and ink; those of the light page by default.
    """
    height = _TOP + _ROW * len(view.rows) + _FOOT
    scale = (_WIDTH - _LEFT - _RIGHT) / reach(view)
    rows = "".join(_row(row, place, scale, view, colours) for place, row in enumerate(view.rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="{html.escape(FONT)}" font-size="14" fill="{colours.ink}">'
        f"<title>{_text(view.text.alt)}</title><defs>{_patterns(colours)}</defs>"
        f'<rect width="100%" height="100%" fill="{colours.paper}"/>'
        f'<text x="{_LEFT}" y="34" font-size="18" font-weight="650">{_text(view.text.title)}</text>'
        f'<text x="{_LEFT}" y="60" font-size="13" fill="{colours.muted}">{_text(view.text.subtitle)}</text>'
        f"{_key(view, colours)}"
        f'<line x1="{_LEFT}" x2="{_LEFT}" y1="{_TOP - 18}" y2="{height - _FOOT + 4}" stroke="{colours.ink}"/>'
        f'{rows}<text x="{_LEFT}" y="{height - 18}" font-size="13" fill="{colours.muted}">{_text(footer)}</text>'
        "</svg>\n"
    )


def _row(row: SetRow, place: int, scale: float, view: SurdBarsView, colours: Palette) -> str:
    y = _TOP + _ROW * place
    label = f'<text x="{_LEFT + 6}" y="{y}">{_text(row.label)}{" ≈" if row.is_flagged else ""}</text>'
    parts = "".join(_part(part, start, y + 7, scale, colours) for start, part in placed(row))
    ends = [start + max(part.value, part.high or 0.0) for start, part in placed(row)]
    value = numbers.percent(row.length) if view.is_share else numbers.short(row.length)
    return f'{label}{parts}<text x="{_LEFT + max(ends) * scale + 8:.1f}" y="{y + 20}" font-size="13">{value}</text>'


def _part(part: Segment, start: float, y: float, scale: float, colours: Palette) -> str:
    x = _LEFT + start * scale
    bar = (
        f'<rect x="{x:.1f}" y="{y}" width="{part.value * scale:.1f}" height="{_BAR}" fill="url(#{part.kind.value})" '
        f'stroke="{colours.ink}" stroke-width="0.5"/>'
    )
    if part.low is None or part.high is None:
        return bar
    low, high, middle = x + part.low * scale, x + part.high * scale, y + _BAR * _INTERVAL_Y[part.kind]
    ends = "".join(f"M{end:.1f} {middle - 3:.1f}v6" for end in (low, high))
    return f'{bar}<path d="M{low:.1f} {middle:.1f}H{high:.1f}{ends}" stroke="{colours.ink}" stroke-width="1.5"/>'


def _key(view: SurdBarsView, colours: Palette) -> str:
    x, items = float(_LEFT), ""
    for kind, label in view.kind_labels.items():
        items += (
            f'<rect x="{x}" y="78" width="14" height="14" fill="url(#{kind.value})" stroke="{colours.ink}" '
            f'stroke-width="0.5"/><text x="{x + 20}" y="90" font-size="13">{_text(label)}</text>'
        )
        x += 48 + _COLUMN * display_width(label)
    return items


def _patterns(colours: Palette) -> str:
    marks = {
        TermKind.REDUNDANT: "",
        TermKind.UNIQUE: f'<circle cx="3" cy="3" r="1" fill="{colours.paper}"/>',
        TermKind.SYNERGISTIC: f'<path d="M0 6L6 0" stroke="{colours.paper}" stroke-width="1.5"/>',
    }
    return "".join(
        f'<pattern id="{kind.value}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{TERM_COLOURS[kind]}"/>{mark}</pattern>'
        for kind, mark in marks.items()
    )


def _text(words: str) -> str:
    return html.escape(words, quote=True)
