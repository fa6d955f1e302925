"""What happened in a run: events, the end of its log, its configuration."""

from __future__ import annotations

import streamlit as st

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.log_tail import last_lines
from redheart_core.training.crossover.result_file import RESULT_FILE, read_result
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.figure import downloads, show_twin
from workbench.ui.run_looks import look_at, reader_zone
from workbench.ui.session import Key
from workbench.views import numbers
from workbench.views.run_status import crossover_sentence, crossover_table, events_table
from workbench.views.visible import visible_text

_SHOWN_EVENTS = 12
_FIRST_BYTES, _MOST_BYTES = 4 * 1024, 64 * 1024


def draw_record(folder: RunFolder, language: UiLanguage) -> None:
    """Draw events, log and configuration."""
    look = look_at(folder)
    title = say("run.record.events", language)
    prose.heading(title)
    if look.events:
        latest = events_table(look.events[-_SHOWN_EVENTS:], reader_zone(), language)
        with st.container(key="run_events"):
            prose.small_table(latest, caption=title, number_columns=0, captioned=False)
        show_twin(
            events_table(look.events, reader_zone(), language), key="run.events", language=language, title=title
        )  # fmt: skip
    else:
        prose.paragraph(say("run.record.no_events", language), kind="quiet")
    _draw_crossover(folder, language)
    _draw_log(folder, language)
    prose.heading(say("run.record.settings", language))
    st.code(look.facts.config, language="toml", height=260)


def _draw_crossover(folder: RunFolder, language: UiLanguage) -> None:
    result = read_result(folder.state / RESULT_FILE)
    if result is None:
        return
    title = say("run.record.crossover", language)
    table = crossover_table(result, language)
    prose.heading(title)
    prose.paragraph(crossover_sentence(result, language))
    prose.small_table(table, caption=title, number_columns=0, captioned=False)
    downloads(table, key="run.crossover", language=language)


def _draw_log(folder: RunFolder, language: UiLanguage) -> None:
    prose.heading(say("run.record.log", language))
    shown_bytes = int(session.get(Key.RUN_LOG_BYTES, _FIRST_BYTES))
    part = last_lines(folder, max_bytes=shown_bytes)
    if not part.text:
        prose.paragraph(say("run.record.no_log", language), kind="quiet")
        return
    with st.container(height=320, autoscroll=True, key="run_log"):
        st.code(visible_text(part.text.rstrip()), language=None, wrap_lines=True)
    place = {"start": numbers.count(part.start), "size": numbers.count(part.size)}
    prose.paragraph(say("run.record.log_part", language, **place), kind="quiet")
    if part.start > 0 and shown_bytes < _MOST_BYTES:
        st.button(say("run.record.earlier", language), key="run.log_more", type="tertiary", on_click=_show_more)


def _show_more() -> None:
    session.put(Key.RUN_LOG_BYTES, min(_MOST_BYTES, 4 * int(session.get(Key.RUN_LOG_BYTES, _FIRST_BYTES))))
