"""One step of a trace: its formula, what went in and came out, the words it rests on; and the recomputation."""

from __future__ import annotations

import json

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.literal import markdown_literal
from workbench.ui.resources import verify
from workbench.ui.session import Key
from workbench.views.figure import Table
from workbench.views.labels import shorten
from workbench.views.marks import Mark, MarkKind, marked_html
from workbench.views.step_names import step_name, word_name
from workbench.views.trace_document import TraceDocument, TraceStep
from workbench.views.trace_steps import full_value, input_value, operation_formula, operation_name, output_summary

_MAX_LINKS = 12


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
            shorten(word_name(i.argument, language), 40),
            " · ".join([step_name(i.step, document.letters, language), *(word_name(w, language) for w in i.path)]),
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
