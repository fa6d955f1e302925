"""One bar for all there is to know about the target: what is told, by kind, and what is not."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.surd_bars import add_whisker, bits_axis, part_marker
from workbench.charts.theme import LEAK, LEAK_PATTERN, SMALL_SIZE, Palette, framed
from workbench.views import numbers
from workbench.views.surd_whole import Piece, SurdWholeView

_NAME_FITS, _NUMBER_FITS = 0.26, 0.07
"""A piece of so much of the bar has room for its name and number, or for its number alone."""


def surd_whole_chart(view: SurdWholeView, colours: Palette) -> go.Figure:
    """Draw the view as one stacked bar; x is bits from 0 to the target's entropy."""
    figure = go.Figure()
    start = 0.0
    for piece in view.pieces:
        _add_piece(figure, piece, start, colours)
        start += piece.bits
    if view.total is not None:
        add_whisker(figure, view.total, -0.62, colours)
    figure.update_xaxes(bits_axis(colours, view.axis_label, start or 1.0))
    figure.update_yaxes(visible=False, range=[-0.9, 0.55], fixedrange=True)
    figure.update_layout(barmode="overlay")
    return framed(figure, colours, height=190, keyed=True)


def _add_piece(figure: go.Figure, piece: Piece, start: float, colours: Palette) -> None:
    figure.add_bar(
        base=[start], x=[piece.bits], y=[0], orientation="h", width=0.7, name=piece.label, showlegend=True,
        marker=_marker(piece, colours),
        hovertext=[f"{piece.label} {numbers.short(piece.bits)} · {numbers.percent(piece.share)}"], hoverinfo="text",
    )  # fmt: skip
    if piece.share >= _NUMBER_FITS:
        share = numbers.percent(piece.share)
        text = f"{piece.short} {share}" if piece.share >= _NAME_FITS else share
        figure.add_annotation(
            x=start + piece.bits / 2, y=0, text=text, showarrow=False, bgcolor=colours.paper, borderpad=2,
            font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip


def _marker(piece: Piece, colours: Palette) -> dict[str, object]:
    if piece.kind is not None:
        return part_marker(piece.kind, colours)
    return {
        "color": LEAK,
        "opacity": 0.55,
        "line": {"color": colours.ink, "width": 0.5},
        "pattern": {
            "shape": LEAK_PATTERN, "size": 6, "solidity": 0.2, "fillmode": "overlay", "fgcolor": colours.paper,
        },
    }  # fmt: skip
