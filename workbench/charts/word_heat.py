"""Words against methods or layers as a heat table: orange lowers, purple raises; each cell has its signed number."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal
from workbench.views import numbers
from workbench.views.labels import display_width, shorten
from workbench.views.word_heat import WordHeat

_DARK_FROM = 0.6
_NAME_WIDTH, _TURNED_WIDTH = 14, 20
_MOST_UPRIGHT = 5
"""With more columns than that their names are turned."""


def word_heat_chart(view: WordHeat, colours: Palette) -> go.Figure:
    """Draw the view. Shade is a column's score divided by its largest, from -1 over paper at 0 to 1."""
    figure = go.Figure(
        go.Heatmap(
            z=view.shades,
            x=list(range(len(view.column_labels))),
            y=list(range(len(view.row_labels))),
            zmin=-1.0,
            zmax=1.0,
            colorscale=[[0.0, colours.lowers], [0.5, colours.paper], [1.0, colours.raises]],
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
        )
    )
    for i, line in enumerate(view.shades):
        for j, shade in enumerate(line):
            figure.add_annotation(
                x=j, y=i, text=numbers.signed(shade), showarrow=False,
                font={"size": SMALL_SIZE, "color": _ink(shade, colours)},
            )  # fmt: skip
    turned = len(view.column_labels) > _MOST_UPRIGHT
    figure.update_xaxes(
        tickvals=list(range(len(view.column_labels))),
        ticktext=[_turned(name) if turned else _upright(name) for name in view.column_labels],
        tickangle=-40 if turned else None, side="top", showgrid=False, zeroline=False, fixedrange=True,
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(view.row_labels))), ticktext=[beside(label) for label in view.row_labels],
        autorange="reversed", showgrid=False, zeroline=False, fixedrange=True,
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
    )  # fmt: skip
    return framed(
        figure, colours, height=34 * len(view.row_labels) + (150 if turned else 76), row_labels=view.row_labels
    )


def _upright(name: str) -> str:
    """Return a name on at most two lines."""
    first, rest = "", name.split()
    while rest and display_width(f"{first} {rest[0]}".strip()) <= _NAME_WIDTH:
        first = f"{first} {rest.pop(0)}".strip()
    lines = [first, shorten(" ".join(rest), _NAME_WIDTH)]
    return "<br>".join(literal(line) for line in lines if line)


def _turned(name: str) -> str:
    return literal(shorten(name, _TURNED_WIDTH))


def _ink(shade: float, colours: Palette) -> str:
    return colours.paper if abs(shade) > _DARK_FROM else colours.ink
