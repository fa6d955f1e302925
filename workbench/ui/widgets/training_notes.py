"""A note and tags of a run, kept in its folder for everybody who looks at it."""

from __future__ import annotations

import streamlit as st

from redheart_core.runs.audit import Deed
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.notes import (
    MAX_NOTE_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    RunNotes,
    clean_notes,
    read_notes,
    write_notes,
)
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.access import require_operator
from workbench.ui.audit import written_down
from workbench.ui.boundary import boundary
from workbench.ui.session import Key

_JOINT = ", "


def draw_notes(folder: RunFolder, language: UiLanguage) -> None:
    """Draw what is written about a run, and fields to write it."""
    notes = read_notes(folder)
    if notes.note:
        prose.paragraph(notes.note, kind="quote")
    box = st.expander(say("run.notes.heading", language), key="run.notes", on_change="rerun", type="compact")
    if box.open:
        with box, boundary(language):
            _draw_fields(folder, notes, language)


def _draw_fields(folder: RunFolder, notes: RunNotes, language: UiLanguage) -> None:
    with st.form(f"run.notes_of.{folder.run_id}", border=False):
        note = st.text_area(
            say("run.notes.note", language), notes.note, key=f"{Key.RUN_NOTE}.{folder.run_id}",
            max_chars=MAX_NOTE_LENGTH,
        )  # fmt: skip
        tags = st.text_input(
            say("run.notes.tags", language), _JOINT.join(notes.tags), key=f"{Key.RUN_TAGS}.{folder.run_id}",
            max_chars=MAX_TAGS * (MAX_TAG_LENGTH + len(_JOINT)),
        )  # fmt: skip
        limits = {"note": f"{MAX_NOTE_LENGTH:,}", "tags": str(MAX_TAGS), "tag": str(MAX_TAG_LENGTH)}
        prose.paragraph(say("run.notes.limits", language, **limits), kind="quiet")
        if st.form_submit_button(say("run.notes.save", language), key="run.notes.save"):
            with written_down(Deed.NOTE, folder.run_id):
                require_operator()
                write_notes(folder, clean_notes(note, tags.split(",")))
            st.toast(say("run.notes.kept", language))
            st.rerun()
