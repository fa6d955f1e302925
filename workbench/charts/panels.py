"""Panels of curves, one above the other over one axis: a line of means inside a band from lowest to highest."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, framed, literal
from workbench.views.labels import display_width
from workbench.views.panels import LineView, PanelsView, PanelView, Role

PANEL_HEIGHT, TALL_HEIGHT = 150, 300
"""Pixels of one among several, and of one of a few."""
_FEW = 2
_NOTE_LINES = 6
_LEAST_EXPONENT = 6
"""Numbers of fewer digits are written out: 80,000 and 0.0001."""
_GAP, _LINE = 34, 15
"""Pixels between two panels, room for the title of the lower one, and of each further line of it."""
_TITLE_WIDTH = 38
"""Letters that a line of a panel's title holds; a Hangul syllable counts as two."""
_LEAST_SPAN, _SPAN_AT_ZERO = 0.02, 0.1
"""Reach of a linear axis, in units of its largest value and where all is zero: what hardly moves looks as if it did."""
ROLE_COLOURS: dict[Role, str] = {
    "first": "#0072B2", "second": "#D55E00", "third": "#009E73", "fourth": "#CC79A7", "fifth": "#E69F00",
    "sixth": "#56B4E9",
}  # fmt: skip
ROLE_DASHES = {"first": "solid", "second": "dash", "third": "dot", "fourth": "dashdot", "fifth": "longdash"}
"""Besides its colour every run has a dash of its own."""
_SYMBOLS = {"first": "circle", "second": "diamond", "third": "triangle-up", "fourth": "square", "fifth": "cross"}


def panels_chart(
    view: PanelsView, panels: tuple[PanelView, ...], colours: Palette, *, keyed: bool = False
) -> go.Figure:
    """Draw some panels of a view, the first at the top; x is the view's axis, shared by all.

    Args:
        view: What the panels belong to.
        panels: Those to draw, at least one.
        colours: Greys of the page.
        keyed: Whether the lines are named above the drawing.
    """
    figure = go.Figure()
    height = TALL_HEIGHT if len(view.panels) <= _FEW else PANEL_HEIGHT
    further = _LINE * max(len(_title_lines(panel.title)) - 1 for panel in panels)
    gap = _GAP + further
    inner = len(panels) * height + (len(panels) - 1) * gap
    for place, panel in enumerate(panels):
        top = 1 - place * (height + gap) / inner
        _add_panel(figure, panel, place, (max(0.0, top - height / inner), top), colours)
    if view.is_log_axis:
        figure.update_xaxes(type="log", exponentformat="power", dtick=1)
    bottom = _name("x", len(panels) - 1)
    figure.update_layout(
        {
            bottom: {
                "showticklabels": True,
                "title": {"text": literal(view.axis_label), "font": _font(colours), "standoff": 6},
            }
        }
    )
    figure = framed(figure, colours, height=inner + further + 92, keyed=keyed)
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": (58 if keyed else 28) + further, "b": 50}, dragmode="zoom", hovermode="closest",
        legend={"y": 1.0, "yref": "container", "yanchor": "top"},
    )  # fmt: skip
    return figure


