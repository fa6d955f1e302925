"""The fields of a dilemma: situation, options, people affected. What is typed is kept for the whole session."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from redheart_core.errors import InputError
from redheart_core.vocabulary.dilemma import (
    MAX_OPTIONS,
    MAX_PARTIES,
    MIN_OPTIONS,
    Dilemma,
    Option,
    Party,
)
from redheart_core.vocabulary.presets import PresetDilemma
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key, PartyDraft
from workbench.views.labels import letter, shorten
from workbench.views.order import shown_order


def preset_picker(presets: tuple[PresetDilemma, ...], language: UiLanguage) -> None:
    """Draw the list of ready-made dilemmas, those in the reader's language first. Choosing one fills the fields."""
    ordered = sorted(presets, key=lambda preset: preset.language.value != language)
    titles = {preset.id: preset.title for preset in ordered}

    def load() -> None:
        chosen = session.get(Key.PRESET)
        found = next((preset for preset in presets if preset.id == chosen), None)
        if found is not None:
            session.load_dilemma(found.dilemma)
            session.put(Key.PRESET, found.id)

    st.selectbox(
        say("dilemma.input.preset", language),
        list(titles),
        index=None,
        format_func=lambda identifier: titles[identifier],
        key=Key.PRESET,
        on_change=load,
        placeholder=say("dilemma.input.preset_none", language),
        persist_state="session",
    )


def draw_editor(language: UiLanguage) -> None:
    """Draw the fields."""
    st.text_area(
        say("dilemma.input.situation", language),
        key=Key.SITUATION,
        height=176,
        placeholder=say("dilemma.input.situation_placeholder", language),
        help=say("dilemma.input.situation_help", language),
        persist_state="session",
    )
    identifiers = session.option_ids()
    for position, identifier in enumerate(identifiers):
        _draw_option(position, identifier, len(identifiers), language)
    st.button(
        say("dilemma.input.add_option", language),
        key="dilemma.add_option",
        type="tertiary",
        icon=":material/add:",
        on_click=session.add_option,
        disabled=len(identifiers) >= MAX_OPTIONS,
    )
    count = len(session.party_ids())
    label = say("dilemma.input.parties", language) + (f" ({count})" if count else "")
    with st.expander(label, key="dilemma.parties_fold"):
        _draw_parties(language)


def _draw_option(position: int, identifier: int, count: int, language: UiLanguage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", wrap=False):
        st.text_area(
            say("dilemma.input.option", language, number=str(position + 1)),
            key=f"{Key.OPTION}.{identifier}",
            height=84,
            placeholder=say("dilemma.input.option_placeholder", language),
            persist_state="session",
        )
        if count > MIN_OPTIONS:
            _remove_button(
                say("dilemma.input.remove_option", language, number=str(position + 1)),
                f"dilemma.remove_option.{identifier}",
                session.remove_option,
                identifier,
            )


def _remove_button(label: str, key: str, remove: Callable[[int], None], identifier: int) -> None:
    """Draw a cross; its label is there for screen readers."""
    st.button(label, key=key, type="tertiary", icon=":material/close:", on_click=remove, args=(identifier,))


def _draw_parties(language: UiLanguage) -> None:
    prose.paragraph(say("dilemma.input.parties_hint", language), kind="quiet")
    identifiers = session.party_ids()
    for number, identifier in enumerate(identifiers, start=1):
        _draw_party(str(number), identifier, language)
    st.button(
        say("dilemma.input.add_party", language),
        key="dilemma.add_party",
        type="tertiary",
        icon=":material/add:",
        on_click=session.add_party,
        disabled=len(identifiers) >= MAX_PARTIES,
    )


def _draw_party(number: str, identifier: int, language: UiLanguage) -> None:
    stem = f"{Key.PARTY}.{identifier}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", wrap=False):
        st.text_input(
            say("dilemma.input.party_name", language, number=number), key=f"{stem}.name", persist_state="session"
        )
        label = say("dilemma.input.remove_party", language, number=number)
        _remove_button(label, f"dilemma.remove_party.{identifier}", session.remove_party, identifier)
    count, vulnerability = st.columns(2)
    with count:
        st.number_input(
            say("dilemma.input.party_count", language, number=number),
            step=1, key=f"{stem}.count", persist_state="session",
        )  # fmt: skip
    with vulnerability:
        st.number_input(
            say("dilemma.input.party_vulnerability", language, number=number),
            step=0.1, format="%.2f", key=f"{stem}.vulnerability", persist_state="session",
            help=say("dilemma.input.party_vulnerability_help", language),
        )  # fmt: skip


def read_dilemma() -> Dilemma:
    """Return the dilemma in the fields. Options left empty beyond the second are skipped.

    Raises:
        InputError: A field cannot be used.
    """
    texts = [str(st.session_state.get(f"{Key.OPTION}.{i}") or "") for i in session.option_ids()]
    kept = [text for position, text in enumerate(texts) if position < MIN_OPTIONS or text.strip()]
    return Dilemma(
        situation=str(session.get(Key.SITUATION) or ""),
        options=tuple(Option(name=text) for text in kept),
        parties=tuple(_read_party(n, i) for n, i in enumerate(session.party_ids(), start=1)),
    )


def _read_party(number: int, identifier: int) -> Party:
    stem = f"{Key.PARTY}.{identifier}"
    draft = PartyDraft(
        name=str(st.session_state.get(f"{stem}.name") or ""),
        count=int(st.session_state.get(f"{stem}.count") or 0),
        vulnerability=float(st.session_state.get(f"{stem}.vulnerability") or 0.0),
    )
    if not draft.name.strip():
        raise InputError(
            code="party_blank",
            en=say("dilemma.input.party_blank", "en", number=str(number)),
            ko=say("dilemma.input.party_blank", "ko", number=str(number)),
        )
    return Party(name=draft.name, count=draft.count, vulnerability=draft.vulnerability)


def draw_summary(dilemma: Dilemma, language: UiLanguage) -> None:
    """Draw the dilemma folded: its first lines, how many options and people, and the way back to the fields."""
    with st.container(key="dilemma_summary"):
        _draw_summary(dilemma, language)


def _draw_summary(dilemma: Dilemma, language: UiLanguage) -> None:
    prose.paragraph(shorten(dilemma.situation, 220), kind="quote")
    order = shown_order(dilemma)
    prose.lettered((letter(place), dilemma.options[index].name) for place, index in enumerate(order.options))
    if dilemma.parties:
        names = ", ".join(dilemma.parties[index].name for index in order.parties)
        prose.paragraph(say("dilemma.input.summary_parties", language, parties=names), kind="quiet")
    with st.container(horizontal=True):
        st.button(
            say("dilemma.input.edit", language), key="dilemma.edit", on_click=session.put, args=(Key.EDITING, True)
        )
        st.button(
            say("dilemma.input.new", language), key="dilemma.new", type="tertiary", on_click=session.clear_dilemma
        )


def literal_title(preset: PresetDilemma) -> str:
    """Return a preset's title for a Markdown label."""
    return markdown_literal(preset.title)
