"""Planned and measured memory side by side, one pair of bars per kind."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views.memory_plan import MemoryPlanView


def memory_plan_chart(view: MemoryPlanView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one kind of memory, the first at the top; x is GiB."""
    figure = go.Figure()
    _add_bars(figure, view, planned=True, colours=colours)
    _add_bars(figure, view, planned=False, colours=colours)
    labels = [f"{bar.label} · {bar.place}" for bar in view.bars]
    largest = max(max(bar.planned_gib, bar.measured_gib or 0.0) for bar in view.bars)
    figure.update_xaxes(
        range=[0, 1.25 * largest],
        title={"text": literal(view.axis_label), "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        gridcolor=colours.faint, zeroline=True, zerolinecolor=colours.muted, fixedrange=True,
        tickfont={"size": SMALL_SIZE, "color": colours.muted},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=[-position for position in range(len(labels))], ticktext=[beside(label) for label in labels],
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, range=[-len(labels) + 0.4, 0.6], showgrid=False,
        zeroline=False, fixedrange=True,
    )  # fmt: skip
    figure = framed(figure, colours, height=48 * len(labels) + 110, keyed=True, row_labels=labels)
    figure.update_layout(barmode="overlay", margin_t=36)
    return figure


def _add_bars(figure: go.Figure, view: MemoryPlanView, *, planned: bool, colours: Palette) -> None:
    offset = 0.19 if planned else -0.19
    values = [bar.planned_gib if planned else bar.measured_gib for bar in view.bars]
    figure.add_bar(
        x=[0.0 if value is None else value for value in values],
        y=[-position + offset for position in range(len(values))],
        orientation="h",
        width=0.34,
        name=literal(view.planned_label if planned else view.measured_label),
        marker={
            "color": "rgba(0,0,0,0)" if planned else colours.muted,
            "line": {"color": colours.ink, "width": 1.2},
        },
        text=["" if value is None else f" {value:.2f}" for value in values],
        textposition="outside",
        textfont={"size": SMALL_SIZE, "color": colours.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )
