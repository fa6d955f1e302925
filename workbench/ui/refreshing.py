"""Looking again by itself: a choice of the interval, and parts of a page that are drawn anew at that pace.

A fragment only observes. It ticks while its page is open in a tab, and nothing that matters may depend on that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import session
from workbench.ui.boundary import boundary
from workbench.ui.run_looks import reader_zone
from workbench.ui.session import Key

INTERVALS_S = (0, 1, 2, 5, 15, 60)
"""Seconds between two looks; 0 is never."""
DEFAULT_S = 2


def draw_interval(language: UiLanguage) -> None:
    """Draw the choice of the interval."""
    st.session_state.setdefault(Key.TRAINING_EVERY, DEFAULT_S)
    st.selectbox(
        say("training.list.every", language),
        INTERVALS_S,
        format_func=lambda seconds: interval_text(seconds, language),
        key=Key.TRAINING_EVERY,
        persist_state="session",
    )


def interval_text(seconds: int, language: UiLanguage) -> str:
    """Return an interval in words."""
    if seconds == 0:
        return say("training.list.every_never", language)
    return say("training.list.every_seconds", language, seconds=str(seconds))


def refreshed(draw: Callable[..., None], *arguments: Any, language: UiLanguage, waits: bool = False) -> None:
    """Draw a part of the page now and again at the chosen pace. A problem is shown in its place and may pass.

    Args:
        draw: A function of a module: Streamlit knows the part by its name.
        arguments: Passed on, and the language after them.
        language: Of the reader.
        waits: Whether nothing can change, so that looking again is of no use.
    """
    every_s = 0 if waits else int(session.get(Key.TRAINING_EVERY, DEFAULT_S))

    @wraps(draw)
    def look() -> None:
        with boundary(language), st.container(key=f"watched{draw.__name__}"):
            draw(*arguments, language)

    st.fragment(look, run_every=every_s or None)()


def looked_text(language: UiLanguage) -> str:
    """Say when the page was drawn, and when it will be again."""
    now = datetime.fromtimestamp(time.time(), reader_zone()).strftime("%H:%M:%S")
    every_s = int(session.get(Key.TRAINING_EVERY, DEFAULT_S))
    if every_s == 0:
        return say("training.list.looked_paused", language, time=now)
    return say("training.list.looked", language, time=now, every=interval_text(every_s, language))
