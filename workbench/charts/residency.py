"""Memory held over time as a step line, with the budget above it and each module named where it moves."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, framed, literal
from workbench.views.residency import ResidencyView


def residency_chart(view: ResidencyView, colours: Palette) -> go.Figure:
    """Draw the view: x is seconds, y is GiB."""
    figure = go.Figure()
    figure.add_scatter(
        x=[move.time_s for move in view.moves],
        y=[move.resident_gib for move in view.moves],
        mode="lines",
        line={"color": colours.ink, "width": 2, "shape": "hv"},
        hoverinfo="skip",
    )
    for comes_in, symbol, colour in ((True, "triangle-up", colours.raises), (False, "triangle-down", colours.lowers)):
        _add_moves(figure, view, comes_in, symbol, colour)
    if view.budget_gib is not None:
        figure.add_hline(
            y=view.budget_gib, line={"color": colours.muted, "dash": "dash", "width": 1},
            annotation={"text": literal(view.budget_label), "font": {"size": SMALL_SIZE, "color": colours.muted}},
            annotation_position="top left",
        )  # fmt: skip
    highest = max([move.resident_gib for move in view.moves] + [view.budget_gib or 0.0])
    figure.update_xaxes(title=_title(view.time_label, colours), gridcolor=colours.faint, **_ticks(colours))
    figure.update_yaxes(
        title=_title(view.size_label, colours), gridcolor=colours.faint, range=[0, 1.15 * highest], **_ticks(colours)
    )
    figure = framed(figure, colours, height=340)
    figure.update_layout(margin={"l": 64, "r": 16, "t": 12, "b": 48})
    return figure


def _add_moves(figure: go.Figure, view: ResidencyView, comes_in: bool, symbol: str, colour: str) -> None:
    moves = [move for move in view.moves if move.comes_in is comes_in]
    figure.add_scatter(
        x=[move.time_s for move in moves],
        y=[move.resident_gib for move in moves],
        mode="markers",
        marker={"symbol": symbol, "size": 10, "color": colour},
        customdata=[[literal(move.module), move.size_gib, move.resident_gib] for move in moves],
        hovertemplate="%{customdata[0]}: %{customdata[1]:.2f} GiB → %{customdata[2]:.2f} GiB<extra></extra>",
    )


def _title(label: str, colours: Palette) -> dict[str, object]:
    return {"text": literal(label), "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}}


def _ticks(colours: Palette) -> dict[str, object]:
    return {"zeroline": False, "fixedrange": True, "tickfont": {"size": SMALL_SIZE, "color": colours.muted}}
