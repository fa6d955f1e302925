"""Differences as dots with their intervals about one zero line, one row each."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views.ablation import AblationView

_SYMBOLS = {"helps": "circle", "hurts": "x"}
"""An open circle stands for what the interval leaves undecided."""


def effects_chart(view: AblationView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one technique, the most helpful at the top; x is a difference of scores."""
    labels = [effect.label for effect in view.effects]
    figure = go.Figure()
    figure.add_scatter(
        x=[effect.difference for effect in view.effects],
        y=[-place for place in range(len(labels))],
        mode="markers",
        marker={
            "size": 10, "color": colours.ink, "line": {"width": 1.5, "color": colours.ink},
            "symbol": [_SYMBOLS.get(effect.verdict, "circle-open") for effect in view.effects],
        },
        error_x={
            "type": "data", "symmetric": False, "color": colours.muted, "thickness": 1.5, "width": 4,
            "array": [effect.high - effect.difference for effect in view.effects],
            "arrayminus": [effect.difference - effect.low for effect in view.effects],
        },
        customdata=[[literal(effect.label), effect.low, effect.high] for effect in view.effects],
        hovertemplate="%{customdata[0]}: %{x:+.4f} (%{customdata[1]:+.4f}, %{customdata[2]:+.4f})<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(
        title={"text": literal(view.axis_label), "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        gridcolor=colours.faint, zeroline=True, zerolinecolor=colours.ink, fixedrange=True, nticks=6,
        tickfont={"size": SMALL_SIZE, "color": colours.muted},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=[-place for place in range(len(labels))], ticktext=[beside(label) for label in labels],
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, range=[-len(labels) + 0.4, 0.6], showgrid=False,
        zeroline=False, fixedrange=True,
    )  # fmt: skip
    figure = framed(figure, colours, height=34 * len(labels) + 84, row_labels=labels)
    figure.update_layout(margin_b=48)
    return figure
