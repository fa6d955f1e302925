"""Emotions as stacked three-part bars, nuances as a sunburst, and the three dimensions of feeling."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import (
    FAMILY_COLOURS,
    PART_COLOURS,
    PART_PATTERNS,
    SMALL_SIZE,
    Palette,
    beside,
    framed,
    literal,
    unit_axis,
)
from workbench.views import numbers
from workbench.views.emotions import EmotionsView, NuancesView, SunburstSector, VadView

_NEAR = 0.06
"""Closer to the neutral line than this, a number above its dot would be crossed by it."""


def emotions_chart(view: EmotionsView, colours: Palette) -> go.Figure:
    """Draw the view. One bar per emotion, strongest at the top; x is the score, 0 to 1."""
    figure = go.Figure()
    positions = [-i for i in range(len(view.bars))]
    for part, label in enumerate(view.part_labels):
        lengths = [bar.contributions[part] for bar in view.bars]
        figure.add_bar(
            x=lengths,
            y=positions,
            orientation="h",
            width=0.62,
            name=label,
            showlegend=True,
            marker={
                "color": PART_COLOURS[part],
                "line": {"color": colours.ink, "width": 0.5},
                "pattern": {
                    "shape": PART_PATTERNS[part],
                    "size": 6,
                    "solidity": 0.3,
                    "fillmode": "overlay",
                    "fgcolor": colours.paper,
                },
            },
            customdata=[numbers.score(length) for length in lengths],
            hovertemplate=f"{label} %{{customdata}}<extra></extra>",
        )
    for y, bar in zip(positions, view.bars, strict=True):
        figure.add_annotation(
            x=sum(bar.contributions), y=y, text=numbers.score(bar.score), showarrow=False, xanchor="left",
            xshift=6, font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
    figure.update_xaxes(unit_axis(colours, view.axis_label))
    figure.update_yaxes(
        tickvals=positions, ticktext=[beside(bar.label) for bar in view.bars], showgrid=False, zeroline=False,
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, fixedrange=True, range=[positions[-1] - 0.6, 0.6],
    )  # fmt: skip
    figure.update_layout(barmode="stack")
    return framed(figure, colours, height=34 * len(view.bars) + 96, keyed=True, row_labels=[b.label for b in view.bars])


def nuances_chart(view: NuancesView, colours: Palette) -> go.Figure:
    """Draw the view: families inside, emotions around them, grades outside. Angle is the share of the score."""
    figure = go.Figure(
        go.Sunburst(
            ids=[sector.id for sector in view.sectors],
            parents=[sector.parent for sector in view.sectors],
            labels=[literal(sector.label) for sector in view.sectors],
            values=[sector.value for sector in view.sectors],
            branchvalues="remainder",
            marker={
                "colors": [FAMILY_COLOURS[sector.family] for sector in view.sectors],
                "line": {"color": colours.paper, "width": 1.5},
            },
            customdata=[numbers.score(sector.value) for sector in view.sectors],
            hovertemplate="%{label} %{customdata}<extra></extra>",
            insidetextfont={"size": SMALL_SIZE},
            insidetextorientation="auto",
            leaf={"opacity": 0.8},
            sort=True,
        )
    )
    figure.data[0].values = _own_values(view)
    return framed(figure, colours, height=440)


def _own_values(view: NuancesView) -> list[float]:
    """Return what each sector holds beyond its children, which is nothing for the inner rings."""
    parents = {sector.parent for sector in view.sectors}
    return [_own(sector, parents) for sector in view.sectors]


def _own(sector: SunburstSector, parents: set[str]) -> float:
    return 0.0 if sector.id in parents else sector.value


def vad_chart(view: VadView, colours: Palette) -> go.Figure:
    """Draw the view as three dots on the axis from 0 to 1, with the neutral middle marked."""
    figure = go.Figure()
    positions = [-i for i in range(len(view.rows))]
    for y, (_, value) in zip(positions, view.rows, strict=True):
        figure.add_scatter(
            x=[0.5, value], y=[y, y], mode="lines", line={"color": colours.muted, "width": 2}, hoverinfo="skip"
        )
    figure.add_scatter(
        x=[value for _, value in view.rows],
        y=positions,
        mode="markers+text",
        marker={"size": 13, "color": colours.ink},
        text=[f"  {numbers.score(v)}" if abs(v - 0.5) < _NEAR else numbers.score(v) for _, v in view.rows],
        textposition=["middle right" if abs(value - 0.5) < _NEAR else "top center" for _, value in view.rows],
        textfont={"size": SMALL_SIZE, "color": colours.ink},
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.add_vline(x=0.5, line={"color": colours.muted, "width": 1, "dash": "dot"})
    figure.update_xaxes(unit_axis(colours, view.axis_label))
    figure.update_yaxes(
        tickvals=positions, ticktext=[beside(label) for label, _ in view.rows], showgrid=False, zeroline=False,
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, fixedrange=True, range=[positions[-1] - 0.6, 0.7],
    )  # fmt: skip
    return framed(figure, colours, height=220, row_labels=[label for label, _ in view.rows])
