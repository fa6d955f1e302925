"""Can this be trusted: confidence and its parts, what was refused, and the settings behind the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redheart_core.inference.results import Confidence
from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS, Lens, View
from workbench.copy import UiLanguage, catalogue, say
from workbench.views import numbers
from workbench.views.labels import family_name, lens_name, view_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidencePart:
    """One part of the confidence, 0 to 1."""

    label: str
    value: float
    mark: str
    """✓ from 0.67, ~ from 0.33, ✗ below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustView:
    """What a reader should know before believing a number."""

    value: str
    parts: tuple[ConfidencePart, ...]
    notes: tuple[str, ...]
    refused: tuple[str, ...]
    """Names of neural families without trained weights."""


def trust_view(confidence: Confidence, refused: Iterable[str], language: UiLanguage) -> TrustView:
    """Lay out how far a reading can be relied on."""
    parts = tuple(_part(name, value, language) for name, value in confidence.parts.items())
    return TrustView(
        value=numbers.score(confidence.value),
        parts=parts,
        notes=confidence.notes,
        refused=tuple(family_name(family, language) for family in refused),
    )


def _part(name: str, value: float, language: UiLanguage) -> ConfidencePart:
    key = f"terms.confidence.{name}"
    mark = "✓" if value >= 2 / 3 else "~" if value >= 1 / 3 else "✗"
    return ConfidencePart(label=say(key, language) if key in catalogue() else name, value=value, mark=mark)


def weights_sentence(weights: Mapping[View, float], language: UiLanguage) -> str:
    """Say which weights the three views had, and whether they are the default."""
    shown = ", ".join(f"{view_name(view, language)} {numbers.score(weights[view])}" for view in View)
    default = all(abs(weights[view] - DEFAULT_VIEW_WEIGHTS[view]) < 1e-9 for view in View)
    return say(f"dilemma.trust.weights_{'default' if default else 'own'}", language, weights=shown)


def credences_sentence(credences: Mapping[Lens, float], language: UiLanguage) -> str:
    """Say how much each ethical reading counted, and whether that is the default."""
    shown = ", ".join(f"{lens_name(lens, language)} {numbers.score(credences[lens])}" for lens in Lens)
    default = all(abs(credences[lens] - DEFAULT_CREDENCES[lens]) < 1e-9 for lens in Lens)
    return say(f"dilemma.trust.credences_{'default' if default else 'own'}", language, credences=shown)
