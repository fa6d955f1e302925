"""Concepts on one axis from 0 to 1: where each scores, over the band that random concepts reach."""

from __future__ import annotations

import plotly.graph_objects as go

from workbench.charts.theme import SMALL_SIZE, Palette, beside, framed, unit_axis
from workbench.views import numbers
from workbench.views.concept_scores import VERDICTS, ConceptRow, ConceptsView, Verdict

_SYMBOLS: dict[Verdict, str] = {"rises": "triangle-right", "falls": "triangle-left", "neither": "circle-open"}
_ROW = 46
_EDGE = 0.15
"""Within this distance of 0 or 1 a note would reach beyond the axis on a narrow screen."""


def concepts_chart(view: ConceptsView, colours: Palette) -> go.Figure:
    """Draw the view. One row per concept; x is the share of texts; nothing is drawn for a refused one but its word."""
    figure = go.Figure()
    last = len(view.rows) - 1
    _add_band(figure, view, last, colours)
    figure.add_scatter(
        x=[0.5, 0.5], y=[0.6, -last - 0.6], mode="lines", line={"color": colours.ink, "width": 1, "dash": "dot"},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for verdict in VERDICTS:
        _add_marks(figure, view, verdict, colours)
    for position, row in enumerate(view.rows):
        figure.add_annotation(
            x=0.5 if row.score is None else row.score, y=-position, text=row.note.replace("<", "&lt;"), showarrow=False,
            yshift=0 if row.score is None else 15, bgcolor=colours.paper if row.score is None else None,
            **_inwards(row.score),
            font={"size": SMALL_SIZE - 1, "color": colours.muted},
        )  # fmt: skip
    figure.update_xaxes({**unit_axis(colours, view.axis_label), "range": [-0.08, 1.08], "zeroline": False})
    figure.update_yaxes(
        tickvals=[-i for i in range(last + 1)], ticktext=[beside(row.label) for row in view.rows],
        tickfont={"size": SMALL_SIZE, "color": colours.ink}, range=[-last - 0.6, 0.7], showgrid=False, zeroline=False,
        fixedrange=True,
    )  # fmt: skip
    labels = [row.label for row in view.rows]
    return framed(figure, colours, height=_ROW * len(view.rows) + 112, keyed=True, row_labels=labels)


def _inwards(score: float | None) -> dict[str, object]:
    """Return where a note begins: beside the ends of the axis it grows inwards, away from the names of the rows."""
    if score is None or _EDGE <= score <= 1.0 - _EDGE:
        return {}
    return {"xanchor": "left", "xshift": -8} if score < _EDGE else {"xanchor": "right", "xshift": 8}


def _add_band(figure: go.Figure, view: ConceptsView, last: int, colours: Palette) -> None:
    low, high = view.random
    figure.add_scatter(
        x=[low, high, high, low], y=[0.6, 0.6, -last - 0.6, -last - 0.6], fill="toself", fillcolor=colours.rule,
        opacity=0.55, line={"width": 0}, mode="lines", name=view.random_label, hoverinfo="skip", showlegend=True,
    )  # fmt: skip


def _add_marks(figure: go.Figure, view: ConceptsView, verdict: Verdict, colours: Palette) -> None:
    placed = [(row, -float(i)) for i, row in enumerate(view.rows) if row.verdict == verdict and row.score is not None]
    if not placed:
        return
    colour = {"rises": colours.raises, "falls": colours.lowers}.get(verdict, colours.ink)
    figure.add_scatter(
        x=[row.score for row, _ in placed],
        y=[y for _, y in placed],
        mode="markers",
        name=view.verdict_labels[verdict],
        marker={"symbol": _SYMBOLS[verdict], "size": 13, "color": colour, "line": {"color": colour, "width": 2}},
        error_x=_whiskers([row for row, _ in placed], colour),
        hovertext=[_hover(row) for row, _ in placed],
        hoverinfo="text",
        cliponaxis=False,
        showlegend=True,
    )


def _whiskers(rows: list[ConceptRow], colour: str) -> dict[str, object]:
    """Return bars of one deviation either way that end where a share ends, at 0 and 1."""
    scores = [(row.score or 0.0, row.deviation) for row in rows]
    return {
        "type": "data",
        "symmetric": False,
        "array": [min(deviation, 1.0 - score) for score, deviation in scores],
        "arrayminus": [min(deviation, score) for score, deviation in scores],
        "color": colour,
        "thickness": 1.5,
    }


def _hover(row: ConceptRow) -> str:
    score = "" if row.score is None else numbers.score(row.score)
    return f"{row.label} {score} ± {numbers.score(row.deviation)}".replace("<", "&lt;")
