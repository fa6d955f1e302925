"""The choice of a training whose recorded steps are asked."""

from __future__ import annotations

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import address, prose
from workbench.ui.literal import markdown_literal
from workbench.ui.run_looks import all_runs
from workbench.ui.session import Key
from workbench.views.surd_request import RunChoice


def choose_run(language: UiLanguage) -> RunChoice | None:
    """Draw the choice; None while there is no run."""
    entries = [entry for entry in all_runs() if entry.facts is not None and entry.status is not None]
    names = {entry.folder.run_id: entry.facts.name for entry in entries if entry.facts}
    runs = {entry.folder.run_id: entry.status.step for entry in entries if entry.status}
    if not runs:
        prose.paragraph(say("surd.input.no_runs", language), kind="notice")
        return None
    unknown = address.begin(Key.SURD_RUN, "run", list(runs), next(iter(runs)))
    if unknown is not None:
        st.warning(markdown_literal(say("surd.input.unknown", language, value=unknown)))
    chosen = st.selectbox(
        say("surd.input.run_name", language), list(runs), key=Key.SURD_RUN, persist_state="session",
        format_func=lambda run_id: f"{names[run_id]} · {run_id}",
    )  # fmt: skip
    return RunChoice(run_id=chosen, num_steps=runs[chosen])
