"""What the score of an option depends on beside its words, carried from the page of the dilemma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from redheart_core.explain.attribution.result import OptionCase
from workbench.ui import session
from workbench.ui.session import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedCase:
    """What an option's score depends on beside words, for the very option that was carried."""

    option: str
    situation: str
    case: OptionCase


def carried_case(text: str, context: str) -> OptionCase | None:
    """Return what was carried with an option, as long as text and context are still those that came with it."""
    carried = cast(CarriedCase | None, session.get(Key.ATTRIBUTION_CASE))
    same = carried is not None and (carried.option, carried.situation) == (text.strip(), context.strip())
    return carried.case if carried is not None and same else None
