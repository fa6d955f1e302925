"""Text that a person typed, made inert for Streamlit's Markdown.

Markdown, LaTeX, coloured text, emoji short codes, material icons, links and arrows are all read out of plain labels
and messages. A backslash stops what is parsed; a word joiner, which has no width, stops what is replaced afterwards.
"""

from __future__ import annotations

import string

_WORD_JOINER = "\u2060"
_REPLACED_LATER = frozenset(":-<>=~.@/")
"""Characters that Streamlit still looks for after Markdown has been parsed."""


def markdown_literal(text: str) -> str:
    """Return Markdown that shows ``text`` as it stands; line breaks stay."""
    return "".join(_inert(character) for character in text)


def _inert(character: str) -> str:
    if character not in string.punctuation:
        return character
    return f"\\{character}{_WORD_JOINER if character in _REPLACED_LATER else ''}"
