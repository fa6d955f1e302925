"""Options × three views: dumbbells with the score's interval, and the independent band beside them."""

from __future__ import annotations

import plotly.graph_objects as go

from redheart_core.vocabulary.bentham import View
from workbench.charts.theme import (
    SMALL_SIZE,
    VIEW_COLOURS,
    VIEW_SYMBOLS,
    Palette,
    blank_axis,
    framed,
    literal,
    unit_axis,
)
from workbench.views import numbers
from workbench.views.scores import ScoreRow, ScoresView

_ROW = 118
_LANE = {"label": 0.36, "views": 0.12, "band": -0.1, "score": -0.32}
"""Height of each lane above the middle of an option's row, in rows."""


def scores_chart(view: ScoresView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one option, the first at the top; x is the score, 0 to 1."""
    figure = go.Figure()
    for position, row in enumerate(view.rows):
        middle = -float(position)
        _add_views(figure, row, middle + _LANE["views"], view, colours)
        _add_band(figure, row, middle + _LANE["band"], view, colours)
        _add_score(figure, row, middle + _LANE["score"], view, colours)
        figure.add_annotation(
            x=0, y=middle + _LANE["label"], text=literal(row.label), showarrow=False,
            xanchor="left", font={"color": colours.ink},
        )  # fmt: skip
    figure.update_xaxes(unit_axis(colours, view.axis_label))
    figure.update_yaxes({**blank_axis(), "range": [-len(view.rows) + 0.45, 0.6]})
    _add_key(figure, view, colours)
    return framed(figure, colours, height=_ROW * len(view.rows) + 96, keyed=True)


def _add_views(figure: go.Figure, row: ScoreRow, y: float, view: ScoresView, colours: Palette) -> None:
    ends = [row.views[View.PESSIMISTIC], row.views[View.OPTIMISTIC]]
    figure.add_scatter(
        x=ends, y=[y, y], mode="lines", line={"color": colours.muted, "width": 2}, hoverinfo="skip", showlegend=False
    )
    for kind in View:
        figure.add_scatter(
            x=[row.views[kind]],
            y=[y],
            mode="markers",
            marker={"symbol": VIEW_SYMBOLS[kind], "size": 13, "color": VIEW_COLOURS[kind]},
            hovertemplate=f"{view.view_labels[kind]} {numbers.score(row.views[kind])}<extra></extra>",
            showlegend=False,
        )


def _add_band(figure: go.Figure, row: ScoreRow, y: float, view: ScoresView, colours: Palette) -> None:
    low, high = row.band
    figure.add_scatter(
        x=[low, high],
        y=[y, y],
        mode="lines",
        line={"color": VIEW_COLOURS[View.REALISTIC], "width": 10},
        opacity=0.5,
        hovertemplate=f"{view.band_label} {numbers.span(low, high)}<extra></extra>",
        showlegend=False,
    )


def _add_score(figure: go.Figure, row: ScoreRow, y: float, view: ScoresView, colours: Palette) -> None:
    low, high = row.interval
    figure.add_scatter(
        x=[row.ethical],
        y=[y],
        mode="markers+text",
        marker={"symbol": "diamond", "size": 11, "color": colours.ink},
        error_x={
            "type": "data", "symmetric": False, "array": [high - row.ethical], "arrayminus": [row.ethical - low],
            "color": colours.ink, "thickness": 1.5, "width": 6,
        },
        text=[numbers.interval(row.ethical, low, high)],
        textposition="bottom center",
        textfont={"size": SMALL_SIZE, "color": colours.ink},
        cliponaxis=False,
        hovertemplate=f"{view.score_label} {numbers.interval(row.ethical, low, high)}<extra></extra>",
        showlegend=False,
    )  # fmt: skip


def _add_key(figure: go.Figure, view: ScoresView, colours: Palette) -> None:
    """Name the marks once, above the rows, each beside its own symbol."""
    for kind in reversed(tuple(View)):
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=view.view_labels[kind], showlegend=True,
            marker={"symbol": VIEW_SYMBOLS[kind], "size": 11, "color": VIEW_COLOURS[kind]},
        )  # fmt: skip
    figure.add_scatter(
        x=[None], y=[None], mode="lines", name=view.band_label, showlegend=True, opacity=0.5,
        line={"color": VIEW_COLOURS[View.REALISTIC], "width": 10},
    )  # fmt: skip
    figure.add_scatter(
        x=[None], y=[None], mode="markers", name=view.score_label, showlegend=True,
        marker={"symbol": "diamond", "size": 10, "color": colours.ink},
    )  # fmt: skip
