"""The parts at two, three and four bins as stacked bars, with what is not told beside each."""

from __future__ import annotations

import plotly.graph_objects as go

from redheart_core.explain.surd import TermKind
from workbench.charts.surd_bars import bits_axis, part_marker
from workbench.charts.theme import SMALL_SIZE, Palette, framed, literal
from workbench.views import numbers
from workbench.views.surd_sensitivity import BinsRow, SurdSensitivityView

_ROW_PX = 52


def surd_sensitivity_chart(view: SurdSensitivityView, colours: Palette) -> go.Figure:
    """Draw the view. One bar per number of bins; x is bits."""
    figure = go.Figure()
    for kind in TermKind:
        _add_kind(figure, view, kind, colours)
    for position, row in enumerate(view.rows):
        figure.add_annotation(
            x=0, y=0.40 - position, text=literal(f"{row.label} · {row.note}"), showarrow=False, xanchor="left",
            xshift=2, font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
    longest = max(sum(value for _, value in row.parts) for row in view.rows)
    figure.update_xaxes(bits_axis(colours, view.axis_label, longest or 1.0))
    figure.update_yaxes(visible=False, range=[0.4 - len(view.rows), 0.68], fixedrange=True)
    figure.update_layout(barmode="overlay")
    return framed(figure, colours, height=_ROW_PX * len(view.rows) + 100, keyed=True)


def _add_kind(figure: go.Figure, view: SurdSensitivityView, kind: TermKind, colours: Palette) -> None:
    found = [
        (_start(row, kind), dict(row.parts)[kind], i) for i, row in enumerate(view.rows) if kind in dict(row.parts)
    ]
    if not found:
        return
    figure.add_bar(
        base=[start for start, _, _ in found], x=[value for _, value, _ in found], y=[-i for _, _, i in found],
        orientation="h", width=0.36, name=view.kind_labels[kind], showlegend=True, marker=part_marker(kind, colours),
        hovertext=[f"{literal(view.kind_labels[kind])} {numbers.short(value)}" for _, value, _ in found],
        hoverinfo="text",
    )  # fmt: skip


def _start(row: BinsRow, kind: TermKind) -> float:
    kinds = [name for name, _ in row.parts]
    return sum(value for _, value in row.parts[: kinds.index(kind)])
