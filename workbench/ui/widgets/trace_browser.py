"""The trace page's instruments: which trace, search, graph and table, one step with its inputs, recomputation."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from workbench.charts.trace_graph import trace_graph_chart
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.figure import colours, show_figure
from workbench.ui.literal import markdown_literal
from workbench.ui.resources import analyze, evaluate, verify
from workbench.ui.session import Key
from workbench.views.figure import Table
from workbench.views.labels import shorten
from workbench.views.marks import Mark, MarkKind, marked_html
from workbench.views.step_names import step_name
from workbench.views.trace_document import TraceDocument, TraceStep, parse_trace, parse_trace_file
from workbench.views.trace_graph import trace_graph_view
from workbench.views.trace_steps import (
    full_value,
    input_value,
    matching_steps,
    operation_formula,
    operation_name,
    output_summary,
    steps_table,
)

_MAX_UPLOAD_MB = 5
_MAX_LINKS = 12
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


def draw_step(document: TraceDocument, step: TraceStep, language: UiLanguage) -> None:
    """Draw one step: what it calculates, what went in, what came out, and the words it rests on."""
    prose.heading(step_name(step.id, document.letters, language))
    formula = operation_formula(step.operation, language)
    if formula:
        prose.paragraph(formula)
    prose.facts(
        (
            (say("trace.column.stage", language), say(f"terms.stage.{step.stage.value}", language)),
            (say("trace.column.operation", language), operation_name(step.operation, language)),
            (say("trace.step.module", language), f"{step.module}.{step.operation}"),
            (say("trace.column.id", language), step.id),
            (say("trace.step.output", language), output_summary(step.output, language)),
        )
    )
    _draw_words(document, step, language)
    _draw_inputs(document, step, language)
    _draw_uses(document, step, language)
    if step.parameters:
        with st.expander(say("trace.step.parameters", language), type="compact"):
            st.code(full_value(dict(step.parameters)), language="json", wrap_lines=True)
    with st.expander(say("trace.step.output", language), type="compact"):
        st.code(full_value(step.output), language="json", wrap_lines=True)


def _draw_inputs(document: TraceDocument, step: TraceStep, language: UiLanguage) -> None:
    prose.heading(say("trace.step.inputs", language), level=3)
    if not step.inputs:
        prose.paragraph(say("trace.step.no_inputs", language), kind="quiet")
        return
    rows = tuple(
        (
            shorten(i.argument, 40),
            " · ".join((step_name(i.step, document.letters, language), *i.path)),
            output_summary(input_value(document, i), language),
        )
        for i in step.inputs
    )
    columns = tuple(say(f"trace.column.{key}", language) for key in ("argument", "step", "value"))
    prose.small_table(
        Table(name="inputs", columns=columns, rows=rows),
        caption=say("trace.step.inputs", language),
        number_columns=1,
        captioned=False,
    )
    upstream = list(dict.fromkeys(i.step for i in step.inputs if document.step(i.step)))[:_MAX_LINKS]
    _draw_links(document, upstream, "up", language)


def _draw_uses(document: TraceDocument, step: TraceStep, language: UiLanguage) -> None:
    prose.heading(say("trace.step.children", language), level=3)
    uses = [other.id for other in document.steps if any(i.step == step.id for i in other.inputs)]
    if uses:
        _draw_links(document, uses[:_MAX_LINKS], "down", language)
    else:
        prose.paragraph(say("trace.step.no_children", language), kind="quiet")


def _draw_links(document: TraceDocument, identifiers: list[str], direction: str, language: UiLanguage) -> None:
    with st.container(horizontal=True, gap="small"):
        for identifier in identifiers:
            label = markdown_literal(step_name(identifier, document.letters, language))
            key = f"trace.{direction}.{identifier}"
            st.button(label, key=key, type="tertiary", on_click=session.put, args=(Key.TRACE_STEP, identifier))


def _draw_words(document: TraceDocument, step: TraceStep, language: UiLanguage) -> None:
    sources = dict.fromkeys(span.source for span in step.spans)
    texts = {source: document.text_of(source) for source in sources}
    note = say("emotion.mark.chosen", language)
    shown = False
    for source, text in texts.items():
        if not text:
            continue
        if not shown:
            prose.heading(say("trace.step.words", language), level=3)
            shown = True
        marks = [
            Mark(start=span.start, end=span.end, kind=MarkKind.CHOSEN, note=note)
            for span in step.spans
            if span.source == source
        ]
        prose.raw(marked_html(text, marks))


def draw_verification(document: TraceDocument, language: UiLanguage) -> None:
    """Draw the recomputation and the download of the trace.

    Raises:
        RedHeartError: The trace or the checkpoint cannot be used.
    """
    prose.heading(say("trace.verify.title", language))
    with st.container(horizontal=True):
        asked = st.button(say("trace.verify.run", language), key="trace.verify", type="primary")
        st.download_button(
            say("trace.download", language), json.dumps(dict(document.content), ensure_ascii=False, indent=2),
            "trace.json", "application/json", key="trace.download", on_click="ignore",
        )  # fmt: skip
    if not asked:
        return
    answer = verify(dict(document.content), language)
    if answer.valid:
        st.success(say("trace.verify.valid", language, count=str(answer.num_steps)))
        return
    where = say("trace.verify.different", language, step=answer.first_difference or "–")
    st.error(markdown_literal(f"{say('trace.verify.invalid', language)}\n\n{where}\n\n{answer.detail}"))
