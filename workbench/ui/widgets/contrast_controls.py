"""The fields of a contrast: a dilemma, the two options that are held against each other, the method."""

from __future__ import annotations

import streamlit as st

from redheart_core.errors import RedHeartError
from redheart_core.explain.attribution.contrast import CONTRAST_METHODS
from redheart_core.explain.attribution.result import Unit
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.contrast_choices import begin_contrast, chosen_dilemma, dilemma_names, lettered_options, read_contrast
from workbench.ui.contrasts import evaluations_of_contrast
from workbench.ui.frame import page_path
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.widgets.attribution_controls import draw_baseline, draw_method, how_line
from workbench.views.labels import shorten
from workbench.views.progress import cost_text

_EXCERPT, _OPTION = 220, 60


def draw_contrast_controls(language: UiLanguage) -> None:
    """Draw the fields.

    Raises:
        RedHeartError: The presets or the checkpoint cannot be used.
    """
    messages = begin_contrast(language)
    _draw_dilemma(language)
    for message in messages:
        st.error(markdown_literal(message))
    _draw_options(language)
    with st.expander(how_line(Unit.OUTPUT, language), type="compact", key="attribution.how"):
        draw_method(CONTRAST_METHODS, language)
        draw_baseline(language)
    _draw_cost(language)


def _draw_dilemma(language: UiLanguage) -> None:
    names = dilemma_names(language)
    st.selectbox(
        say("contrast.input.dilemma", language),
        list(names),
        format_func=lambda identifier: names[identifier],
        key=Key.CONTRAST_DILEMMA,
        help=say("contrast.input.dilemma_help", language),
        persist_state="session",
    )
    prose.paragraph(shorten(chosen_dilemma().situation, _EXCERPT), kind="quote")
    if session.dilemma_request() is None:
        label = say("contrast.input.write_own", language)
        st.page_link(page_path("dilemma"), label=label, query_params={"lang": language})


def _draw_options(language: UiLanguage) -> None:
    options = lettered_options()
    for key, place in ((Key.CONTRAST_FIRST, "first"), (Key.CONTRAST_SECOND, "second")):
        st.selectbox(
            say(f"contrast.input.{place}", language),
            list(options),
            format_func=lambda name: f"{name} · {shorten(options[name], _OPTION)}",
            key=key,
            persist_state="session",
        )


def _draw_cost(language: UiLanguage) -> None:
    """Say what a run costs before it runs; what cannot be used is said after the button is pressed."""
    try:
        count = evaluations_of_contrast(read_contrast(), language)
    except RedHeartError:
        return
    prose.paragraph(cost_text(count, session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")
