"""Regret as a 7 × 3 heat table with the numbers in its cells."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views import numbers
from workbench.views.regret import RegretView


def regret_chart(view: RegretView, colours: Palette) -> go.Figure:
    """Draw the view. Shade runs from paper at 0 to ink at 1 on every page; the numbers say the rest."""
    figure = go.Figure(
        go.Heatmap(
            z=view.values,
            x=list(range(len(view.column_labels))),
            y=list(range(len(view.row_labels))),
            zmin=0.0,
            zmax=1.0,
            colorscale=[[0.0, colours.paper], [1.0, colours.ink]],
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
        )
    )
    for i, line in enumerate(view.values):
        for j, value in enumerate(line):
            figure.add_annotation(
                x=j, y=i, text=numbers.score(value), showarrow=False,
                font={"size": SMALL_SIZE, "color": colours.paper if value > 0.55 else colours.ink},
            )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(view.column_labels))), ticktext=[literal(t) for t in view.column_labels],
        side="top", showgrid=False, zeroline=False, fixedrange=True,
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(view.row_labels))), ticktext=[beside(t) for t in view.row_labels],
        autorange="reversed", showgrid=False, zeroline=False, fixedrange=True,
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
    return framed(figure, colours, height=38 * len(view.row_labels) + 44, row_labels=view.row_labels)
