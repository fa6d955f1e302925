"""Which modules give way when another needs room. Pure: it chooses, and moves nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A module whose weights are on the device."""

    name: str
    size_bytes: int
    priority: int = 0
    """Higher stays longer."""
    pinned: bool = False
    """Never gives way."""
    last_used: int = 0
    """Step of the last use; smaller is longer ago."""


def plan_eviction(residents: Iterable[Resident], *, needed_bytes: int, budget_bytes: int) -> tuple[str, ...] | None:
    """Return the modules to evict, in order, so that ``needed_bytes`` fit into the budget beside the rest.

    The lowest priority goes first, within it the longest unused, within that by name. Nothing more goes than is needed
    in this order, and nothing pinned. None when even all others would not make enough room.
    """
    held = tuple(residents)
    missing = needed_bytes + sum(resident.size_bytes for resident in held) - budget_bytes
    movable = (resident for resident in held if not resident.pinned)
    chosen: list[str] = []
    for resident in sorted(movable, key=lambda each: (each.priority, each.last_used, each.name)):
        if missing <= 0:
            break
        chosen.append(resident.name)
        missing -= resident.size_bytes
    return tuple(chosen) if missing <= 0 else None
