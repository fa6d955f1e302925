"""Gathering recorded values under names, so that one later step can read them together."""

from __future__ import annotations

from typing import Any


def collect(**entries: Any) -> dict[str, Any]:
    """Return the entries by name."""
    return dict(entries)
