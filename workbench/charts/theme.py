"""Fixed colours, marks and type of every figure. Meaning keeps its colour in light and dark, safe for the colour-blind.

What a person typed reaches a figure only through ``literal``: Plotly reads ``<b>``, ``<a>`` and entities in labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from redheart_core.explain.surd import TermKind
from redheart_core.vocabulary.bentham import View
from workbench.views.labels import display_width

FONT = "Pretendard, 'Apple SD Gothic Neo', 'Malgun Gothic', NanumGothic, sans-serif"
TEXT_SIZE = 14
SMALL_SIZE = 13
_COLUMN_PX = 7
"""Width of half a Hangul letter at ``SMALL_SIZE``, and a little more than that of a Latin one."""

VIEW_COLOURS = {View.OPTIMISTIC: "#009E73", View.REALISTIC: "#0072B2", View.PESSIMISTIC: "#D55E00"}
VIEW_SYMBOLS = {View.OPTIMISTIC: "triangle-up", View.REALISTIC: "circle", View.PESSIMISTIC: "triangle-down"}
PART_COLOURS = ("#56B4E9", "#0072B2", "#CC79A7")
"""Rule, neural, cultural."""
PART_PATTERNS = ("", ".", "/")
RAISES = "#5E3C99"
LOWERS = "#E66101"
RAISES_ON_DARK = "#A58BD6"
"""The same hue, lighter: the purple of the table sinks into a dark page."""

TERM_COLOURS = {TermKind.REDUNDANT: "#56B4E9", TermKind.UNIQUE: "#E69F00", TermKind.SYNERGISTIC: "#CC79A7"}
TERM_PATTERNS = {TermKind.REDUNDANT: "", TermKind.UNIQUE: ".", TermKind.SYNERGISTIC: "/"}
LEAK, LEAK_PATTERN = "#A8A196", "-"
"""What the sources do not tell."""

FAMILY_COLOURS = {
    "joy": "#E69F00",
    "trust": "#009E73",
    "anticipation": "#F0E442",
    "surprise": "#56B4E9",
    "sadness": "#0072B2",
    "fear": "#8C6BB1",
    "anger": "#D55E00",
    "disgust": "#8A8D3B",
    "shame": "#CC79A7",
    "neutral": "#A8A196",
}
ThemeType = Literal["light", "dark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The greys of paper and ink that carry structure."""

    paper: str
    ink: str
    muted: str
    rule: str
    faint: str
    raises: str
    lowers: str


LIGHT = Palette(
    paper="#FBF8F2", ink="#1E1A15", muted="#6B6255", rule="#D8D0C1", faint="#EAE3D5", raises=RAISES, lowers=LOWERS
)
DARK = Palette(
    paper="#181612", ink="#ECE6DA", muted="#A89F90", rule="#3D382F", faint="#2C2821", raises=RAISES_ON_DARK,
    lowers=LOWERS,
)  # fmt: skip


def palette(theme: ThemeType) -> Palette:
    """Return the greys for a light or a dark page."""
    return DARK if theme == "dark" else LIGHT


def literal(text: str) -> str:
    """Return ``text`` so that Plotly draws it as it stands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def beside(text: str) -> str:
    """Return a row's label with a little room between it and the drawing."""
    return f"{literal(text)}\u00a0\u00a0\u00a0"


def unit_axis(colours: Palette, title: str) -> dict[str, object]:
    """Return the one axis from 0 to 1 that scores share on every page."""
    return {
        "range": [-0.02, 1.02],
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
        "ticktext": ["0", "0.25", "0.5", "0.75", "1"],
        "title": {"text": title, "standoff": 8, "font": {"size": SMALL_SIZE, "color": colours.muted}},
        "gridcolor": colours.faint,
        "zeroline": True,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "tickfont": {"size": SMALL_SIZE, "color": colours.muted},
        "fixedrange": True,
    }


def blank_axis() -> dict[str, object]:
    """Return an axis that positions marks and shows nothing."""
    return {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}


def framed(
    figure: go.Figure, colours: Palette, *, height: int, keyed: bool = False, row_labels: Sequence[str] = ()
) -> go.Figure:
    """Set the paper, the type and the margins that all figures share.

    Args:
        figure: The drawing.
        colours: Greys of the page.
        height: In pixels.
        keyed: Whether the marks are named above the drawing.
        row_labels: Labels at the left. Their room is reckoned here: the browser measures before the font has come.
    """
    room = max((display_width(label) for label in row_labels), default=0)
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": _COLUMN_PX * room + 20 if room else 4, "r": 16, "t": 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": TEXT_SIZE, "color": colours.ink},
        hoverlabel={
            "bgcolor": colours.paper,
            "bordercolor": colours.rule,
            "font": {"family": FONT, "size": SMALL_SIZE, "color": colours.ink},
        },
        showlegend=keyed,
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.0,
            "yanchor": "bottom",
            "traceorder": "normal",
            "font": {"size": SMALL_SIZE, "color": colours.ink},
            "itemclick": False,
            "itemdoubleclick": False,
            "itemsizing": "constant",
        },
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": colours.muted, "activecolor": colours.ink},
        dragmode=False,
        uirevision="keep",
    )
    figure.update_xaxes(automargin=True, ticks="")
    figure.update_yaxes(ticks="")
    return figure
