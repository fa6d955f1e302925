"""Labelled cases beside the text: where they come from, which it is most like, which would move the output most."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.labelled import dataset_of
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session, tasks
from workbench.ui.boundary import boundary
from workbench.ui.cases import (
    dataset_cases,
    dataset_here,
    found_cases,
    output_of,
    store_here,
    stored_cases,
    uploaded_cases,
)
from workbench.ui.figure import downloads
from workbench.ui.progress import stoppable
from workbench.ui.session import Key
from workbench.views.cases import (
    EXAMPLE_FILE,
    MOST_CASES,
    CasesView,
    LabelledCases,
    cases_note,
    cases_view,
    similar_view,
)
from workbench.views.figure import Table
from workbench.views.progress import cost_text

_MAX_UPLOAD_MB = 2
FILE = "file"


def draw_cases_beside(attribution: Attribution, target: str, language: UiLanguage) -> None:
    """Draw labelled cases beside the text.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    prose.heading(say("cases.heading", language))
    prose.paragraph(say("cases.text", language, target=target))
    output = output_of(attribution.key, language)
    if output is None:
        prose.paragraph(say("cases.no_output", language), kind="notice")
    else:
        with boundary(language):
            _draw_labelled(attribution, output, target, language)
    with boundary(language):
        _draw_store(attribution, language)
    prose.bullets(
        (say(f"cases.cannot.{place}", language) for place in ("step", "alike", "labels")),
        title=say("concepts.cannot.heading", language),
    )


def _draw_labelled(attribution: Attribution, output: OutputTarget, target: str, language: UiLanguage) -> None:
    cases = _chosen_cases(output, target, language)
    if cases is None:
        return
    prose.paragraph(cases_note(cases, language), kind="quiet")
    if not tasks.is_asked(tasks.CASES):
        _offer(cases, language)
        return
    task = say("cases.task", language)
    with stoppable(task, language, key="cases.stop", on_stop=tasks.stop, args=(tasks.CASES,)) as report:
        found = found_cases(attribution.key, cases, language, report)
    _draw_found(cases_view(found.influences, found.similar, target, language), language)


def _chosen_cases(output: OutputTarget, target: str, language: UiLanguage) -> LabelledCases | None:
    """Draw where cases come from, and return them; None while there are none."""
    here = dataset_here(output)
    sources = [FILE] if here is None else [here, FILE]
    if session.get(Key.CASES_SOURCE) not in sources:
        session.put(Key.CASES_SOURCE, sources[0])
    if here is None:
        _say_how_to_get(output, target, language)
    else:
        st.segmented_control(
            say("cases.input.source", language), sources, key=Key.CASES_SOURCE, required=True, persist_state="session",
            format_func=lambda one: say("cases.input.file", language) if one == FILE else one,
            on_change=tasks.withdraw, args=(tasks.CASES,),
        )  # fmt: skip
    if session.get(Key.CASES_SOURCE) != FILE:
        return dataset_cases(output)
    return _uploaded(output, language)


def _uploaded(output: OutputTarget, language: UiLanguage) -> LabelledCases | None:
    prose.paragraph(say("cases.input.schema", language, most=str(MOST_CASES), size=str(_MAX_UPLOAD_MB)))
    st.download_button(
        say("cases.input.example", language), EXAMPLE_FILE, "cases.jsonl", "application/json", key="cases.example",
        on_click="ignore", type="tertiary",
    )  # fmt: skip
    uploaded = st.file_uploader(
        say("cases.input.upload", language), type=["csv", "jsonl"], key=Key.CASES_UPLOAD,
        max_upload_size=_MAX_UPLOAD_MB, on_change=tasks.withdraw, args=(tasks.CASES,),
    )  # fmt: skip
    return None if uploaded is None else uploaded_cases(uploaded.name, uploaded.getvalue(), output)


def _say_how_to_get(output: OutputTarget, target: str, language: UiLanguage) -> None:
    name = dataset_of(output)
    if name is None:
        prose.paragraph(say("cases.input.no_dataset", language, target=target), kind="quiet")
        return
    with st.expander(say("cases.input.get", language, name=name), type="compact"):
        prose.paragraph(say("cases.input.get_text", language, name=name))
        st.code("redheart data fetch --data data\nREDHEART_DATA=data streamlit run streamlit_app.py", language="bash")


def _offer(cases: LabelledCases, language: UiLanguage) -> None:
    if tasks.is_stopped(tasks.CASES):
        prose.paragraph(say("attribution.progress.cancelled", language), kind="notice")
    st.button(say("cases.run", language), key="cases.run", on_click=tasks.ask, args=(tasks.CASES,))
    prose.paragraph(cost_text(2 * len(cases.rows), session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")


def _draw_found(view: CasesView, language: UiLanguage) -> None:
    prose.heading(say("cases.influence.heading", language))
    prose.paragraph(view.sentence, kind="lead")
    prose.paragraph(say("cases.influence.text", language), kind="quiet")
    _draw_table(view.raising, say("cases.influence.raising", language), 2)
    _draw_table(view.lowering, say("cases.influence.lowering", language), 2)
    downloads(view.influence_table, key="cases.influence", language=language)
    _draw_nearest(view.nearest_sentence, view.nearest, view.nearest_table, "cases.nearest", language)


def _draw_nearest(sentence: str, short: Table, full: Table, key: str, language: UiLanguage) -> None:
    prose.heading(say("cases.nearest.heading", language))
    prose.paragraph(sentence)
    _draw_table(short, say("cases.nearest.caption", language), 1)
    downloads(full, key=key, language=language)


def _draw_table(table: Table, caption: str, number_columns: int) -> None:
    if table.rows:
        prose.small_table(table, caption=caption, number_columns=number_columns)


def _draw_store(attribution: Attribution, language: UiLanguage) -> None:
    if store_here() is None:
        with st.expander(say("cases.store.get", language), type="compact"):
            prose.paragraph(say("cases.store.get_text", language))
            st.code(
                "redheart data export kote --data data --out cases.jsonl\n"
                "redheart chunks build cases.jsonl --out chunks\n"
                "REDHEART_CHUNKS=chunks streamlit run streamlit_app.py",
                language="bash",
            )
        return
    sentence, short, full = similar_view(stored_cases(attribution.key, language), language)
    prose.paragraph(say("cases.store.text", language), kind="quiet")
    _draw_nearest(sentence, short, full, "cases.store", language)