def _add_panel(figure: go.Figure, panel: PanelView, place: int, domain: tuple[float, float], colours: Palette) -> None:
    x, y = _axis("x", place), _axis("y", place)
    for line in panel.lines:
        _add_band(figure, line, x, y, colours)
    for line in panel.lines:
        _add_line(figure, line, x, y, colours, keyed=place == 0)
    if panel.best is not None:
        figure.add_scatter(
            x=[panel.best[0]], y=[panel.best[1]], xaxis=x, yaxis=y, mode="markers", showlegend=False,
            marker={"symbol": "diamond", "size": 11, "color": colours.ink}, hoverinfo="skip",
        )  # fmt: skip
    for level in panel.levels:
        figure.add_shape(
            type="line", xref=f"{x} domain", yref=y, x0=0, x1=1, y0=level.y, y1=level.y,
            line={"color": colours.muted, "width": 1, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            xref=f"{x} domain", yref=y, x=1, y=level.y, text=literal(level.note), showarrow=False, xanchor="right",
            yanchor="bottom", font=_font(colours),
        )  # fmt: skip
    for mark in panel.marks:
        figure.add_shape(
            type="line", xref=x, yref=f"{y} domain", x0=mark.x, x1=mark.x, y0=0, y1=1,
            line={"color": colours.ink, "width": 1, "dash": "dot"},
        )  # fmt: skip
    if panel.marks:  # a line cannot be hovered over, so its note hangs on an unseen point at its foot
        figure.add_scatter(
            x=[mark.x for mark in panel.marks], y=[_lowest(panel)] * len(panel.marks), xaxis=x, yaxis=y, mode="markers",
            marker={"symbol": "triangle-up", "size": 9, "color": colours.ink}, showlegend=False,
            customdata=[[_on_lines(mark.note)] for mark in panel.marks],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )  # fmt: skip
    figure.add_annotation(
        xref=f"{x} domain", yref=f"{y} domain", x=0, y=1, yshift=4, showarrow=False, xanchor="left",
        yanchor="bottom", align="left", font={"size": SMALL_SIZE, "color": colours.ink},
        text="<br>".join(literal(line) for line in _title_lines(panel.title)),
    )  # fmt: skip
    axes = {_name("x", place): _x_axis(place, colours), _name("y", place): _y_axis(panel, domain, colours)}
    figure.update_layout(axes | {_name("x", place): axes[_name("x", place)] | {"anchor": y}})
    figure.update_layout({_name("y", place): {"anchor": x}})


def _add_band(figure: go.Figure, line: LineView, x: str, y: str, colours: Palette) -> None:
    if line.shape in ("points", "dots") or all(each.low == each.high for each in line.stretches):
        return
    xs = [(each.start + each.end) / 2 for each in line.stretches]
    figure.add_scatter(
        x=[*xs, *reversed(xs)],
        y=[*(each.high for each in line.stretches), *(each.low for each in reversed(line.stretches))],
        xaxis=x, yaxis=y, mode="lines", fill="toself", fillcolor=_colour(line.role, colours), opacity=0.16,
        line={"width": 0}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _add_line(figure: go.Figure, line: LineView, x: str, y: str, colours: Palette, *, keyed: bool) -> None:
    joined = "lines+markers" if line.shape == "points" or len(line.stretches) == 1 else "lines"
    figure.add_scatter(
        x=[(each.start + each.end) / 2 for each in line.stretches],
        y=[each.mean for each in line.stretches],
        xaxis=x, yaxis=y, name=literal(line.name), legendgroup=literal(line.name), showlegend=keyed,
        mode="markers" if line.shape == "dots" else joined,
        line={
            "color": _colour(line.role, colours), "width": 1.8, "shape": "hv" if line.shape == "step" else "linear",
            "dash": "dash" if line.is_dashed else ROLE_DASHES.get(line.role, "solid"),
        },
        marker={
            "size": 8 if line.shape == "dots" else 6, "color": _colour(line.role, colours),
            "symbol": _SYMBOLS.get(line.role, "circle"),
        },
        hovertemplate=f"{literal(line.name)}: %{{y:.4g}} (%{{x:,.4~g}})<extra></extra>",
    )  # fmt: skip


def _title_lines(title: str) -> tuple[str, ...]:
    """Return a title in lines that fit over a narrow panel, broken where it has a colon and else at spaces."""
    if display_width(title) <= _TITLE_WIDTH:
        return (title,)
    return tuple(line for part in title.split(": ") for line in _wrapped(part))


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and display_width(joined) > _TITLE_WIDTH:
            lines.append(word)
        else:
            lines[-1:] = [joined]
    return lines


def _widened(panel: PanelView) -> list[float] | None:
    """Return a reach of the axis for values that hardly differ, None where Plotly's own will do."""
    if panel.is_log or panel.starts_at_zero:
        return None
    values = [value for line in panel.lines for each in line.stretches for value in (each.low, each.high)]
    values += [level.y for level in panel.levels]
    if not values or not all(math.isfinite(value) for value in values):
        return None
    low, high = min(values), max(values)
    least = _LEAST_SPAN * max(abs(low), abs(high)) or _SPAN_AT_ZERO
    middle = (low + high) / 2
    return None if high - low >= least else [middle - least, middle + least]


def _lowest(panel: PanelView) -> float:
    return min((each.low for line in panel.lines for each in line.stretches), default=0.0)


def _on_lines(note: str) -> str:
    """Return the first lines of a note for a box that cannot scroll."""
    lines = note.split("\n")
    shown = [literal(line) for line in lines[:_NOTE_LINES]]
    return "<br>".join(shown + (["…"] if len(lines) > _NOTE_LINES else []))


def _colour(role: Role, colours: Palette) -> str:
    if role == "ink":
        return colours.ink
    return colours.muted if role == "muted" else ROLE_COLOURS[role]


def _x_axis(place: int, colours: Palette) -> dict[str, object]:
    axis: dict[str, object] = {
        "gridcolor": colours.faint, "zeroline": False, "tickfont": _font(colours), "nticks": 6, "ticks": "",
        "fixedrange": False, "showticklabels": False,
    }  # fmt: skip
    return axis if place == 0 else axis | {"matches": "x"}


def _y_axis(panel: PanelView, domain: tuple[float, float], colours: Palette) -> dict[str, object]:
    return {
        "domain": list(domain), "gridcolor": colours.faint, "zeroline": panel.starts_at_zero,
        "zerolinecolor": colours.muted, "tickfont": _font(colours), "nticks": 5, "fixedrange": True,
        "type": "log" if panel.is_log else "linear", "rangemode": "tozero" if panel.starts_at_zero else "normal",
        "exponentformat": "power" if panel.is_log else "e", "dtick": 1 if panel.is_log else None,
        "minexponent": _LEAST_EXPONENT, "separatethousands": True, "range": _widened(panel),
    }  # fmt: skip


def _font(colours: Palette) -> dict[str, object]:
    return {"size": SMALL_SIZE, "color": colours.muted}


def _axis(letter: str, place: int) -> str:
    return letter if place == 0 else f"{letter}{place + 1}"


def _name(letter: str, place: int) -> str:
    return f"{letter}axis" if place == 0 else f"{letter}axis{place + 1}"
