"""The parts of the first page: presets, what this is and is not, whose judgements it learned, the loaded model."""

from __future__ import annotations

import streamlit as st

from redheart_core.vocabulary.presets import PresetDilemma
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.frame import page_path
from workbench.ui.resources import presets, shared_model
from workbench.ui.widgets.dilemma_editor import literal_title
from workbench.views.labels import family_name, shorten

_SHOWN = 6
_EXCERPT = 160


def draw_presets(language: UiLanguage) -> None:
    """Draw the ready-made dilemmas, those in the reader's language first. One click opens one."""
    prose.heading(say("home.start.title", language))
    if st.button(say("home.start.own", language), key="home.own", type="primary"):
        session.clear_dilemma()
        _open_dilemma(language)
    own = [preset for preset in presets() if preset.language.value == language]
    other = [preset for preset in presets() if preset.language.value != language]
    _draw_entries(own[:_SHOWN], language)
    rest = own[_SHOWN:]
    if rest:
        with st.expander(say("home.start.more", language, count=str(len(rest))), type="compact"):
            _draw_entries(rest, language)
    with st.expander(say("home.start.other_language", language), type="compact"):
        _draw_entries(other, language)


def _draw_entries(entries: list[PresetDilemma], language: UiLanguage) -> None:
    for preset in entries:
        with st.container(key=f"home_entry_{preset.id}", gap=None):
            opened = st.button(literal_title(preset), key=f"home.preset.{preset.id}", type="tertiary")
            prose.paragraph(shorten(preset.dilemma.situation, _EXCERPT), kind="excerpt")
        if opened:
            session.load_dilemma(preset.dilemma)
            session.put(session.Key.PRESET, preset.id)
            _open_dilemma(language)


def _open_dilemma(language: UiLanguage) -> None:
    st.switch_page(page_path("dilemma"), query_params={"lang": language})


def draw_description(language: UiLanguage) -> None:
    """Draw what this is, what it is not, and whose judgements it learned."""
    for part in ("is", "is_not"):
        claims = tuple(say(f"home.{part}.{place}", language) for place in ("first", "second", "third"))
        prose.bullets(claims, title=say(f"home.{part}.title", language))
    prose.titled(say("home.whose.title", language), say("home.whose.text", language))


def draw_loaded_model(language: UiLanguage) -> None:
    """Draw which weights speak and which parts give no answer.

    Raises:
        CheckpointError: The weights are missing or damaged.
    """
    shared = shared_model(language)
    sha = (shared.sha256 or "–")[:12]
    named = say("home.model.name", language, name=str(shared.model.name), sha=sha)
    prose.titled(say("home.model.title", language), named)
    refused = [family_name(family, language) for family in shared.model.refused]
    if refused:
        prose.paragraph(say("home.model.refused", language, families=", ".join(refused)), kind="quiet")
    else:
        prose.paragraph(say("home.model.complete", language), kind="quiet")
    st.page_link(page_path("model"), label=say("home.model.more", language), query_params={"lang": language})
