"""A neighbourhood of the trace as a left-to-right graph. A click on a step chooses it."""

from __future__ import annotations

import plotly.graph_objects as go

from redheart_core.reasoning.trace import Stage
from workbench.charts.theme import Palette, blank_axis, framed, literal
from workbench.views.trace_graph import GraphNode, TraceGraphView

STAGE_SYMBOLS = {
    Stage.INPUT: "square",
    Stage.FEATURES: "diamond",
    Stage.BASE_CALCULATION: "circle",
    Stage.NEURAL_CONTRIBUTION: "hexagon",
    Stage.ADJUSTMENTS: "triangle-right",
    Stage.FINAL_OUTPUT: "star",
}
STAGE_COLOURS = {
    Stage.INPUT: "#A8A196",
    Stage.FEATURES: "#E69F00",
    Stage.BASE_CALCULATION: "#56B4E9",
    Stage.NEURAL_CONTRIBUTION: "#0072B2",
    Stage.ADJUSTMENTS: "#CC79A7",
    Stage.FINAL_OUTPUT: "#009E73",
}

_ROOM_FOR_ALL = 12
"""With at most this many marks every one can carry its name."""


def trace_graph_chart(view: TraceGraphView, colours: Palette) -> go.Figure:
    """Draw the view. Time of calculation runs from left to right; ``customdata`` of a mark is the step's id."""
    columns = max(node.x for node in view.nodes)
    figure = go.Figure()
    _add_edges(figure, view, colours)
    for stage in Stage:
        nodes = [node for node in view.nodes if node.stage is stage]
        if not nodes:
            continue
        labelled = _labelled(view)
        figure.add_scatter(
            x=[node.x for node in nodes],
            y=[node.y for node in nodes],
            mode="markers+text",
            name=view.stage_labels[stage],
            showlegend=True,
            marker={
                "symbol": STAGE_SYMBOLS[stage],
                "size": [18 if node.chosen else 12 for node in nodes],
                "color": STAGE_COLOURS[stage],
                "line": {"color": colours.ink, "width": [3 if node.chosen else 1 for node in nodes]},
            },
            text=[literal(node.label) if node.id in labelled else "" for node in nodes],
            textposition=[_label_place(node, columns) for node in nodes],
            textfont={"size": 12, "color": colours.ink},
            cliponaxis=False,
            customdata=[[node.id, literal(node.operation), literal(node.summary)] for node in nodes],
            hovertemplate="%{customdata[1]}<br>%{customdata[0]}<br>%{customdata[2]}<extra></extra>",
        )
    rows = max(node.y for node in view.nodes) - min(node.y for node in view.nodes) + 1
    left = 0.5 * columns if columns > 0 else 0.5
    figure.update_xaxes({**blank_axis(), "range": [-left, columns + 0.45]})
    figure.update_yaxes({**blank_axis(), "range": [-rows / 2 - 0.6, rows / 2 + 0.4]})
    figure.update_layout(clickmode="event+select")
    return framed(figure, colours, height=int(max(260, min(760, 34 * rows + 110))), keyed=True)


def _label_place(node: GraphNode, columns: float) -> str:
    """Put labels beside the first column, then below and above by turns, so that neighbours do not collide."""
    if node.x == 0 and columns > 0:
        return "middle left"
    return "bottom center" if node.x % 2 else "top center"


def _labelled(view: TraceGraphView) -> set[str]:
    """Label the first column, which has room at its left, the chosen step and its neighbours."""
    if len(view.nodes) <= _ROOM_FOR_ALL:
        return {node.id for node in view.nodes}
    chosen = next(node.id for node in view.nodes if node.chosen)
    near = {a for a, b in view.edges if b == chosen} | {b for a, b in view.edges if a == chosen}
    first = {node.id for node in view.nodes if node.x == 0}
    return first | {chosen} | (near if len(near) <= _ROOM_FOR_ALL else set())


def _add_edges(figure: go.Figure, view: TraceGraphView, colours: Palette) -> None:
    places = {node.id: (node.x, node.y) for node in view.nodes}
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end in view.edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        xs += [x0, x1, None]
        ys += [y0, y1, None]
    figure.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": colours.rule, "width": 1.2}, hoverinfo="skip", showlegend=False
    )
