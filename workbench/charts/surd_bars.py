"""Bars by set of sources: redundant, unique and synergistic parts stacked, each with its interval, names above."""

from __future__ import annotations

import plotly.graph_objects as go

from redheart_core.explain.surd import TermKind
from workbench.charts.theme import (
    SMALL_SIZE,
    TERM_COLOURS,
    TERM_PATTERNS,
    Palette,
    framed,
    literal,
)
from workbench.views.surd_bars import Segment, SetRow, SurdBarsView

_ROW_PX = 52
_BAR = 0.36
"""Height of a bar, where a row is 1."""
_LABEL_Y = 0.40
"""A name stands so far above the middle of its bar."""
_APART = 0.09
"""Intervals of a redundant and a synergistic part lie so far above and below the middle, so that both can be read."""
_INTERVAL_Y = {TermKind.REDUNDANT: _APART, TermKind.UNIQUE: 0.0, TermKind.SYNERGISTIC: -_APART}


def surd_bars_chart(view: SurdBarsView, colours: Palette) -> go.Figure:
    """Draw the view. One bar per set, the largest on top; x is bits, or the share of the total."""
    figure = go.Figure()
    for kind in TermKind:
        _add_parts(figure, view, kind, colours)
    for kind in TermKind:
        _add_intervals(figure, view, kind, colours)
    for position, row in enumerate(view.rows):
        figure.add_annotation(
            x=0, y=_LABEL_Y - position, text=_label(row, colours), showarrow=False, xanchor="left", xshift=2,
            font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
    figure.update_xaxes(bits_axis(colours, view.axis_label, reach(view)), tickformat=".0%" if view.is_share else None)
    figure.update_yaxes(visible=False, range=[0.4 - len(view.rows), 0.68], fixedrange=True)
    figure.update_layout(barmode="overlay")
    return framed(figure, colours, height=_ROW_PX * len(view.rows) + 100, keyed=True)


def part_marker(kind: TermKind, colours: Palette) -> dict[str, object]:
    """Return the colour and the pattern of a kind of part."""
    return {
        "color": TERM_COLOURS[kind],
        "line": {"color": colours.ink, "width": 0.5},
        "pattern": {
            "shape": TERM_PATTERNS[kind], "size": 6, "solidity": 0.3, "fillmode": "overlay", "fgcolor": colours.paper,
        },
    }  # fmt: skip


def bits_axis(colours: Palette, title: str, longest: float) -> dict[str, object]:
    """Return an axis from 0 to what is longest, with a little room behind it."""
    return {
        "range": [-0.01 * longest, 1.06 * longest],
        "title": {"text": title, "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        "gridcolor": colours.faint,
        "zeroline": True,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "nticks": 6,
        "tickfont": {"size": SMALL_SIZE, "color": colours.muted},
        "fixedrange": True,
    }


def reach(view: SurdBarsView) -> float:
    """Return how far the longest bar or interval goes."""
    ends = [row.length for row in view.rows]
    ends += [start + (part.high or 0.0) for row in view.rows for start, part in placed(row)]
    return max(ends, default=1.0) or 1.0


def placed(row: SetRow) -> list[tuple[float, Segment]]:
    """Return the parts of a row with where each begins."""
    starts = [sum(part.value for part in row.segments[:place]) for place in range(len(row.segments))]
    return list(zip(starts, row.segments, strict=True))


def _add_parts(figure: go.Figure, view: SurdBarsView, kind: TermKind, colours: Palette) -> None:
    found = [
        (start, part, -float(position))
        for position, row in enumerate(view.rows)
        for start, part in placed(row)
        if part.kind is kind
    ]
    if not found:
        return
    figure.add_bar(
        base=[start for start, _, _ in found],
        x=[part.value for _, part, _ in found],
        y=[y for _, _, y in found],
        orientation="h",
        width=_BAR,
        name=view.kind_labels[kind],
        showlegend=True,
        marker=part_marker(kind, colours),
        hovertext=[literal(part.hover) for _, part, _ in found],
        hoverinfo="text",
    )


def _add_intervals(figure: go.Figure, view: SurdBarsView, kind: TermKind, colours: Palette) -> None:
    """Draw each interval from where its part begins; what begins at 0 has an upper end only."""
    for position, row in enumerate(view.rows):
        for start, part in placed(row):
            if part.kind is not kind or part.low is None or part.high is None:
                continue
            y = -position + (_INTERVAL_Y[kind] if len(row.segments) > 1 else 0.0)
            add_whisker(figure, (start + part.low, start + part.high), y, colours)


def add_whisker(figure: go.Figure, ends: tuple[float, float], y: float, colours: Palette) -> None:
    """Draw an interval in ink on a strip of paper, so that it is seen on every colour."""
    for colour, width in ((colours.paper, 4.5), (colours.ink, 1.5)):
        figure.add_scatter(
            x=list(ends), y=[y, y], mode="lines+markers", line={"color": colour, "width": width},
            marker={"symbol": "line-ns", "size": 8, "line": {"color": colour, "width": width}},
            hoverinfo="skip", showlegend=False, cliponaxis=False,
        )  # fmt: skip


def _label(row: SetRow, colours: Palette) -> str:
    flag = " ≈" if row.is_flagged else ""
    return f'{literal(row.label)}{flag}  <span style="color:{colours.muted}">{literal(row.values)}</span>'
