"""A Plotly figure that is changed in place when its data change, so that a zoom inside it lasts.

``st.plotly_chart`` (Streamlit 1.67) makes a figure anew whenever its data change, whatever its key. This component of a
hundred lines draws with the plotly.js of the installed Plotly, served by this server: nothing is loaded from elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st
import streamlit.components.v1 as served

from workbench.copy import UiLanguage, say

_FOLDER = Path(plotly.__file__).parent / "package_data"
_LIBRARY = "plotly.min.js"
_BUTTONS = {"Zoom": "zoom", "Pan": "pan", "Autoscale": "autoscale", "Download plot": "download"}
"""Names that Plotly gives the buttons that are shown, and ours."""
_NO_BUTTONS = ("select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "resetScale2d")

_component = st.components.v2.component(
    "redheart_lasting_figure", js=Path(__file__).with_suffix(".js").read_text("utf-8"), isolate_styles=False
)


def show_lasting_figure(
    chart: go.Figure, *, key: str, identity: str, alt: str, file_name: str, language: UiLanguage
) -> None:
    """Draw a figure that lasts.

    Args:
        chart: The drawing, with its height. Only its horizontal axis is kept zoomed.
        key: Unique on the page, and the same at every redraw.
        identity: What is drawn: a zoom is kept for it, and does not go over to another.
        alt: What a reader who does not see the figure needs to know.
        file_name: Stem of the file's name in a download.
        language: Of the reader.
    """
    names = {theirs: say(f"frame.figure.{ours}", language) for theirs, ours in _BUTTONS.items()}
    config: dict[str, Any] = {
        "displaylogo": False,
        "doubleClick": "autosize",
        "modeBarButtonsToRemove": _NO_BUTTONS,
        "toImageButtonOptions": {"format": "svg", "filename": file_name},
        "locale": language,
        "locales": {language: {"dictionary": names, "format": {}}},
    }
    _component(
        key=key,
        data={
            "figure": chart.to_json(),
            "height": int(chart.layout.height),
            "config": config,
            "identity": identity,
            "alt": alt,
            "library": _library_address(),
        },
    )


def _library_address() -> str:
    """Return where this server serves plotly.js."""
    folder = served.declare_component("plotly", path=_FOLDER)
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{f'/{base}' if base else ''}/component/{folder.name}/{_LIBRARY}"
