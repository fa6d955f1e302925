"""The frame around every page: name, language switch and contents on the left, the look of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from redheart_core.errors import ConfigError
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.access import may_open, must_sign_in, role, signed_in_as
from workbench.ui.boundary import error_text
from workbench.ui.checkpoint_choice import draw_in_use, in_use_text
from workbench.ui.literal import markdown_literal
from workbench.ui.narrow_menu import shut_when_led
from workbench.ui.roles import Role, may_see
from workbench.ui.session import Key

_STYLE = Path(__file__).with_name("style.css")
_LANGUAGE_NAMES = {"ko": "korean", "en": "english"}

SECTIONS: dict[str, tuple[str, ...]] = {
    "explore": ("home", "dilemma", "emotion"),
    "explain": ("attribution", "surd", "trace"),
    "build": ("training", "model"),
}
"""Pages by section of the contents, in order. A page's file is ``pages/<name>.py``."""


def page_path(name: str) -> str:
    """Return the file of a page, relative to the entry file."""
    return f"pages/{name}.py"


def draw_frame() -> st.Page:
    """Draw what surrounds the page and return the page to run."""
    language = session.language()
    st.set_page_config(
        page_title=say("frame.name", language), layout="wide", initial_sidebar_state="auto", menu_items={}
    )
    st.html(_STYLE)
    held = _role_or_sign_in(language)
    pages = {
        name: st.Page(page_path(name), title=say(f"frame.page.{name}", language), default=name == "home")
        for names in SECTIONS.values()
        for name in names
        if may_see(held, name)
    }
    current = st.navigation(list(pages.values()), position="hidden")
    with st.sidebar:
        _draw_contents(pages, language)
        shut_when_led(current.url_path)
    st.query_params["lang"] = session.language()
    return current


@contextmanager
def inside_frame() -> Iterator[None]:
    """Mark the time in which a page runs with its frame around it."""
    session.put(Key.FRAMED, True)
    try:
        yield
    finally:
        session.put(Key.FRAMED, False)


def enter_page(name: str) -> UiLanguage:
    """Return the reader's language, after making sure that the frame stands around the page.

    Until a server has seen its first ``st.navigation``, Streamlit takes ``pages/`` for pages of its own and runs a
    deep link without the entry file. Such a run draws the frame, which announces the navigation, and starts over.
    """
    if not session.get(Key.FRAMED, default=False):
        asked = dict(st.query_params)
        draw_frame()
        allowed = name if may_open(name) else "home"
        st.switch_page(page_path(allowed), query_params={**asked, "lang": session.language()})
    draw_in_use(session.language())
    return session.language()


def _role_or_sign_in(language: UiLanguage) -> Role:
    """Return the visitor's role. Where a login is configured, whoever has not used it sees nothing else."""
    if must_sign_in():
        prose.question(say("frame.sign_in.question", language), language)
        prose.paragraph(say("frame.sign_in.text", language))
        st.button(say("frame.sign_in.button", language), key="frame.sign_in", type="primary", on_click=st.login)
        st.stop()
    try:
        return role()
    except ConfigError as problem:
        st.error(markdown_literal(error_text(problem, language)))
        return Role.VIEWER


def _draw_contents(pages: dict[str, st.Page], language: UiLanguage) -> None:
    st.html(f'<p class="rh-brand">{say("frame.name", language)}</p>')
    st.segmented_control(
        say("frame.language", language),
        LANGUAGES,
        format_func=lambda code: say(f"frame.language_name.{_LANGUAGE_NAMES[code]}", language),
        key=Key.LANGUAGE,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    for section, names in SECTIONS.items():
        st.html(f'<p class="rh-section">{say(f"frame.section.{section}", language)}</p>')
        for name in (name for name in names if name in pages):
            st.page_link(pages[name], query_params={"lang": language}, width="stretch")
    if (address := signed_in_as()) is not None:
        prose.paragraph(say("frame.sign_in.as", language, address=address), kind="quiet")
        st.button(say("frame.sign_in.out", language), key="frame.sign_out", type="tertiary", on_click=st.logout)
    prose.paragraph(in_use_text(language), kind="in-use")
