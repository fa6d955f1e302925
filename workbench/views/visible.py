"""Text in which nothing hides: characters that draw nothing or turn the line round are shown by their number."""

from __future__ import annotations

import html
import unicodedata

_SHOWN_AS_THEY_ARE = frozenset("\n\t\u200c\u200d")
"""Line ends and tabs, and the joiners that emoji and several scripts are written with."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible_html(text: str) -> str:
    """Return ``text`` as HTML: escaped, and with what cannot be seen written as ``U+202E``."""
    return "".join(_shown(character) for character in text)


def visible_text(text: str) -> str:
    """Return ``text`` for places that know no markup: what cannot be seen is written as ``[U+202E]``."""
    return "".join(f"[{_number(c)}]" if is_unseen(c) else c for c in text)


def is_unseen(character: str) -> bool:
    """Return whether a character draws nothing of its own, or changes the direction of others."""
    return character not in _SHOWN_AS_THEY_ARE and unicodedata.category(character) in _UNSEEN


def _shown(character: str) -> str:
    if is_unseen(character):
        return f'<span class="rh-unseen">{_number(character)}</span>'
    return html.escape(character)


def _number(character: str) -> str:
    return f"U+{ord(character):04X}"
