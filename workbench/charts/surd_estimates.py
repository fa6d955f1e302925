"""Three estimates of each quantity as marks on one line, joined, so that their distance is what is seen."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.surd_bars import bits_axis
from workbench.charts.theme import SMALL_SIZE, Palette, framed, literal
from workbench.views import numbers
from workbench.views.surd_estimates import ESTIMATES, SurdEstimatesView

_SYMBOLS = {"plug_in": "circle", "miller_madow": "diamond-open", "null_subtracted": "line-ns-open"}
_ROW_PX = 46


def surd_estimates_chart(view: SurdEstimatesView, colours: Palette) -> go.Figure:
    """Draw the view. One line per quantity; x is bits."""
    figure = go.Figure()
    for position, row in enumerate(view.rows):
        values = [max(0.0, value) for value in row.values]
        figure.add_scatter(
            x=[min(values), max(values)], y=[-position, -position], mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": colours.rule, "width": 5},
        )  # fmt: skip
        figure.add_annotation(
            x=0, y=0.36 - position, text=literal(row.label), showarrow=False, xanchor="left", xshift=2,
            font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
    for place, name in enumerate(ESTIMATES):
        values = [max(0.0, row.values[place]) for row in view.rows]
        figure.add_scatter(
            x=values, y=[-position for position in range(len(view.rows))], mode="markers", name=view.labels[name],
            marker={"symbol": _SYMBOLS[name], "size": 12, "color": colours.ink, "line": {"width": 2}},
            hovertext=[f"{literal(view.labels[name])} {numbers.short(value)}" for value in values], hoverinfo="text",
            cliponaxis=False, showlegend=True,
        )  # fmt: skip
    longest = max(max(row.values) for row in view.rows)
    figure.update_xaxes(bits_axis(colours, view.axis_label, longest or 1.0))
    figure.update_yaxes(visible=False, range=[0.5 - len(view.rows), 0.6], fixedrange=True)
    return framed(figure, colours, height=_ROW_PX * len(view.rows) + 100, keyed=True)
