"""How sizes and durations are written in sentences."""

from __future__ import annotations

from workbench.copy import UiLanguage, say

_MB, _GB = 1e6, 1e9
_MINUTE_S, _HOUR_S = 60.0, 3600.0


def size_text(size_bytes: float) -> str:
    """Write a size in MB, or in GB from one on (powers of ten)."""
    return f"{size_bytes / _GB:.1f} GB" if size_bytes >= _GB else f"{size_bytes / _MB:.1f} MB"


def duration_text(seconds: float, language: UiLanguage) -> str:
    """Write a duration in its two largest units; below a minute in seconds."""
    if seconds < _MINUTE_S:
        return say("launch.time.seconds", language, seconds=f"{seconds:.0f}")
    minutes = round(seconds / _MINUTE_S)
    if minutes < _MINUTE_S:
        return say("launch.time.minutes", language, minutes=str(minutes))
    return say("launch.time.hours", language, hours=str(minutes // 60), minutes=str(minutes % 60))
