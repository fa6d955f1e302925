"""The trace page's instruments: which trace, the graph around a step, search and the table of steps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from workbench.charts.trace_graph import trace_graph_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.figure import colours, show_figure
from workbench.ui.resources import analyze, evaluate
from workbench.ui.session import Key
from workbench.views.trace_document import TraceDocument, TraceStep, parse_trace, parse_trace_file
from workbench.views.trace_graph import trace_graph_view
from workbench.views.trace_steps import (
    matching_steps,
    steps_table,
)

_MAX_UPLOAD_MB = 5
_GRAPH = "trace.graph"
_TABLE = "trace.table"


def choose_document(language: UiLanguage) -> TraceDocument | None:
    """Draw the choice of a trace and return it; None when there is none yet.

    Raises:
        InputError: The uploaded file is not one of ours.
    """
    has_own = session.dilemma_request() is not None or session.passage_request() is not None
    place = st.expander(say("trace.upload", language), type="compact") if has_own else st.container()
    with place:
        uploaded = st.file_uploader(
            say("trace.upload", language),
            type="json",
            key=Key.TRACE_UPLOAD,
            help=say("trace.upload_help", language),
            max_upload_size=_MAX_UPLOAD_MB,
        )
    sources = [
        name
        for name, present in {
            "uploaded": uploaded is not None,
            "dilemma": session.dilemma_request() is not None,
            "passage": session.passage_request() is not None,
        }.items()
        if present
    ]
    if not sources:
        return None
    if session.get(Key.TRACE_SOURCE) not in sources:
        session.put(Key.TRACE_SOURCE, sources[0])
    source = session.get(Key.TRACE_SOURCE) if len(sources) == 1 else st.segmented_control(
        say("trace.which", language), sources, key=Key.TRACE_SOURCE, required=True, persist_state="session",
        format_func=lambda name: say(f"trace.document.{name}", language),
    )  # fmt: skip
    if source == "uploaded" and uploaded is not None:
        return parse_trace_file(uploaded.getvalue())
    return _session_document(str(source), language)


def _session_document(source: str, language: UiLanguage) -> TraceDocument | None:
    dilemma, passage = session.dilemma_request(), session.passage_request()
    if source == "dilemma" and dilemma is not None:
        return parse_trace(evaluate(dilemma, language).trace.to_dict())
    if passage is not None:
        return parse_trace(analyze(passage, language).trace.to_dict())
    return None


def chosen_step(document: TraceDocument) -> TraceStep:
    """Return the chosen step: from the session, else from the URL, else the last one."""
    wanted = session.get(Key.TRACE_STEP) or st.query_params.get("step", "")
    return document.step(str(wanted)) or document.steps[-1]


def draw_graph(document: TraceDocument, step: TraceStep, language: UiLanguage) -> None:
    """Draw the neighbourhood of the step. A click on a mark chooses that step."""
    view = trace_graph_view(document, step, language)
    chart = trace_graph_chart(view, colours())
    show_figure(view.text, chart, key=f"{_GRAPH}.{step.index}", language=language, on_select=lambda: _clicked(step))
    if view.left_out:
        prose.paragraph(say("trace.left_out", language, count=str(view.left_out)), kind="quiet")


def _clicked(step: TraceStep) -> None:
    event: Any = st.session_state.get(f"{_GRAPH}.{step.index}")
    points = event["selection"]["points"] if event else []
    if points and points[0].get("customdata"):
        session.put(Key.TRACE_STEP, str(points[0]["customdata"][0]))


def draw_table(document: TraceDocument, language: UiLanguage) -> None:
    """Draw the search and the table of steps. Choosing a row chooses its step."""
    query = st.text_input(
        say("trace.search", language), key=Key.TRACE_SEARCH, placeholder=say("trace.search_placeholder", language),
        persist_state="session", type="search",
    )  # fmt: skip
    found = matching_steps(document, query or "", language)
    if not found:
        prose.paragraph(say("trace.no_match", language))
        return
    total = str(len(document.steps))
    prose.paragraph(say("trace.found", language, count=str(len(found)), total=total), kind="quiet")
    table = steps_table(document, found, language)
    st.dataframe(
        pd.DataFrame(list(table.rows), columns=list(table.columns)),
        hide_index=True,
        height=420,
        column_order=table.columns[:4],
        column_config={table.columns[0]: st.column_config.Column(width=56)},
        key=_TABLE,
        on_select=lambda: _row_chosen(found),
        selection_mode="single-row",
        alt=say("frame.figure.table_alt", language, title=say("trace.step.select", language)),
    )
    prose.paragraph(say("trace.choose", language), kind="quiet")


def _row_chosen(found: tuple[TraceStep, ...]) -> None:
    event: Any = st.session_state.get(_TABLE)
    rows = event["selection"]["rows"] if event else []
    if rows and rows[0] < len(found):
        session.put(Key.TRACE_STEP, found[rows[0]].id)
