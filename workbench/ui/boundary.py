"""The one place where a problem becomes a message on the page. What was typed stays where it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from redheart_core.errors import InputError, RedHeartError
from workbench.copy import UiLanguage, say
from workbench.ui.literal import markdown_literal

logger = logging.getLogger(__name__)


@contextmanager
def boundary(language: UiLanguage) -> Iterator[None]:
    """Show any problem of ours in the reader's language instead of the rest of the block."""
    try:
        yield
    except RedHeartError as problem:
        logger.info("Shown on the page: %s", type(problem).__name__)
        st.error(markdown_literal(error_text(problem, language)))


def error_text(problem: RedHeartError, language: UiLanguage) -> str:
    """Return what a reader is told; what they cannot correct by typing ends with the word that nothing is lost."""
    message = problem.message(language)
    return message if isinstance(problem, InputError) else f"{message}\n\n{say('frame.error.kept', language)}"
