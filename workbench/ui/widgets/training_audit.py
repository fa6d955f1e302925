"""Who did what with the runs, folded at the foot of the training page."""

from __future__ import annotations

import streamlit as st

from redheart_core.runs.audit import read_tail
from redheart_core.runs.folder import runs_root
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.figure import downloads
from workbench.views import numbers
from workbench.views.audit import audit_table

_SHOWN = 25


def draw_audit(language: UiLanguage) -> None:
    """Draw the latest actions, and offer all that were read as files.

    Raises:
        RunError: The file cannot be read.
    """
    title = say("audit.title", language)
    box = st.expander(title, key="training.audit", on_change="rerun", type="compact")
    if not box.open:
        return
    tail = read_tail(runs_root())
    with box:
        prose.paragraph(say("audit.text", language), kind="quiet")
        if tail.num_unreadable:
            count = numbers.count(tail.num_unreadable)
            prose.paragraph(say("audit.unreadable", language, count=count), kind="notice")
        if not tail.entries:
            prose.paragraph(say("audit.none", language))
            return
        shown = audit_table(tail.entries[-_SHOWN:], language)
        prose.small_table(shown, caption=title, number_columns=0, captioned=False)
        counts = {"shown": numbers.count(len(shown.rows)), "read": numbers.count(len(tail.entries))}
        key = "audit.shown" if tail.is_whole else "audit.shown_part"
        prose.paragraph(say(key, language, **counts), kind="quiet")
        downloads(audit_table(tail.entries, language), key="training.audit", language=language)
