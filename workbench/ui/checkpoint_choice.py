"""Which checkpoint speaks in this visitor's session: the one that is served, or a model of a run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from redheart_core.errors import RunError
from redheart_core.runs.audit import Deed
from redheart_core.runs.folder import runs_root
from redheart_core.runs.handover import RunModel, find_model
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.audit import written_down
from workbench.ui.boundary import boundary
from workbench.ui.session import Key

SERVED = os.environ.get("REDHEART_CHECKPOINT", "compact")
"""Shipped checkpoint by name, a checkpoint folder, or ``rules``. Set by whoever serves the app, never by a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    run_id: str
    model: str


def checkpoint_in_use() -> str:
    """Return the checkpoint of this session, by name or folder.

    Raises:
        RunError: The run or the model that was chosen is gone.
    """
    chosen = _chosen()
    return SERVED if chosen is None else str(find_model(runs_root(), chosen.run_id, chosen.model).path)


def is_in_use(model: RunModel) -> bool:
    """Return whether this session uses a model of a run."""
    return _chosen() == _Chosen(run_id=model.run_id, model=model.name)


def use(model: RunModel) -> None:
    """Let a model of a run speak in this session, on every page.

    Raises:
        RunError: It does, and that cannot be written down.
    """
    with written_down(Deed.USE_MODEL, model.run_id, detail=model.name):
        session.put(Key.CHECKPOINT, _Chosen(run_id=model.run_id, model=model.name))


def use_served() -> None:
    """Go back to the checkpoint that is served.

    Raises:
        RunError: It speaks again, and that cannot be written down.
    """
    chosen = _chosen()
    if chosen is None:
        return
    with written_down(Deed.USE_SERVED, chosen.run_id, detail=chosen.model):
        session.put(Key.CHECKPOINT, None)


def draw_in_use(language: UiLanguage) -> None:
    """Say on top of a page that a run's model speaks, with the way back; nothing where the served one does."""
    chosen = _chosen()
    if chosen is None:
        return
    with st.container(key="checkpoint_banner", horizontal=True, vertical_alignment="center"):
        try:
            find_model(runs_root(), chosen.run_id, chosen.model)
            text = say("frame.checkpoint.run", language, run=chosen.run_id, model=chosen.model)
        except RunError:
            text = say("frame.checkpoint.gone", language, run=chosen.run_id, model=chosen.model)
        prose.paragraph(text)
        back = say("frame.checkpoint.back", language, name=_served_name())
        st.button(back, key="checkpoint.back", on_click=_go_back, args=(language,))


def _go_back(language: UiLanguage) -> None:
    with boundary(language):
        use_served()


def in_use_text(language: UiLanguage) -> str:
    """Return one line that names the checkpoint in use."""
    chosen = _chosen()
    if chosen is None:
        return say("frame.checkpoint.served", language, name=_served_name())
    return say("frame.checkpoint.short", language, run=chosen.run_id, model=chosen.model)


def _served_name() -> str:
    return Path(SERVED).name


def _chosen() -> _Chosen | None:
    chosen = session.get(Key.CHECKPOINT)
    return chosen if isinstance(chosen, _Chosen) else None
