"""What moved, when: the record of a residency manager."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What happened to a module."""

    BROUGHT_IN = "brought_in"
    """Its weights were loaded while the caller waited."""
    PREFETCHED = "prefetched"
    """Loading began in the background; its room is taken from now on."""
    ARRIVED = "arrived"
    """What was loaded in the background is in use."""
    EVICTED = "evicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencyEvent:
    """One move."""

    step: int
    """Counts the changes from one module to another."""
    time_s: float
    """Seconds since the manager was made."""
    name: str
    action: Action
    bytes: int
    """Size of the module."""
    resident_bytes_after: int
    waited_s: float = 0.0
    """How long the caller waited for it."""
