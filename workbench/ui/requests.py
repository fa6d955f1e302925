"""What a page asks the core: frozen, and with a key under which the answer is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass

from redheart_core.errors import InputError
from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Lens, View
from redheart_core.vocabulary.dilemma import Dilemma
from workbench.copy import say


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRequest:
    """One passage to read."""

    text: str
    profile: str

    def key(self) -> str:
        """Return a text that two requests share exactly when they ask the same."""
        return json.dumps([self.text, self.profile], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DilemmaRequest:
    """One dilemma to work out, with its settings."""

    dilemma: Dilemma
    profile: str
    view_weights: tuple[float, float, float]
    """In the order of ``View``; they sum to one."""
    credences: tuple[float, float, float]
    """In the order of ``Lens``; they sum to one."""

    def key(self) -> str:
        """Return a text that two requests share exactly when they ask the same."""
        dilemma = self.dilemma
        parties = [[p.name, p.count, p.vulnerability] for p in dilemma.parties]
        content = [
            dilemma.situation, [option.name for option in dilemma.options], parties, self.profile,
            self.view_weights, self.credences,
        ]  # fmt: skip
        return json.dumps(content, ensure_ascii=False)

    def views(self) -> dict[View, float] | None:
        """Return the weights of the three views, or None for the defaults."""
        chosen = dict(zip(View, self.view_weights, strict=True))
        return None if chosen == DEFAULT_VIEW_WEIGHTS else chosen

    def lenses(self) -> dict[Lens, float] | None:
        """Return the credences of the three theories, or None for the defaults."""
        chosen = dict(zip(Lens, self.credences, strict=True))
        return None if chosen == DEFAULT_CREDENCES else chosen


def normalised(weights: tuple[float, float, float], defaults: tuple[float, ...]) -> tuple[float, float, float]:
    """Divide weights by their sum; untouched defaults stay exactly as they are.

    Raises:
        InputError: All weights are zero.
    """
    total = sum(weights)
    if total <= 0.0:
        raise InputError(
            code="weights_zero",
            en=say("dilemma.input.weights_zero", "en"),
            ko=say("dilemma.input.weights_zero", "ko"),
        )
    if weights == defaults:
        return weights
    first, second, third = (weight / total for weight in weights)
    return first, second, third
