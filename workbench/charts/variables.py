"""Ten variables as paired dots; the letter of the option stands in its dot."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, literal, unit_axis
from workbench.views import numbers
from workbench.views.variables import VariableRow, VariablesView

_SPREAD = 0.56
"""Share of a row over which the options' dots are spread, so that equal values stay apart."""


def variables_chart(view: VariablesView, colours: Palette) -> go.Figure:
    """Draw the view. One unit of y is one variable, the first at the top; x is the value, 0 to 1."""
    figure = go.Figure()
    num_options = len(view.rows[0].dots)
    for position, row in enumerate(view.rows):
        _add_line(figure, row, -position, colours)
    for index in range(num_options):
        _add_dots(figure, view, index, num_options, colours)
    figure.update_xaxes(unit_axis(colours, view.axis_label))
    figure.update_yaxes(
        tickvals=[-i for i in range(len(view.rows))],
        ticktext=[beside(row.label) for row in view.rows],
        tickfont={"size": SMALL_SIZE, "color": colours.ink},
        range=[-len(view.rows) + 0.4, 0.6],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    row_height = max(46, 20 * num_options)
    return framed(figure, colours, height=row_height * len(view.rows) + 60, row_labels=[row.label for row in view.rows])


def _offset(index: int, num_options: int) -> float:
    return _SPREAD * (0.5 - index / (num_options - 1)) if num_options > 1 else 0.0


def _add_line(figure: go.Figure, row: VariableRow, y: float, colours: Palette) -> None:
    """Join the smallest and the largest value of a variable."""
    values = [dot.value for dot in row.dots]
    count = len(values)
    low, high = values.index(min(values)), values.index(max(values))
    figure.add_scatter(
        x=[values[low], values[high]],
        y=[y + _offset(low, count), y + _offset(high, count)],
        mode="lines",
        line={"color": colours.rule, "width": 1.5},
        hoverinfo="skip",
    )


def _add_dots(figure: go.Figure, view: VariablesView, index: int, num_options: int, colours: Palette) -> None:
    dots = [row.dots[index] for row in view.rows]
    filled = index % 2 == 0
    figure.add_scatter(
        x=[dot.value for dot in dots],
        y=[-i + _offset(index, num_options) for i in range(len(dots))],
        mode="markers+text",
        cliponaxis=False,
        text=[dot.letter for dot in dots],
        textfont={"size": 11, "color": colours.paper if filled else colours.ink},
        marker={
            "size": 18,
            "color": colours.ink if filled else colours.paper,
            "line": {"color": colours.ink, "width": 1.5},
        },
        error_x={
            "type": "data", "array": [min(dot.deviation, 1 - dot.value) for dot in dots],
            "arrayminus": [min(dot.deviation, dot.value) for dot in dots], "symmetric": False,
            "color": colours.muted, "thickness": 1.2, "width": 0,
        },
        customdata=[
            [literal(row.label), row.gloss, numbers.score(dot.value), numbers.score(dot.deviation)]
            for row, dot in zip(view.rows, dots, strict=True)
        ],
        hovertemplate=(
            f"{dots[0].letter} · %{{customdata[0]}} %{{customdata[2]}} (± %{{customdata[3]}})"
            "<br>%{customdata[1]}<extra></extra>"
        ),
    )  # fmt: skip
