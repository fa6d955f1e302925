"""Names of things in the reader's language, and labels short enough for a figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from redheart_core.vocabulary.bentham import LAYER_NAMES, VARIABLES, Layer, Lens, RegretType, Variable, View
from redheart_core.vocabulary.emotions import EMOTIONS, GRADE_NAMES, Grade
from workbench.copy import UiLanguage, catalogue, say

_LONGEST_CUT = 14
"""A word cut shorter than this is dropped instead."""


def shorten(text: str, width: int) -> str:
    """Return ``text`` on one line and at most ``width`` columns wide; Hangul takes two columns a letter."""
    flat = " ".join(text.split())
    if display_width(flat) <= width:
        return flat
    kept = ""
    for character in flat:
        if display_width(kept + character) > width - 1:
            break
        kept += character
    whole, space, cut = kept.rpartition(" ")
    if space and display_width(cut) < _LONGEST_CUT:
        kept = whole
    return kept.rstrip(" .,;:") + "…"


def display_width(text: str) -> int:
    """Return how many columns ``text`` takes in a fixed-width view."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def letter(position: int) -> str:
    """Return A for the first option, B for the second, and so on."""
    return chr(ord("A") + position)


def variable_name(variable: Variable, language: UiLanguage) -> str:
    """Return the name of one of the ten variables."""
    entry = VARIABLES[variable]
    return entry.korean if language == "ko" else entry.english


def variable_gloss(variable: Variable, language: UiLanguage) -> str:
    """Return the everyday gloss of one of the ten variables."""
    entry = VARIABLES[variable]
    return entry.gloss_ko if language == "ko" else entry.gloss_en


def layer_name(layer: Layer, language: UiLanguage) -> str:
    """Return the name of one of the six layers."""
    english, korean = LAYER_NAMES[layer]
    return korean if language == "ko" else english


def view_name(view: View, language: UiLanguage) -> str:
    """Return the name of one of the three views."""
    return say(f"terms.view.{view.value}", language)


def lens_name(lens: Lens, language: UiLanguage) -> str:
    """Return the name of one of the three readings."""
    return say(f"terms.lens.{lens.value}", language)


def regret_name(kind: RegretType, language: UiLanguage) -> str:
    """Return the name of one of the seven kinds of regret."""
    return say(f"terms.regret.{kind.value}", language)


def emotion_name(name: str, language: UiLanguage) -> str:
    """Return the display name of an emotion; an unknown one keeps its identifier."""
    emotion = EMOTIONS.get(name)
    if emotion is None:
        return name
    return emotion.korean if language == "ko" else emotion.english


def grade_name(grade: str, language: UiLanguage) -> str:
    """Return the display name of a grade of intensity."""
    english, korean = GRADE_NAMES[Grade(grade)]
    return korean if language == "ko" else english


def family_name(family: str, language: UiLanguage) -> str:
    """Return the display name of a family of neural outputs; an unknown one keeps its identifier."""
    key = f"terms.family.{family}"
    return say(key, language) if key in catalogue() else family


def listing(items: Iterable[str], language: UiLanguage) -> str:
    """Join items as a sentence does: ``a, b and c``."""
    names = list(items)
    if len(names) < 2:
        return "".join(names)
    joint = say("terms.listing.last", language)
    return f"{', '.join(names[:-1])}{joint}{names[-1]}"
