"""Access to the runs on this machine, shared by all sessions: what has not changed is not read again."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from redheart_core.runs.folder import RunFolder, runs_root
from redheart_core.runs.overview import Entry, Overview
from redheart_core.runs.watching import Look, RunWatch

_MOST_WATCHED = 32


@st.cache_resource(max_entries=1, show_spinner=False)
def _overview() -> Overview:
    return Overview()


def all_runs() -> tuple[Entry, ...]:
    """Return every run, newest first."""
    return _overview().look(runs_root())


@st.cache_resource(max_entries=_MOST_WATCHED, show_spinner=False)
def _watch(path: str) -> RunWatch:
    return RunWatch(RunFolder(path=Path(path)))


def look_at(folder: RunFolder) -> Look:
    """Return a run as it is now; what all sessions have read of it is kept.

    Raises:
        RunError: Its store cannot be read.
    """
    return _watch(str(folder.path)).look()


def reader_zone() -> tzinfo:
    """Return the time zone of the reader's browser, or UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
