"""Two curves of an output while words are taken, each over the faded band that random maps reach."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, framed, literal
from workbench.views.removal import RemovalCurve, RemovalView

_WITHOUT, _ONLY = "#D55E00", "#0072B2"


def removal_chart(view: RemovalView, colours: Palette) -> go.Figure:
    """Draw the view. x is the number of words taken or left, y the output; circles without, squares with only."""
    figure = go.Figure()
    _add_band(figure, view, view.without, _WITHOUT)
    _add_band(figure, view, view.only, _ONLY)
    _add_curve(figure, view, view.without, _WITHOUT, "circle", "solid")
    _add_curve(figure, view, view.only, _ONLY, "square", "dash")
    axis = {
        "gridcolor": colours.faint, "zeroline": False, "fixedrange": True,
        "tickfont": {"size": SMALL_SIZE, "color": colours.muted},
    }  # fmt: skip
    title = {"size": SMALL_SIZE, "color": colours.muted}
    figure.update_xaxes(
        **axis, tickvals=list(view.num_words), title={"text": view.words_axis, "standoff": 8, "font": title}
    )
    figure.update_yaxes(
        **axis, title={"text": literal(view.value_axis), "standoff": 8, "font": title}, automargin=True
    )  # fmt: skip
    return framed(figure, colours, height=340, keyed=True)


def _add_band(figure: go.Figure, view: RemovalView, curve: RemovalCurve, colour: str) -> None:
    figure.add_scatter(
        x=[*view.num_words, *reversed(view.num_words)], y=[*curve.high, *reversed(curve.low)],
        fill="toself", fillcolor=colour, opacity=0.16, line={"width": 0}, mode="lines", hoverinfo="skip",
        name=f"{view.band_label}: {curve.label}", showlegend=False,
    )  # fmt: skip


def _add_curve(
    figure: go.Figure, view: RemovalView, curve: RemovalCurve, colour: str, symbol: str, dash: str
) -> None:  # fmt: skip
    figure.add_scatter(
        x=view.num_words, y=curve.values, mode="lines+markers", name=curve.label,
        line={"color": colour, "width": 2, "dash": dash}, marker={"symbol": symbol, "size": 9, "color": colour},
        hovertemplate=f"{curve.label} %{{x}}: %{{y:.3g}}<extra></extra>", showlegend=True,
    )  # fmt: skip
