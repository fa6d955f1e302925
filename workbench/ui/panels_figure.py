"""Showing panels of curves: two columns that become one on a narrow screen, the numbers once below them."""

from __future__ import annotations

import streamlit as st

from workbench.charts.panels import panels_chart
from workbench.copy import UiLanguage
from workbench.ui import prose
from workbench.ui.figure import colours, show_twin
from workbench.ui.lasting_figure import show_lasting_figure
from workbench.views.panels import PanelsView


def show_panels(view: PanelsView, *, key: str, language: UiLanguage, drawn: str = "", keyed: bool = False) -> None:
    """Draw a view with everything that belongs to it. Dragging zooms, and the zoom lasts when new points come.

    Args:
        view: What to draw, at least one panel.
        key: Unique on the page, and the same at every redraw.
        drawn: Of what: a zoom belongs to it and does not go over to another run, or to other steps chosen beside.
        language: Of the reader.
        keyed: Whether lines are named above the drawing.
    """
    prose.figure_heading(view.text.title, view.text.subtitle)
    half = -(-len(view.panels) // 2)
    parts = [view.panels] if len(view.panels) == 1 else [view.panels[:half], view.panels[half:]]
    places = [st.container()] if len(parts) == 1 else list(st.columns(2, gap="medium"))
    for number, (place, panels) in enumerate(zip(places, parts, strict=True)):
        with place:
            show_lasting_figure(
                panels_chart(view, panels, colours(), keyed=keyed), key=f"{key}.{number}", identity=f"{key} {drawn}",
                alt=view.text.alt, file_name=f"{view.table.name}-{number + 1}", language=language,
            )  # fmt: skip
    show_twin(view.table, key=key, language=language, title=view.text.title)
