"""Optional settings: cultural profile, weights of the views, credences of the theories. Defaults are marked."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import streamlit as st

from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Lens, View
from redheart_core.vocabulary.culture import PROFILES
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.boundary import boundary
from workbench.ui.requests import normalised
from workbench.ui.session import Key
from workbench.views import numbers
from workbench.views.labels import lens_name, view_name


def profile_switch(key: Key, language: UiLanguage) -> str:
    """Draw the choice of a cultural profile and return its name."""
    st.session_state.setdefault(key, "neutral")
    chosen = st.selectbox(
        say("frame.profile", language),
        list(PROFILES),
        format_func=lambda name: PROFILES[name].korean if language == "ko" else PROFILES[name].english,
        key=key,
        help=say("dilemma.input.profile_help", language),
        persist_state="session",
    )
    return str(chosen)


def draw_settings(language: UiLanguage) -> None:
    """Draw the settings of a dilemma, folded."""
    with st.expander(say("dilemma.input.settings", language)):
        profile_switch(Key.PROFILE, language)
        prose.paragraph(say("dilemma.input.view_weights", language))
        for view in View:
            _weight(Key.VIEW_WEIGHT, view, DEFAULT_VIEW_WEIGHTS[view], view_name(view, language), language)
        _draw_shares(chosen_view_weights, language)
        prose.paragraph(say("dilemma.input.credences", language))
        for lens in Lens:
            _weight(Key.CREDENCE, lens, DEFAULT_CREDENCES[lens], lens_name(lens, language), language)
        _draw_shares(chosen_credences, language)
        st.button(
            say("dilemma.input.reset", language),
            key="dilemma.reset_settings", type="tertiary", on_click=session.reset_settings,
        )  # fmt: skip


def _draw_shares(chosen: Callable[[], tuple[float, float, float]], language: UiLanguage) -> None:
    """Say what the weights come to once they are divided by their sum."""
    with boundary(language):
        shares = ", ".join(numbers.score(share) for share in chosen())
        prose.paragraph(say("dilemma.input.normalised", language, weights=shares), kind="quiet")


def _weight(group: Key, part: StrEnum, default: float, name: str, language: UiLanguage) -> None:
    key = f"{group}.{part.value}"
    st.session_state.setdefault(key, default)
    marked = say("dilemma.input.default", language, value=numbers.score(default))
    st.slider(f"{name} ({marked})", 0.0, 1.0, step=0.05, key=key, persist_state="session")


def chosen_profile() -> str:
    """Return the profile of the dilemma page."""
    return str(session.get(Key.PROFILE, "neutral"))


def chosen_view_weights() -> tuple[float, float, float]:
    """Return the weights of the views, divided by their sum.

    Raises:
        InputError: All are zero.
    """
    return _chosen(Key.VIEW_WEIGHT, tuple(View), lambda part: DEFAULT_VIEW_WEIGHTS[View(part)])


def chosen_credences() -> tuple[float, float, float]:
    """Return the credences of the theories, divided by their sum.

    Raises:
        InputError: All are zero.
    """
    return _chosen(Key.CREDENCE, tuple(Lens), lambda part: DEFAULT_CREDENCES[Lens(part)])


def _chosen(group: Key, parts: tuple[StrEnum, ...], default: Callable[[StrEnum], float]) -> tuple[float, float, float]:
    first, second, third = (float(st.session_state.get(f"{group}.{part.value}", default(part))) for part in parts)
    return normalised((first, second, third), tuple(default(part) for part in parts))
