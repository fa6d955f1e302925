"""Signed bars of words from one zero line; a diamond marks the part of a bar that comes through n-grams."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed
from workbench.views import numbers
from workbench.views.top_words import TopWordsView, WordBar

_ROOM = 0.2
"""Share of the axis beyond the longest bar on either side, so that its number fits."""


def top_words_chart(view: TopWordsView, colours: Palette) -> go.Figure:
    """Draw the view. One bar per word, strongest at the top; x is the score, zero in the middle."""
    figure = go.Figure()
    positions = [-i for i in range(len(view.bars))]
    _add_bars(figure, view, positions, colours)
    _add_ngram_marks(figure, view, positions, colours)
    for y, bar in zip(positions, view.bars, strict=True):
        right = bar.score >= 0
        figure.add_annotation(
            x=_end(bar), y=y, text=numbers.signed_short(bar.score), showarrow=False,
            xanchor="left" if right else "right", xshift=9 if right else -9,
            font={"size": SMALL_SIZE, "color": colours.ink},
        )  # fmt: skip
    figure.update_xaxes(_axis(view, colours))
    figure.update_yaxes(
        tickvals=positions, ticktext=[beside(bar.label) for bar in view.bars], showgrid=False, zeroline=False,
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, fixedrange=True, range=[positions[-1] - 0.6, 0.6],
    )  # fmt: skip
    height = 32 * len(view.bars) + 96
    return framed(figure, colours, height=height, keyed=True, row_labels=[bar.label for bar in view.bars])


def _end(bar: WordBar) -> float:
    """Return where a bar, and the diamond on it, end on the side of its score."""
    ends = (bar.score, bar.through_ngrams or 0.0)
    return max(0.0, *ends) if bar.score >= 0 else min(0.0, *ends)


def _axis(view: TopWordsView, colours: Palette) -> dict[str, object]:
    ends = [bar.score for bar in view.bars] + [bar.through_ngrams or 0.0 for bar in view.bars]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = _ROOM * (high - low or 1.0)
    return {
        "range": [low - room, high + room],
        "title": {"text": view.axis_label, "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        "gridcolor": colours.faint,
        "zeroline": True,
        "zerolinecolor": colours.ink,
        "zerolinewidth": 1,
        "tickfont": {"size": SMALL_SIZE, "color": colours.muted},
        "nticks": 5,
        "fixedrange": True,
    }


def _add_bars(figure: go.Figure, view: TopWordsView, positions: list[int], colours: Palette) -> None:
    figure.add_bar(
        x=[bar.score for bar in view.bars],
        y=positions,
        orientation="h",
        width=0.58,
        name=view.score_label,
        marker={
            "color": [_colour(bar, colours) if view.is_directed else colours.muted for bar in view.bars],
            "line": {"color": colours.ink, "width": 0.5},
            "pattern": {
                "shape": ["" if bar.score >= 0 else "/" for bar in view.bars],
                "size": 7, "solidity": 0.25, "fillmode": "overlay", "fgcolor": colours.paper,
            },
        },
        hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip


def _colour(bar: WordBar, colours: Palette) -> str:
    return colours.raises if bar.score >= 0 else colours.lowers


def _add_ngram_marks(figure: go.Figure, view: TopWordsView, positions: list[int], colours: Palette) -> None:
    placed = [
        (bar.through_ngrams, y)
        for bar, y in zip(view.bars, positions, strict=True)
        if bar.through_ngrams is not None and bar.through_ngrams != 0.0
    ]
    if not placed:
        return
    figure.add_scatter(
        x=[x for x, _ in placed],
        y=[y for _, y in placed],
        mode="markers",
        name=view.ngram_label,
        marker={
            "symbol": "diamond", "size": 9, "color": colours.paper, "line": {"color": colours.ink, "width": 1.5},
        },
        customdata=[numbers.signed_short(x) for x, _ in placed],
        hovertemplate=f"{view.ngram_label}: %{{customdata}}<extra></extra>",
        cliponaxis=False,
        showlegend=True,
    )  # fmt: skip
