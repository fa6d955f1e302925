"""Showing panels of curves: two columns that become one on a narrow screen, the numbers once below them."""

from __future__ import annotations

import streamlit as st

from workbench.charts.panels import panels_chart
from workbench.copy import UiLanguage
from workbench.ui import prose
from workbench.ui.figure import colours, show_twin
from workbench.views.panels import PanelsView

_CONFIG_BUTTONS = ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]


def show_panels(view: PanelsView, *, key: str, language: UiLanguage, keyed: bool = False) -> None:
    """Draw a view with everything that belongs to it.

    Dragging zooms until new data come, since Streamlit then makes the figure anew; what must last is cut out of the
    view before (``span.cut``).

    Args:
        view: What to draw, at least one panel.
        key: Unique on the page, and the same at every redraw.
        language: Of the reader.
        keyed: Whether lines are named above the drawing.
    """
    prose.figure_heading(view.text.title, view.text.subtitle)
    half = -(-len(view.panels) // 2)
    parts = [view.panels] if len(view.panels) == 1 else [view.panels[:half], view.panels[half:]]
    places = [st.container()] if len(parts) == 1 else list(st.columns(2, gap="medium"))
    for number, (place, panels) in enumerate(zip(places, parts, strict=True)):
        config = {
            "displaylogo": False,
            "modeBarButtonsToRemove": _CONFIG_BUTTONS,
            "toImageButtonOptions": {"format": "svg", "filename": f"{view.table.name}-{number + 1}"},
        }
        with place:
            st.plotly_chart(
                panels_chart(view, panels, colours(), keyed=keyed),
                theme=None, key=f"{key}.{number}", alt=view.text.alt, config=config,
            )  # fmt: skip
    show_twin(view.table, key=key, language=language, title=view.text.title)
