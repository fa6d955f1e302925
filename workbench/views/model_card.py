"""Parts of a model card: its limits, the command behind its numbers, and its text one level deeper."""

from __future__ import annotations

import re

_LIMITS = re.compile(r"^##+ (?:Known failures|[^\n]*[Ll]imit[^\n]*)\n(.*?)(?=^##? |\Z)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"Command: `([^`]+)`")
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_TITLE = re.compile(r"\A# [^\n]*\n")


def card_limits(card: str) -> str | None:
    """Return the section on known failures or limits, if the card has one."""
    found = _LIMITS.search(card)
    return found.group(1).strip() if found else None


def card_command(card: str) -> str | None:
    """Return the command that produced the checkpoint and its metrics, if the card names it."""
    found = _COMMAND.search(card)
    return found.group(1) if found else None


def card_body(card: str) -> str:
    """Return the card without its title and with headings that fit under a heading of the page."""
    return _HEADING.sub(r"#\1 ", _TITLE.sub("", card)).strip()
