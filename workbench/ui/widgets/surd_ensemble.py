"""The choice of an ensemble: around which option of which dilemma, and by which design its cases are drawn."""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.surd.ensemble import Design, Varied
from redheart_core.explain.surd.ensemble.design import MOST_ALTERATIONS, MOST_PARTS
from redheart_core.vocabulary.dilemma import Dilemma
from workbench.copy import UiLanguage, say
from workbench.ui import address, session
from workbench.ui.literal import markdown_literal
from workbench.ui.resources import presets
from workbench.ui.session import Key
from workbench.ui.surd_choices import begin_number
from workbench.views import numbers
from workbench.views.labels import shorten
from workbench.views.surd_request import EnsembleChoice

OWN = ""
"""Stands for the dilemma on the dilemma page."""
CASES = (1_024, 4_096, 8_192, 16_384)
_OPTION_COLUMNS = 60


def choose_ensemble(language: UiLanguage) -> EnsembleChoice:
    """Draw the choice and return it.

    Raises:
        RedHeartError: The presets or the design cannot be used.
    """
    dilemmas = _dilemmas(language)
    first = next(iter(dilemmas))
    unknown = [
        address.begin(Key.SURD_DILEMMA, "dilemma", list(dilemmas), first),
        address.begin(Key.SURD_VARY, "vary", [varied.value for varied in Varied], Design().varied.value),
        begin_number(Key.SURD_CASES, "cases", CASES, Design().num_cases),
        begin_number(Key.SURD_PARTS, "parts", range(1, MOST_PARTS + 1), Design().num_parts),
        begin_number(Key.SURD_ALTERATIONS, "alterations", range(MOST_ALTERATIONS + 1), Design().num_alterations),
        begin_number(Key.SURD_SEED, "seed", None, 0),
    ]
    named = [value for value in unknown if value is not None]
    if named:
        st.warning(markdown_literal(say("surd.input.unknown", language, value=", ".join(named))))
    preset, place = _choose_option(dilemmas, language)
    st.segmented_control(
        say("surd.input.vary", language), [varied.value for varied in Varied], key=Key.SURD_VARY, required=True,
        format_func=lambda name: say(f"surd.input.vary_{name}", language), help=say("surd.input.vary_help", language),
        persist_state="session",
    )  # fmt: skip
    with st.expander(say("surd.input.design", language), type="compact"):
        _draw_design(language)
    design = Design(
        varied=Varied(str(session.get(Key.SURD_VARY))),
        num_cases=int(session.get(Key.SURD_CASES)),
        num_parts=int(session.get(Key.SURD_PARTS)),
        num_alterations=int(session.get(Key.SURD_ALTERATIONS)),
        seed=int(session.get(Key.SURD_SEED)),
    )
    return EnsembleChoice(dilemma=dilemmas[preset][1], place=place, design=design, preset=preset)


def _dilemmas(language: UiLanguage) -> dict[str, tuple[str, Dilemma]]:
    """Return titles and dilemmas by id: the visitor's own first, then the presets in their language."""
    asked = session.dilemma_request()
    own = {} if asked is None else {OWN: (say("surd.input.dilemma_own", language), asked.dilemma)}
    wanted = session.get(Key.SURD_DILEMMA) or address.asked("dilemma")
    shown = [preset for preset in presets() if preset.language.value == language or preset.id == wanted]
    return {**own, **{preset.id: (preset.title, preset.dilemma) for preset in shown}}


def _choose_option(dilemmas: dict[str, tuple[str, Dilemma]], language: UiLanguage) -> tuple[str, int]:
    preset = st.selectbox(
        say("surd.input.dilemma", language), list(dilemmas), format_func=lambda name: dilemmas[name][0],
        key=Key.SURD_DILEMMA, help=say("surd.input.dilemma_help", language), persist_state="session",
    )  # fmt: skip
    options = dilemmas[preset][1].options
    key = f"{Key.SURD_OPTION}.{preset}"
    wanted = address.asked("option") or ""
    first = int(wanted) - 1 if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(options) else 0
    if st.session_state.get(key, len(options)) >= len(options):
        st.session_state[key] = first
    place = st.selectbox(
        say("surd.input.option", language), range(len(options)), key=key, persist_state="session",
        format_func=lambda place: shorten(options[place].name, _OPTION_COLUMNS),
    )  # fmt: skip
    return preset, int(place)


def _draw_design(language: UiLanguage) -> None:
    st.selectbox(
        say("surd.input.cases", language), CASES, key=Key.SURD_CASES, format_func=numbers.count,
        help=say("surd.input.cases_help", language), persist_state="session",
    )  # fmt: skip
    if session.get(Key.SURD_VARY) != Varied.VARIABLES:
        st.number_input(
            say("surd.input.parts", language), min_value=1, max_value=MOST_PARTS, step=1, key=Key.SURD_PARTS,
            help=say("surd.input.parts_help", language), persist_state="session",
        )  # fmt: skip
        st.number_input(
            say("surd.input.alterations", language), min_value=0, max_value=MOST_ALTERATIONS, step=1,
            key=Key.SURD_ALTERATIONS, help=say("surd.input.alterations_help", language), persist_state="session",
        )  # fmt: skip
    st.number_input(
        say("surd.input.seed", language), min_value=0, max_value=999_999_999, step=1, key=Key.SURD_SEED,
        persist_state="session",
    )  # fmt: skip
