"""A table to try on the page of decompositions, for who has none at hand."""

from __future__ import annotations

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.views.surd_example import FILE_NAME, example_view


def draw_example_table(language: UiLanguage, *, is_open: bool) -> None:
    """Draw the download with the rule behind the table beside it."""
    example = example_view(language)
    with st.expander(say("surd.example.heading", language), expanded=is_open, type="compact"):
        prose.paragraph(example.text)
        prose.bullets(example.columns)
        prose.paragraph(example.expected, kind="quiet")
        st.download_button(
            say("surd.example.download", language), example.content, FILE_NAME, "text/csv",
            key="surd.download_example", on_click="ignore", width="stretch",
        )  # fmt: skip
