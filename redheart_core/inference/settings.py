"""What a reader may set about an analysis. Everything else is part of the method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redheart_core.errors import InputError
from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Lens, View
from redheart_core.vocabulary.culture import PROFILES

SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Reader's choices, checked."""

    profile: str = "neutral"
    """Name of a cultural profile."""
    view_weights: Mapping[View, float] = field(default_factory=lambda: dict(DEFAULT_VIEW_WEIGHTS))
    """Shares of the three views in the integrated score; they sum to one."""
    credences: Mapping[Lens, float] = field(default_factory=lambda: dict(DEFAULT_CREDENCES))
    """Shares of the three lenses in the ethical score; they sum to one, the utilitarian one above zero."""

    def __post_init__(self) -> None:
        """Refuse unknown profiles and weights that are not shares."""
        if self.profile not in PROFILES:
            known = ", ".join(PROFILES)
            raise InputError(
                code="unknown_profile",
                en=f"There is no cultural profile “{self.profile}”. Known ones: {known}.",
                ko=f"‘{self.profile}’ 문화 프로필은 없어요. 쓸 수 있는 것: {known}.",
            )
        _check_shares("view weights", "전망 비중", self.view_weights, View)
        _check_shares("credences", "관점 비중", self.credences, Lens)
        if self.credences[Lens.UTILITARIAN] <= 0.0:
            raise InputError(
                code="no_utilitarian_credence",
                en="The utilitarian credence is 0; it must be above 0, since it is the one lens that always speaks.",
                ko="공리주의 비중이 0이에요. 언제나 값이 나오는 유일한 관점이라 0보다 커야 해요.",
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return {
            "profile": self.profile,
            "view_weights": {view.value: float(self.view_weights[view]) for view in View},
            "credences": {lens.value: float(self.credences[lens]) for lens in Lens},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Settings:
        """Read what ``to_dict`` wrote.

        Raises:
            KeyError, TypeError, ValueError: The content is not of that form.
            InputError: It is, but the values are impossible.
        """
        return cls(
            profile=content["profile"],
            view_weights={View(name): float(weight) for name, weight in content["view_weights"].items()},
            credences={Lens(name): float(weight) for name, weight in content["credences"].items()},
        )


def _check_shares(what_en: str, what_ko: str, shares: Mapping[Any, float], wanted: type[View] | type[Lens]) -> None:
    given = ", ".join(f"{key}={shares.get(key)}" for key in wanted)
    complete = set(shares) == set(wanted)
    valid = complete and all(math.isfinite(share) and 0.0 <= share <= 1.0 for share in shares.values())
    if not valid or abs(sum(shares.values()) - 1.0) > SUM_TOLERANCE:
        raise InputError(
            code="bad_shares",
            en=f"The {what_en} are {given}; each must be between 0 and 1 and together they must make 1.",
            ko=f"{what_ko}: {given}. 각각 0에서 1 사이이고 합이 1이어야 해요.",
        )
