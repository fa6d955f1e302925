"""Cues that act on other cues, found by place: a long passage must not compare every cue with every other."""

from __future__ import annotations

from bisect import bisect_left

from redheart_core.text.features import Cue


class Modifiers:
    """Cues of one kind in text order."""

    __slots__ = ("_cues", "_starts")

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self._cues = cues
        self._starts = tuple(cue.start for cue in cues)

    def __bool__(self) -> bool:
        return bool(self._cues)

    def starting_in(self, low: int, high: int) -> tuple[Cue, ...]:
        """Return the cues that start in ``[low, high)``."""
        return self._cues[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
