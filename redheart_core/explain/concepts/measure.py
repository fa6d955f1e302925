"""Scores of concepts for texts that a person gives: reads both with a checkpoint and leaves the rest to ``tcav``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.explain import require_float32
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.concepts.layers import POOLED, Passage, Tick, activations, gradients, no_tick
from redheart_core.explain.concepts.result import ConceptScores
from redheart_core.explain.concepts.tcav import DEFAULT_FITS, ConceptActivations, score_concepts
from redheart_core.explain.concepts.texts import LANGUAGES, Concept, shipped_concepts, shipped_pool
from redheart_core.model.checkpoint import LoadedCheckpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptSettings:
    """How concepts are measured."""

    layer: str = POOLED
    """One of ``layers.layer_names``."""
    languages: tuple[str, ...] = tuple(language.value for language in LANGUAGES)
    """Languages of the texts that directions are fitted to."""
    num_fits: int = DEFAULT_FITS
    """Directions per concept."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the languages; layer and number of fits are checked where they are used."""
        known = [language.value for language in LANGUAGES]
        if not self.languages or not set(self.languages) <= set(known):
            raise ExplanationError(f"There are no concepts in {self.languages!r}. Choose from {', '.join(known)}.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConceptReadings:
    """What stands in a layer for the texts of concepts and of the pool; no output has a part in it."""

    concepts: Mapping[str, ConceptActivations]
    pool: ConceptActivations


def measure_concepts(
    checkpoint: LoadedCheckpoint,
    scalar: Scalar,
    passages: Sequence[Passage],
    *,
    concepts: Sequence[Concept] = (),
    settings: ConceptSettings | None = None,
    readings: ConceptReadings | None = None,
    tick: Tick = no_tick,
) -> ConceptScores:
    """Say towards which concepts an output rises over a set of passages.

    Args:
        checkpoint: The model, in float32.
        scalar: Of a target, in one of its units.
        passages: Texts that are explained, each perhaps with a context.
        concepts: Those that are tested together; all that come with the package when empty.
        settings: How; the defaults when left out.
        readings: Of the same concepts by the same settings; read now when left out.
        tick: Called after each text that was read.

    Raises:
        ExplanationError: Layer, languages, numbers or weights do not allow it.
        InputError: A passage cannot be read.
    """
    chosen = settings or ConceptSettings()
    require_float32(checkpoint.model)
    gradients_ED = np.empty((0, 0))
    if passages:
        gradients_ED = gradients(checkpoint, passages, chosen.layer, scalar, tick=tick)
    read = readings or read_concepts(checkpoint, concepts, chosen, tick=tick)
    return score_concepts(read.concepts, read.pool, gradients_ED, num_fits=chosen.num_fits, seed=chosen.seed)


def read_concepts(
    checkpoint: LoadedCheckpoint, concepts: Sequence[Concept], settings: ConceptSettings, *, tick: Tick = no_tick
) -> ConceptReadings:
    """Read the texts of concepts, of all when empty, and of the pool.

    Raises:
        ExplanationError: There is no such layer.
    """
    chosen = concepts or tuple(shipped_concepts().values())
    return ConceptReadings(
        concepts={one.name: concept_activations(checkpoint, one.texts, settings, tick=tick) for one in chosen},
        pool=concept_activations(checkpoint, shipped_pool(), settings, tick=tick),
    )


def num_readings(concepts: Sequence[Concept], settings: ConceptSettings) -> int:
    """Return how many texts ``read_concepts`` reads."""
    sets = [one.texts for one in concepts or tuple(shipped_concepts().values())] + [shipped_pool()]
    return sum(len(texts[language]) for texts in sets for language in settings.languages)


def concept_activations(
    checkpoint: LoadedCheckpoint,
    texts: Mapping[str, Sequence[str]],
    settings: ConceptSettings,
    *,
    tick: Tick = no_tick,
) -> ConceptActivations:
    """Return what stands in a layer for texts of some languages; it does not depend on the output that is explained."""
    passages = [(text, "") for language in settings.languages for text in texts[language]]
    return ConceptActivations(
        rows_ND=activations(checkpoint, passages, settings.layer, tick=tick),
        counts={language: len(texts[language]) for language in settings.languages},
    )
