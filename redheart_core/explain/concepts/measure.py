"""Scores of concepts for texts that a person gives: reads both with a checkpoint and leaves the rest to ``tcav``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.explain import require_float32
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.concepts.layers import POOLED, Passage, activations, gradients
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


def measure_concepts(
    checkpoint: LoadedCheckpoint,
    scalar: Scalar,
    passages: Sequence[Passage],
    *,
    concepts: Sequence[Concept] = (),
    settings: ConceptSettings | None = None,
) -> ConceptScores:
    """Say towards which concepts an output rises over a set of passages.

    Args:
        checkpoint: The model, in float32.
        scalar: Of a target, in one of its units.
        passages: Texts that are explained, each perhaps with a context.
        concepts: Those that are tested together; all that come with the package when empty.
        settings: How; the defaults when left out.

    Raises:
        ExplanationError: Layer, languages, numbers or weights do not allow it.
        InputError: A passage cannot be read.
    """
    chosen = settings or ConceptSettings()
    require_float32(checkpoint.model)
    gradients_ED = gradients(checkpoint, passages, chosen.layer, scalar) if passages else np.empty((0, 0))
    return score_concepts(
        {
            concept.name: concept_activations(checkpoint, concept.texts, chosen)
            for concept in concepts or shipped_concepts().values()
        },
        concept_activations(checkpoint, shipped_pool(), chosen),
        gradients_ED,
        num_fits=chosen.num_fits,
        seed=chosen.seed,
    )


def concept_activations(
    checkpoint: LoadedCheckpoint, texts: Mapping[str, Sequence[str]], settings: ConceptSettings
) -> ConceptActivations:
    """Return what stands in a layer for texts of some languages; it does not depend on the output that is explained."""
    passages = [(text, "") for language in settings.languages for text in texts[language]]
    return ConceptActivations(
        rows_ND=activations(checkpoint, passages, settings.layer),
        counts={language: len(texts[language]) for language in settings.languages},
    )
