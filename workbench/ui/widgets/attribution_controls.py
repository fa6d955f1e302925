"""The fields of an attribution: text, output, method with its options, baseline, unit. No text enters the address."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from redheart_core.errors import RedHeartError
from redheart_core.explain.attribution.baselines import AVERAGE, BASELINES, TEXT
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.result import Unit
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.attribution_choices import (
    begin_choices,
    chosen_method,
    chosen_units,
    first_seed,
    read_request,
    shown_contrasts,
    shown_outputs,
)
from workbench.ui.explanations import evaluations_of
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.widgets.method_options import draw_options
from workbench.views.method_names import baseline_name, method_gloss, method_name
from workbench.views.progress import cost_text
from workbench.views.targets import choice_label
from workbench.views.word_map import unit_name


def draw_controls(language: UiLanguage) -> None:
    """Draw the fields. A first visitor needs two of them; the others are folded, and the fold says what they hold.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    messages = begin_choices(language)
    _draw_text(language)
    for message in messages:
        st.error(markdown_literal(message))
    _draw_target(language)
    with st.expander(say("attribution.input.more", language), type="compact"):
        _draw_more(language)
    with st.expander(
        how_line(Unit(session.get(Key.ATTRIBUTION_UNIT)), language), type="compact", key="attribution.how"
    ):
        draw_method(METHODS, language)
        draw_baseline(language)
        _draw_unit(language)
    _draw_cost(language)


def _draw_text(language: UiLanguage) -> None:
    st.text_area(
        say("attribution.input.text", language),
        key=Key.ATTRIBUTION_TEXT,
        height=140,
        placeholder=say("attribution.input.placeholder", language),
        help=say("attribution.input.text_help", language),
        persist_state="session",
    )
    st.button(
        say("attribution.input.example", language),
        key="attribution.example",
        type="tertiary",
        on_click=session.put,
        args=(Key.ATTRIBUTION_TEXT, say("attribution.input.example_text", language)),
    )


def _draw_target(language: UiLanguage) -> None:
    st.selectbox(
        say("attribution.input.target", language),
        shown_outputs(language),
        format_func=lambda name: choice_label(name, language),
        key=Key.ATTRIBUTION_TARGET,
        help=say("attribution.input.target_help", language),
        persist_state="session",
    )


def _draw_more(language: UiLanguage) -> None:
    st.text_area(
        say("attribution.input.context", language),
        key=Key.ATTRIBUTION_CONTEXT,
        height=100,
        help=say("attribution.input.context_help", language),
        persist_state="session",
    )
    st.selectbox(
        say("attribution.input.contrast", language),
        ["", *shown_contrasts(language)],
        format_func=lambda n: choice_label(n, language) if n else say("attribution.input.contrast_none", language),
        key=Key.ATTRIBUTION_CONTRAST,
        help=say("attribution.input.contrast_help", language),
        persist_state="session",
    )
    st.checkbox(say("attribution.input.untrained", language), key=Key.ATTRIBUTION_UNTRAINED, persist_state="session")


def how_line(unit: Unit, language: UiLanguage) -> str:
    """Say the method, the baseline and the unit in one line."""
    names = (
        method_name(chosen_method().name, language),
        baseline_name(str(session.get(Key.ATTRIBUTION_BASELINE)), language),
        unit_name(unit, language),
    )
    return markdown_literal(" · ".join(names))


def draw_method(names: Iterable[str], language: UiLanguage) -> None:
    """Draw the choice among methods, with the options of the chosen one and the seed."""
    st.selectbox(
        say("attribution.input.method", language),
        list(names),
        format_func=lambda name: method_name(name, language),
        key=Key.ATTRIBUTION_METHOD,
        persist_state="session",
    )
    prose.paragraph(method_gloss(chosen_method().name, language), kind="quiet")
    draw_options(chosen_method(), language)
    st.session_state.setdefault(Key.ATTRIBUTION_SEED, first_seed())
    st.number_input(
        say("attribution.input.seed", language), min_value=0, step=1, key=Key.ATTRIBUTION_SEED, persist_state="session"
    )


def draw_baseline(language: UiLanguage) -> None:
    """Draw the choice of a baseline, and its text where it is one of the visitor's own."""
    st.selectbox(
        say("attribution.input.baseline", language),
        BASELINES,
        format_func=lambda name: baseline_name(name, language),
        key=Key.ATTRIBUTION_BASELINE,
        help=say("attribution.input.baseline_help", language),
        persist_state="session",
    )
    kind = session.get(Key.ATTRIBUTION_BASELINE)
    if kind in {TEXT, AVERAGE}:
        st.text_area(
            say(f"attribution.input.baseline_{kind}", language), key=Key.ATTRIBUTION_BASELINE_TEXT, height=84,
            persist_state="session",
        )  # fmt: skip


def _draw_unit(language: UiLanguage) -> None:
    st.segmented_control(
        say("attribution.input.unit", language),
        chosen_units(language),
        format_func=lambda unit: say(f"attribution.unit.{unit}", language),
        key=Key.ATTRIBUTION_UNIT,
        help=say("attribution.input.unit_help", language),
        required=True,
        persist_state="session",
    )


def _draw_cost(language: UiLanguage) -> None:
    """Say what a run costs before it runs; what cannot be used is said after the button is pressed."""
    if not str(session.get(Key.ATTRIBUTION_TEXT) or "").strip():
        prose.paragraph(say("attribution.input.cost_unknown", language), kind="quiet")
        return
    try:
        count = evaluations_of(read_request(), language)
    except RedHeartError:
        return
    prose.paragraph(cost_text(count, session.get(Key.ATTRIBUTION_PACE), language), kind="quiet")
