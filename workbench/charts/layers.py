"""Six weight layers as a waterfall from the base to the weighted score."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal, unit_axis
from workbench.views import numbers
from workbench.views.layers import LayerBar, LayersView


def layers_chart(view: LayersView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one layer, the base at the top; x is the score, 0 to 1."""
    figure = go.Figure()
    _add_total(figure, view.base, 0, colours)
    for position, bar in enumerate(view.bars, start=1):
        _add_bar(figure, bar, -position, colours)
    last = len(view.bars) + 1
    _add_total(figure, view.final, -last, colours)
    labels = [view.base_label, *(f"{bar.label} ×{bar.factor:.2f}" for bar in view.bars), view.final_label]
    figure.update_xaxes(unit_axis(colours, view.axis_label))
    figure.update_yaxes(
        tickvals=[-i for i in range(len(labels))],
        ticktext=[beside(label) for label in labels],
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
        range=[-last - 0.6, 0.6],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    return framed(figure, colours, height=36 * len(labels) + 60, row_labels=labels)


def _add_total(figure: go.Figure, value: float, y: float, colours: Palette) -> None:
    figure.add_bar(
        x=[value],
        y=[y],
        orientation="h",
        width=0.5,
        marker={"color": colours.rule, "line": {"color": colours.ink, "width": 1}},
        text=[f" {numbers.score(value)}"],
        textposition="outside",
        textfont={"size": SMALL_SIZE, "color": colours.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _add_bar(figure: go.Figure, bar: LayerBar, y: float, colours: Palette) -> None:
    rises = bar.change >= 0
    figure.add_scatter(
        x=[bar.start, bar.start], y=[y + 0.75, y + 0.25], mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_bar(
        x=[bar.change],
        base=[bar.start],
        y=[y],
        orientation="h",
        width=0.5,
        marker={
            "color": colours.raises if rises else colours.lowers,
            "line": {"color": colours.raises if rises else colours.lowers, "width": 1.5},
        },
        hovertemplate=f"{literal(bar.reason)}<extra></extra>",
    )
    figure.add_annotation(
        x=max(bar.start, bar.end), y=y, text=numbers.signed(bar.change), showarrow=False, xanchor="left",
        xshift=6, font={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
