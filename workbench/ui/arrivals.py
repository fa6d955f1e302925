"""Ways from one page to the attribution page, with a text and an output already chosen, and back again.

What is carried stays in the session; the address names the page and the language alone.
"""

from __future__ import annotations

import streamlit as st

from redheart_core.explain.attribution.result import OptionCase
from redheart_core.explain.attribution.targets import OPTION_SCORE
from workbench.copy import UiLanguage, say
from workbench.ui import session
from workbench.ui.attribution_question import OPTIONS, WORDS
from workbench.ui.carried_case import CarriedCase
from workbench.ui.contrast_choices import OWN
from workbench.ui.frame import page_path
from workbench.ui.requests import DilemmaRequest
from workbench.ui.session import Key

DILEMMA, EMOTION = "dilemma", "emotion"


def to_words_of_passage(text: str, target: str, language: UiLanguage) -> None:
    """Go and ask which words of a passage moved an output."""
    _carry(text=text, context="", target=target, came_from=EMOTION)
    _go(language)


def to_words_of_option(request: DilemmaRequest, option: str, language: UiLanguage) -> None:
    """Go and ask which words moved the score of an option."""
    situation = request.dilemma.situation
    _carry(text=option, context=situation, target=OPTION_SCORE, came_from=DILEMMA)
    case = OptionCase(parties=request.dilemma.parties, view_weights=request.view_weights)
    session.put(Key.ATTRIBUTION_CASE, CarriedCase(option=option, situation=situation, case=case))
    _go(language)


def to_contrast(letters: tuple[str, str], language: UiLanguage) -> None:
    """Go and ask why one option of the visitor's dilemma and not another."""
    session.put(Key.ATTRIBUTION_QUESTION, OPTIONS)
    session.put(Key.CONTRAST_DILEMMA, OWN)
    for key, letter in zip((Key.CONTRAST_FIRST, Key.CONTRAST_SECOND), letters, strict=True):
        session.put(key, letter)
    session.put(Key.CONTRAST_REQUEST, None)
    session.put(Key.ATTRIBUTION_CAME_FROM, DILEMMA)
    _go(language)


def draw_way_back(language: UiLanguage) -> None:
    """Draw the link back to the page that a visitor came from, if it was one of ours."""
    origin = session.get(Key.ATTRIBUTION_CAME_FROM)
    if origin is None:
        return
    label = say(f"attribution.back.{origin}", language)
    st.page_link(page_path(str(origin)), label=label, query_params={"lang": language})


def _carry(*, text: str, context: str, target: str, came_from: str) -> None:
    session.put(Key.ATTRIBUTION_QUESTION, WORDS)
    session.put(Key.ATTRIBUTION_TEXT, text)
    session.put(Key.ATTRIBUTION_CONTEXT, context)
    session.put(Key.ATTRIBUTION_TARGET, target)
    session.put(Key.ATTRIBUTION_CONTRAST, "")
    session.put(Key.ATTRIBUTION_REQUEST, None)
    session.put(Key.ATTRIBUTION_CASE, None)
    session.put(Key.ATTRIBUTION_CAME_FROM, came_from)


def _go(language: UiLanguage) -> None:
    st.switch_page(page_path("attribution"), query_params={"lang": language})
