"""The list of runs: newest first, drawn again by itself, one of them chosen by identifier and kept in the address."""

from __future__ import annotations

import streamlit as st

from redheart_core.errors import RunError
from redheart_core.runs.folder import RunFolder, open_folder, runs_root
from workbench.copy import UiLanguage, say
from workbench.ui import address, prose, session
from workbench.ui.literal import markdown_literal
from workbench.ui.refreshing import draw_interval, looked_text, refreshed
from workbench.ui.run_looks import all_runs, reader_zone
from workbench.ui.session import Key
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.views.run_list import RunLine, matches, run_line_html, run_list_view

MOST_LINES = 12
LAYERS = ("watch", "compare", "studies")
COMMAND = "redheart train compact --data DIR"


def begin_choice(language: UiLanguage) -> RunFolder | None:
    """Return the run that is looked at, from the session or the address.

    Raises:
        RunError: The address asks for a run that does not exist.
    """
    if Key.TRAINING_RUN not in st.session_state:
        session.put(Key.TRAINING_RUN, address.asked("run"))
    chosen = session.get(Key.TRAINING_RUN)
    if chosen is None:
        return None
    try:
        return open_folder(runs_root(), str(chosen))
    except RunError:
        session.put(Key.TRAINING_RUN, None)
        raise


def choose_run(run_id: str | None) -> None:
    """Look at another run, whatever was looked at before."""
    session.put(Key.TRAINING_RUN, run_id)
    session.put(Key.TRAINING_LAYER, LAYERS[0])


def draw_layer_switch(language: UiLanguage) -> str:
    """Draw the choice between one run, several, and what many trainings say; return it."""
    return layer_switch(Key.TRAINING_LAYER, "training", LAYERS, language)


def write_choice() -> None:
    """Put the run that is looked at into the address."""
    address.write({"run": session.get(Key.TRAINING_RUN)})


def draw_run_list(language: UiLanguage) -> None:
    """Draw all runs; a new one appears by itself."""
    prose.heading(say("training.list.heading", language))
    if len(all_runs()) > MOST_LINES:
        st.text_input(say("training.list.search", language), key=Key.TRAINING_SEARCH, persist_state="session")
    refreshed(_draw_lines, language=language)
    draw_interval(language)


def _draw_lines(language: UiLanguage) -> None:
    view = run_list_view(all_runs(), reader_zone(), language)
    if not view.lines:
        _draw_empty(language)
        return
    prose.paragraph(view.lead, kind="quiet")
    found = [line for line in view.lines if matches(line, str(session.get(Key.TRAINING_SEARCH) or ""))]
    for line in found[:MOST_LINES]:
        _draw_line(line, language)
    if not found:
        prose.paragraph(say("training.list.none_found", language), kind="quiet")
    if len(found) > MOST_LINES:
        prose.paragraph(say("training.list.more", language, count=str(len(found) - MOST_LINES)), kind="quiet")
    prose.paragraph(looked_text(language), kind="quiet")


def _draw_empty(language: UiLanguage) -> None:
    prose.heading(say("training.empty.title", language), level=3)
    prose.paragraph(say("training.empty.text", language))
    st.code(COMMAND, language="bash", wrap_lines=True)
    prose.paragraph(say("training.empty.folder", language, folder=str(runs_root())), kind="quiet")


def _draw_line(line: RunLine, language: UiLanguage) -> None:
    is_chosen = line.run_id == session.get(Key.TRAINING_RUN)
    kind = "chosen" if is_chosen else "other"
    with st.container(key=f"training_entry_{kind}_{line.run_id}", gap=None):
        if st.button(markdown_literal(line.name), key=f"training.open.{line.run_id}", type="tertiary"):
            choose_run(line.run_id)
            st.rerun()
        prose.raw(run_line_html(line, say("training.list.chosen", language) if is_chosen else ""))
