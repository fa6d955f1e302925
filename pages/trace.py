"""Trace: where a number comes from."""

import streamlit as st

from workbench.copy import say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page, page_path
from workbench.ui.widgets.trace_browser import choose_document, chosen_step, draw_graph, draw_table
from workbench.ui.widgets.trace_step import draw_step, draw_verification

language = enter_page("trace")
prose.question(say("trace.question", language), language)
prose.paragraph(say("trace.lead", language))

with boundary(language):
    document = choose_document(language)
    if document is None or not document.steps:
        prose.heading(say("trace.empty.title", language))
        prose.paragraph(say("trace.empty.text", language))
        for page in ("dilemma", "emotion"):
            label = say(f"trace.empty.{page}", language)
            st.page_link(page_path(page), label=label, query_params={"lang": language})
    else:
        step = chosen_step(document)
        st.query_params["step"] = step.id
        draw_graph(document, step, language)
        table, detail = st.columns(2, gap="large")
        with table:
            draw_table(document, language)
        with detail:
            draw_step(document, step, language)
        draw_verification(document, language)
