"""The recorded operations that need the text tools or the model."""

from __future__ import annotations

from typing import Any

from redheart_core.reasoning.emotion import PROTOTYPE_FLOOR
from redheart_core.text.extract import extract_features
from redheart_core.text.features import TextFeatures
from redheart_core.text.prototypes import prototype_similarities
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import READ_FAMILIES, FamilyReading, NeuralReader


def text_features(*, text: str, language: str) -> TextFeatures:
    """Return the deterministic features of a normalised passage."""
    return extract_features(text, Language(language))


def prototype_likeness(*, text: str, language: str) -> dict[str, float]:
    """Return the likeness to each emotion's prototype sentences where it is above chance overlap."""
    likeness = prototype_similarities(text, Language(language))
    return {name: value for name, value in likeness.items() if value > PROTOTYPE_FLOOR}


def neural_reading(*, text: str, context: str, reader: NeuralReader | None) -> dict[str, Any]:
    """Return what the model says, as JSON values by family; None for every family that was refused."""
    reading = reader.read(text, context=context) if reader else None
    spoken = reading.families if reading else {}
    return {
        **{family.value: _encoded(spoken.get(family)) for family in READ_FAMILIES},
        "num_tokens": reading.num_tokens if reading else 0,
        "truncated": bool(reading and reading.truncated),
    }


def _encoded(answer: FamilyReading | None) -> dict[str, dict[str, float]] | None:
    if answer is None:
        return None
    return {"values": dict(answer.values), "deviations": dict(answer.deviations)}


def refused_families(reader: NeuralReader | None) -> tuple[str, ...]:
    """Return the families without trained weights, in the vocabulary's order."""
    trained = reader.trained_families if reader else frozenset()
    return tuple(family.value for family in READ_FAMILIES if family not in trained)
