"""What stands where a result will be: what to do, and what it will show."""

from __future__ import annotations

from workbench.copy import UiLanguage, say
from workbench.ui import prose


def draw_empty_result(page: str, language: UiLanguage) -> None:
    """Draw it for one part of the catalogue, which has ``empty.title``, ``empty.text`` and ``empty.promise``."""
    prose.heading(say(f"{page}.empty.title", language))
    prose.paragraph(say(f"{page}.empty.text", language))
    prose.paragraph(say(f"{page}.empty.promise", language), kind="quiet")
