"""Which steps of a run all its curves show: chosen beside them and kept in the session, from page to page."""

from __future__ import annotations

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import session
from workbench.ui.session import Key
from workbench.views.panels import PanelsView, within

_POSITIONS = 100


def draw_span(run_id: str, planned_steps: int, language: UiLanguage) -> None:
    """Draw the choice of the steps to show."""
    last = max(2, planned_steps)
    st.slider(
        say("run.span", language), 0, last, (0, last), step=max(1, last // _POSITIONS), key=_key(run_id),
        help=say("run.span_help", language), persist_state="session",
    )  # fmt: skip


def cut(view: PanelsView, run_id: str) -> PanelsView:
    """Return the part of a view over steps that was chosen."""
    chosen = session.recall(_key(run_id))
    return view if chosen is None else within(view, (float(chosen[0]), float(chosen[1])))


def shown_span(run_id: str) -> str:
    """Return which run is shown and which of its steps, as a name of what is drawn."""
    return f"{run_id} {session.recall(_key(run_id))}"


def _key(run_id: str) -> str:
    return f"{Key.RUN_SPAN}.{run_id}"
