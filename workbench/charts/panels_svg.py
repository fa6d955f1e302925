"""Panels of curves as a drawing of its own: an SVG without script or outside reference."""

from __future__ import annotations

import html

from workbench.charts.panels import ROLE_COLOURS, ROLE_DASHES
from workbench.charts.theme import FONT, LIGHT
from workbench.views import numbers
from workbench.views.panels import LineView, PanelsView, PanelView

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 860, 260, 76, 34, 40
_SVG_DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3", "longdash": "11 4"}


def panel_svg(view: PanelsView, panel: PanelView) -> str:
    """Draw the means of the curves of one panel over the axis of its view, on a linear scale.

    Args:
        view: What the panel belongs to.
        panel: With at least one point.
    """
    xs = [(each.start + each.end) / 2 for line in panel.lines for each in line.stretches]
    ys = [each.mean for line in panel.lines for each in line.stretches]
    x_range, y_range = _range(xs), _range(ys)
    curves = "".join(_curve(line, x_range, y_range) for line in panel.lines)
    right, bottom = _WIDTH - 16, _HEIGHT - _FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="{html.escape(FONT)}" font-size="13" fill="{LIGHT.ink}">'
        f"<title>{html.escape(view.text.alt)}</title>"
        f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>'
        f'<text x="{_LEFT}" y="20">{html.escape(panel.title)}</text>'
        f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="{LIGHT.muted}"/>{curves}'
        f'<text x="{_LEFT - 8}" y="{_TOP + 10}" text-anchor="end">{numbers.short(y_range[1])}</text>'
        f'<text x="{_LEFT - 8}" y="{bottom}" text-anchor="end">{numbers.short(y_range[0])}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 20}">{numbers.short(x_range[0])}</text>'
        f'<text x="{right}" y="{_HEIGHT - 20}" text-anchor="end">{numbers.short(x_range[1])}</text>'
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 20}" text-anchor="middle">{html.escape(view.axis_label)}</text>'
        "</svg>"
    )


def _curve(line: LineView, x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    points = " ".join(
        f"{_place((each.start + each.end) / 2, x_range, _LEFT, _WIDTH - 16):.1f},"
        f"{_place(each.mean, y_range, _HEIGHT - _FOOT, _TOP):.1f}"
        for each in line.stretches
    )
    colour = ROLE_COLOURS.get(line.role, LIGHT.ink)
    dash = _SVG_DASHES[ROLE_DASHES.get(line.role, "solid")]
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dash}">'
        f"<title>{html.escape(line.name)}</title></polyline>"
    )


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(value: float, bounds: tuple[float, float], start: float, end: float) -> float:
    return start + (end - start) * (value - bounds[0]) / (bounds[1] - bounds[0])
