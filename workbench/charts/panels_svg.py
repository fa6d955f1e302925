"""One panel of curves as a drawing of its own: an SVG without script or outside reference."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.charts.panels import ROLE_COLOURS, ROLE_DASHES
from workbench.charts.theme import FONT, LIGHT, SMALL_SIZE, Palette
from workbench.views import numbers
from workbench.views.labels import display_width
from workbench.views.panels import LineView, PanelsView, PanelView, Role

WIDE, NARROW = 860, 380
"""Widths of a drawing for a page and for a telephone, in the units of its letters."""
_LEFT, _RIGHT, _PLOT, _FOOT = 58, 14, 240, 48
_TITLE, _KEY_ROW = 26, 22
_SAMPLE, _COLUMN = 34, 8
"""Width of a piece of line in the key, and of half a Hangul letter."""
_SVG_DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3", "longdash": "11 4"}
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Where values lie along one side of the drawing."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def place(self, value: float) -> float:
        """Return the place of a value; one outside lies on the nearer edge."""
        low, high, at = (math.log10(v) if self.is_log else v for v in (self.low, self.high, max(value, self.low)))
        return self.start + (self.end - self.start) * (min(at, high) - low) / (high - low)


def panel_svg(view: PanelsView, panel: PanelView, *, width: int = WIDE, colours: Palette = LIGHT) -> str:
    """Draw the curves of one panel with their bands and a key, over the axis of its view.

    Args:
        view: What the panel belongs to.
        panel: With at least one point. Its marks and levels are not drawn.
        width: In the units of its letters, which are ``SMALL_SIZE`` high.
        colours: Of paper and ink; those of the light page by default.
    """
    key, rows = _key(panel.lines, width, colours)
    top = _TITLE + rows * _KEY_ROW + 14
    bottom = top + _PLOT
    x_scale = _x_scale(view, width)
    y_scale = _y_scale(panel, top, bottom)
    drawn = "".join(_band(line, x_scale, y_scale, colours) for line in panel.lines)
    drawn += "".join(_curve(line, x_scale, y_scale, colours) for line in panel.lines)
    middle = (x_scale.start + x_scale.end) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + _FOOT}" role="img" '
        f'font-family="{html.escape(FONT)}" font-size="{SMALL_SIZE}" fill="{colours.ink}">'
        f"<title>{html.escape(f'{panel.title}. {view.text.alt}')}</title>"
        f'<rect width="100%" height="100%" fill="{colours.paper}"/>'
        f'<text x="0" y="18" font-weight="650">{html.escape(panel.title)}</text>{key}'
        f"{_grid(x_scale, y_scale, colours)}{drawn}"
        f'<text x="{middle:.1f}" y="{bottom + 42}" text-anchor="middle" fill="{colours.muted}">'
        f"{html.escape(view.axis_label)}</text></svg>\n"
    )


def ticks(low: float, high: float, *, is_log: bool = False) -> tuple[float, ...]:
    """Return round values between two: powers of ten where there are two of them, else steps of 1, 2 or 5."""
    if is_log:
        powers = tuple(10.0**n for n in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1))
        if len(powers) > 1:
            return powers
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    return tuple(n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1))


def _x_scale(view: PanelsView, width: int) -> _Scale:
    """Return the axis that all panels of a view share, as they do on a page."""
    lines = (line for panel in view.panels for line in panel.lines)
    low, high = _bounds(_middle(line, place) for line in lines for place in range(len(line.stretches)))
    return _Scale(low=low, high=high, start=_LEFT, end=width - _RIGHT)


def _y_scale(panel: PanelView, top: float, bottom: float) -> _Scale:
    values = [value for line in panel.lines for each in line.stretches for value in (each.low, each.high)]
    is_log = panel.is_log and any(value > 0 for value in values)
    low, high = _bounds(value for value in values if value > 0 or not is_log)
    if is_log:
        return _Scale(low=low, high=high, start=bottom, end=top, is_log=True)
    room = (high - low) * 0.04
    return _Scale(low=low - room, high=high + room, start=bottom, end=top)


def _bounds(values: Iterable[float]) -> tuple[float, float]:
    known = sorted(values)
    low, high = known[0], known[-1]
    return (low, high) if high > low else (low * 0.9, high * 1.1) if low > 0 else (low - 0.5, high + 0.5)


def _middle(line: LineView, place: int) -> float:
    return (line.stretches[place].start + line.stretches[place].end) / 2


def _grid(x: _Scale, y: _Scale, colours: Palette) -> str:
    across = "".join(
        f'<path d="M{x.start} {y.place(v):.1f}H{x.end}" stroke="{colours.faint}"/>'
        f'<text x="{x.start - 8}" y="{y.place(v) + 4:.1f}" text-anchor="end" fill="{colours.muted}">{_number(v)}</text>'
        for v in ticks(y.low, y.high, is_log=y.is_log)
    )
    along = "".join(
        f'<path d="M{x.place(v):.1f} {y.end}V{y.start}" stroke="{colours.faint}"/>'
        f'<text x="{x.place(v):.1f}" y="{y.start + 20}" text-anchor="middle" fill="{colours.muted}">{_number(v)}</text>'
        for v in ticks(x.low, x.high)
    )
    return f'{across}{along}<path d="M{x.start} {y.start}H{x.end}" stroke="{colours.muted}"/>'


def _number(value: float) -> str:
    return numbers.count(round(value)) if value == round(value) else numbers.short(value).rstrip("0")


def _band(line: LineView, x: _Scale, y: _Scale, colours: Palette) -> str:
    if all(each.low == each.high for each in line.stretches):
        return ""
    places = range(len(line.stretches))
    upper = [_point(x, y, _middle(line, i), line.stretches[i].high) for i in places]
    lower = [_point(x, y, _middle(line, i), line.stretches[i].low) for i in reversed(places)]
    return f'<polygon points="{" ".join(upper + lower)}" fill="{_colour(line.role, colours)}" fill-opacity="0.16"/>'


def _curve(line: LineView, x: _Scale, y: _Scale, colours: Palette) -> str:
    points = [_point(x, y, _middle(line, i), each.mean) for i, each in enumerate(line.stretches)]
    colour = _colour(line.role, colours)
    name = f"<title>{html.escape(line.name)}</title>"
    if len(points) == 1:
        cx, cy = points[0].split(",")
        return f'<circle cx="{cx}" cy="{cy}" r="4" fill="{colour}">{name}</circle>'
    return f'<polyline points="{" ".join(points)}" {_stroke(line, colour)}>{name}</polyline>'


def _key(lines: Sequence[LineView], width: int, colours: Palette) -> tuple[str, int]:
    """Return the names of the lines beside a piece of each, and how many rows they take."""
    drawn, x, row = "", 0, 0
    for line in lines:
        taken = _SAMPLE + _COLUMN * display_width(line.name) + 20
        if x and x + taken > width:
            x, row = 0, row + 1
        y = _TITLE + row * _KEY_ROW + 12
        drawn += (
            f'<path d="M{x} {y}h26" {_stroke(line, _colour(line.role, colours))}/>'
            f'<text x="{x + _SAMPLE}" y="{y + 4}">{html.escape(line.name)}</text>'
        )
        x += taken
    return drawn, row + 1


def _stroke(line: LineView, colour: str) -> str:
    dash = _SVG_DASHES[ROLE_DASHES.get(line.role, "solid")]
    return f'fill="none" stroke="{colour}" stroke-width="1.8"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _colour(role: Role, colours: Palette) -> str:
    return ROLE_COLOURS.get(role, colours.ink)


def _point(x: _Scale, y: _Scale, at: float, value: float) -> str:
    return f"{x.place(at):.1f},{y.place(value):.1f}"
