"""The contents on a narrow screen lie over the page, and give way when they have led to another one.

Streamlit (1.67) does so for the menu that it draws itself, not for page links of our own.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component("redheart_narrow_menu", js=Path(__file__).with_suffix(".js").read_text("utf-8"))


def shut_when_led(page: str) -> None:
    """Shut the menu where the page is another than before and the screen is narrow.

    Args:
        page: What tells the page from others.
    """
    _component(key="narrow_menu", data={"page": page})
