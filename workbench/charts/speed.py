"""Time of one passage in each variant as dots with their range, against the limit."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views.measured import milliseconds
from workbench.views.precision import SpeedView


def speed_chart(view: SpeedView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one variant, the first at the top; x is milliseconds from zero."""
    figure = go.Figure()
    figure.add_scatter(
        x=[dot.median_ms for dot in view.dots],
        y=[-position for position in range(len(view.dots))],
        mode="markers+text",
        marker={"size": 12, "color": colours.ink},
        text=[milliseconds(dot.median_ms) for dot in view.dots],
        textposition="top center",
        textfont={"size": SMALL_SIZE, "color": colours.ink},
        error_x={
            "type": "data", "symmetric": False, "color": colours.muted, "thickness": 1.5, "width": 4,
            "array": [dot.high_ms - dot.median_ms for dot in view.dots],
            "arrayminus": [dot.median_ms - dot.low_ms for dot in view.dots],
        },
        cliponaxis=False,
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_vline(
        x=view.limit_ms, line={"color": colours.muted, "dash": "dash", "width": 1},
        annotation={"text": literal(view.limit_label), "font": {"size": SMALL_SIZE, "color": colours.muted}},
        annotation_position="top",
    )  # fmt: skip
    largest = max(view.limit_ms, *(dot.high_ms for dot in view.dots))
    labels = [dot.label for dot in view.dots]
    figure.update_xaxes(
        range=[0, 1.06 * largest], gridcolor=colours.faint, zeroline=True, zerolinecolor=colours.muted, fixedrange=True,
        title={"text": literal(view.axis_label), "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        tickfont={"size": SMALL_SIZE, "color": colours.muted},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=[-position for position in range(len(labels))], ticktext=[beside(label) for label in labels],
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, range=[-len(labels) + 0.4, 0.9], showgrid=False,
        zeroline=False, fixedrange=True,
    )  # fmt: skip
    figure = framed(figure, colours, height=56 * len(labels) + 90, row_labels=labels)
    figure.update_layout(margin_t=28)
    return figure
