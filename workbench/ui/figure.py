"""One way to show a figure: the finding, what is drawn, the drawing with its alt text, the numbers, the download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from workbench.charts.theme import Palette, ThemeType, palette
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.views.figure import FigureText, Table

_HIDDEN_BUTTONS = ["zoom", "pan", "select", "lasso2d", "zoomIn", "zoomOut", "autoScale", "resetScale"]


def colours() -> Palette:
    """Return the greys of the reader's theme."""
    theme: ThemeType = "dark" if st.context.theme.type == "dark" else "light"
    return palette(theme)


def show_figure(
    text: FigureText,
    chart: go.Figure,
    *,
    key: str,
    language: UiLanguage,
    table: Table | None = None,
    on_select: Callable[[], None] | None = None,
) -> Any:
    """Draw a figure with everything that belongs to it.

    Args:
        text: Title, subtitle and alt text.
        chart: The drawing.
        key: Unique on the page.
        language: Of the reader.
        table: The same numbers; None when a table already stands beside the figure.
        on_select: Called after a click on a mark; what was clicked is in the session under ``key``.
    """
    prose.figure_heading(text.title, text.subtitle)
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": _HIDDEN_BUTTONS,
        "toImageButtonOptions": {"format": "png", "filename": key.replace(".", "-"), "scale": 2},
    }
    event = st.plotly_chart(
        chart,
        theme=None,
        key=key,
        alt=text.alt,
        config=config,
        on_select=on_select or "ignore",
        selection_mode="points",
    )
    if table is not None:
        show_twin(table, key=key, language=language, title=text.title)
    return event


def show_twin(table: Table, *, key: str, language: UiLanguage, title: str) -> None:
    """Draw the numbers of a figure, folded, with their downloads."""
    twin = st.expander(say("frame.figure.table", language), key=f"{key}.twin", on_change="rerun", type="compact")
    if not twin.open:
        return
    with twin:
        frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
        st.dataframe(frame, hide_index=True, alt=say("frame.figure.table_alt", language, title=title))
        downloads(table, key=key, language=language)


def downloads(table: Table, *, key: str, language: UiLanguage) -> None:
    """Offer a table as CSV and JSON."""
    with st.container(horizontal=True):
        st.download_button(
            say("frame.figure.csv", language), table.to_csv().encode("utf-8-sig"), f"{table.name}.csv",
            "text/csv", key=f"{key}.csv", on_click="ignore", type="tertiary",
        )  # fmt: skip
        st.download_button(
            say("frame.figure.json", language), table.to_json(), f"{table.name}.json",
            "application/json", key=f"{key}.json", on_click="ignore", type="tertiary",
        )  # fmt: skip
