"""Groups of texts under one another, each with the words that mark it as signed bars from one zero line."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views import numbers
from workbench.views.saliency_groups import GroupsView, GroupWord

_ROW = 28
_ROOM = 0.22
"""Share of the axis beyond the longest bar on either side, so that its number fits."""


def groups_chart(view: GroupsView, colours: Palette) -> go.Figure:
    """Draw the view. One bar per word below its group's heading; x is the score per text, zero marked."""
    figure = go.Figure()
    placed: list[tuple[float, GroupWord]] = []
    y = 0.0
    for group in view.groups:
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=y, text=f"<b>{literal(group.title)}</b>", showarrow=False,
            bgcolor=colours.paper, font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
        placed += [(y - 1 - row, word) for row, word in enumerate(group.words)]
        y -= len(group.words) + 1.5
    _add_bars(figure, placed, colours)
    ends = [word.score for _, word in placed] or [0.0]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = _ROOM * (high - low or 1.0)
    figure.update_xaxes(
        range=[low - room, high + room], gridcolor=colours.faint, zeroline=True, zerolinecolor=colours.ink,
        zerolinewidth=1, nticks=5, fixedrange=True, tickfont={"size": SMALL_SIZE, "color": colours.muted},
        title={"text": view.axis_label, "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
    )  # fmt: skip
    labels = [word.label for _, word in placed]
    figure.update_yaxes(
        tickvals=[place for place, _ in placed], ticktext=[beside(label) for label in labels], showgrid=False,
        zeroline=False, fixedrange=True, range=[y + 0.7, 0.7], tickfont={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
    return framed(figure, colours, height=round(_ROW * -y) + 72, row_labels=labels)


def _add_bars(figure: go.Figure, placed: list[tuple[float, GroupWord]], colours: Palette) -> None:
    raises = [word.score >= 0 for _, word in placed]
    figure.add_bar(
        x=[word.score for _, word in placed],
        y=[y for y, _ in placed],
        orientation="h",
        width=0.58,
        marker={
            "color": [colours.raises if one else colours.lowers for one in raises],
            "line": {"color": colours.ink, "width": 0.5},
            "pattern": {
                "shape": ["" if one else "/" for one in raises],
                "size": 7, "solidity": 0.25, "fillmode": "overlay", "fgcolor": colours.paper,
            },
        },
        hovertext=[literal(f"{word.label}: {numbers.signed_short(word.score)}, {word.note}") for _, word in placed],
        hoverinfo="text",
    )  # fmt: skip
    for y, word in placed:
        right = word.score >= 0
        figure.add_annotation(
            x=word.score, y=y, text=numbers.signed_short(word.score), showarrow=False,
            xanchor="left" if right else "right", xshift=6 if right else -6,
            font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
