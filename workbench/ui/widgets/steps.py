"""The fourth layer of a result: its last steps, the way to the trace page, and the whole result as a file."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from redheart_core.reasoning.trace import Stage, Trace
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.figure import show_twin
from workbench.ui.frame import page_path
from workbench.ui.session import Key
from workbench.views.step_names import step_name
from workbench.views.trace_document import parse_trace
from workbench.views.trace_steps import steps_table


def draw_steps(trace: Trace, result: dict[str, Any], source: str, stem: str, language: UiLanguage) -> None:
    """Draw the final steps of a calculation.

    Args:
        trace: The calculation.
        result: The whole result as JSON values, for the download.
        source: Which trace the trace page shall show, ``dilemma`` or ``passage``.
        stem: Stem of the file's name and of the keys of the widgets.
        language: Of the reader.
    """
    document = parse_trace(trace.to_dict())
    prose.paragraph(say("dilemma.trace.text", language, count=str(len(document.steps))))
    last = tuple(step for step in document.steps if step.stage is Stage.FINAL_OUTPUT)
    chosen = st.selectbox(
        say("dilemma.trace.choose", language),
        [step.id for step in last],
        format_func=lambda identifier: step_name(identifier, document.letters, language),
        key=f"{stem}.step_choice",
    )
    with st.container(horizontal=True):
        if st.button(say("dilemma.trace.open", language), key=f"{stem}.open_trace") and chosen:
            session.put(Key.TRACE_SOURCE, source)
            session.put(Key.TRACE_STEP, chosen)
            st.switch_page(page_path("trace"), query_params={"lang": language, "step": chosen})
        st.download_button(
            say("dilemma.trace.download", language),
            json.dumps(result, ensure_ascii=False, indent=2),
            f"{stem}.json",
            "application/json",
            key=f"{stem}.download",
            on_click="ignore",
        )
    title = say("dilemma.layer.trace", language)
    show_twin(steps_table(document, document.steps, language), key=f"{stem}.steps", language=language, title=title)
