"""Everyday names of trace steps, made from their dotted ids: ``option.0.extent.base`` is A · extent · base."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from redheart_core.vocabulary.bentham import Layer, Lens, Variable, View
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.labels import layer_name, lens_name, letter, variable_name, view_name
from workbench.views.order import drawn_positions

_TEMPLATE = "numbered_option"
"""The one text beside the words that has a field of its own."""


def option_letters(request: object) -> tuple[str, ...]:
    """Return the letter of each option of a recorded request, in the order recorded; none for a passage."""
    dilemma = request.get("dilemma") if isinstance(request, Mapping) else None
    if not isinstance(dilemma, Mapping):
        return ()
    options = _texts(dilemma.get("options"))
    parties = _texts(dilemma.get("parties"))
    positions = drawn_positions(str(dilemma.get("situation", "")), options, parties)
    letters = [""] * len(options)
    for place, index in enumerate(positions):
        letters[index] = letter(place)
    return tuple(letters)


def _texts(items: Any) -> tuple[str, ...]:
    names = items if isinstance(items, list) else []
    return tuple(str(item.get("name", "")) if isinstance(item, Mapping) else str(item) for item in names)


def step_name(identifier: str, letters: tuple[str, ...], language: UiLanguage) -> str:
    """Return the name of a step; a word that the interface does not know stays as it is."""
    words = identifier.split(".")
    head: list[str] = []
    if len(words) > 1 and words[0] == "option" and words[1].isdigit():
        number = int(words[1])
        known = letters[number] if number < len(letters) else ""
        head = [known or say(f"steps.{_TEMPLATE}", language, number=str(number + 1))]
        words = words[2:]
    return " · ".join([*head, *(word_name(word, language) for word in words)])


def word_name(word: str, language: UiLanguage) -> str:
    """Return the name of one word of an id, an argument or an entry; an unknown one stays as it is."""
    if _is(Variable, word):
        return variable_name(Variable(word), language)
    if _is(Layer, word):
        return layer_name(Layer(word), language)
    if _is(View, word):
        return view_name(View(word), language)
    if _is(Lens, word):
        return lens_name(Lens(word), language)
    key = f"steps.{word}"
    return say(key, language) if key in catalogue() and word != _TEMPLATE else word


def _is(kind: type[StrEnum], word: str) -> bool:
    return any(word == member.value for member in kind)
