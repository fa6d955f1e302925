"""The choice of what is asked on the attribution page, and the address that it leaves behind."""

from __future__ import annotations

import streamlit as st

from workbench.copy import UiLanguage, say
from workbench.ui import address
from workbench.ui.attribution_choices import words_address
from workbench.ui.attribution_question import OPTIONS, QUESTIONS, WORDS
from workbench.ui.contrast_choices import contrast_address
from workbench.ui.session import Key


def draw_question_switch(language: UiLanguage) -> str:
    """Draw the choice and return it."""
    unknown = address.begin(Key.ATTRIBUTION_QUESTION, "ask", QUESTIONS, WORDS)
    with st.container(key="attribution_question_layers"):
        chosen = st.segmented_control(
            say("contrast.question.label", language),
            QUESTIONS,
            format_func=lambda question: say(f"contrast.question.{question}", language),
            key=Key.ATTRIBUTION_QUESTION,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    if unknown is not None:
        st.error(say("contrast.question.unknown", language))
    return str(chosen or WORDS)


def write_address(question: str) -> None:
    """Put the choices of one question into the address and take those of the other away."""
    words, contrast = words_address(), contrast_address()
    shown, hidden = (contrast, words) if question == OPTIONS else (words, contrast)
    gone = dict.fromkeys(set(hidden) - set(shown))
    address.write({"ask": question if question == OPTIONS else None, **gone, **shown})
