"""How far long work is, in words."""

from __future__ import annotations

from workbench.copy import UiLanguage, say
from workbench.views import numbers

_MINUTE_S = 60.0
_SURE_FROM_S = 0.5
"""Before so much time has passed, what is left is anybody's guess."""


EVALUATIONS = "attribution.progress"
"""Where the words for counted evaluations of the model are; other work has words of its own."""


def progress_text(done: int, total: int, elapsed_s: float, language: UiLanguage, *, words: str = EVALUATIONS) -> str:
    """Say how much is done and about how long the rest takes; ``words`` is where the texts for what is counted are."""
    counts = {"done": numbers.count(done), "total": numbers.count(total)}
    if done == 0 or elapsed_s < _SURE_FROM_S:
        return say(f"{words}.done", language, **counts)
    left_s = elapsed_s / done * max(0, total - done)
    return say(f"{words}.left", language, time=duration(left_s, language), **counts)


def duration(seconds: float, language: UiLanguage) -> str:
    """Write a length of time in seconds, from a minute on in minutes."""
    if seconds < _MINUTE_S:
        return say("attribution.progress.seconds", language, value=numbers.short(seconds))
    return say("attribution.progress.minutes", language, value=numbers.short(seconds / _MINUTE_S))


def cost_text(num_evaluations: int, pace_s: float | None, language: UiLanguage) -> str:
    """Say how often the model will be evaluated, and how long that takes where the pace is known.

    Args:
        num_evaluations: How often.
        pace_s: Measured seconds per evaluation, or None.
        language: Of the reader.
    """
    count = numbers.count(num_evaluations)
    if pace_s is None:
        return say("attribution.input.cost", language, count=count)
    time = duration(pace_s * num_evaluations, language)
    return say("attribution.input.cost_time", language, count=count, time=time)
