"""Which texts a direction is fitted to and which it is checked on, drawn anew for every fit.

Every language gives the same number of texts to both sides, so that no direction can be that of a language.

Dimensions: N texts of a concept in one language, M texts of the pool in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import ExplanationError

Indices = NDArray[np.intp]
Counts = Mapping[str, int]
"""Number of texts by language."""
LEAST_TEXTS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Places of texts, by language: those that are fitted and those that are held out, of either side."""

    concept: Mapping[str, Indices]
    other: Mapping[str, Indices]
    concept_held_out: Mapping[str, Indices]
    other_held_out: Mapping[str, Indices]


def concept_split(concept: Counts, pool: Counts, generator: np.random.Generator) -> Split:
    """Halve the texts of a concept, and draw as many from the pool for either half.

    Raises:
        ExplanationError: There are too few texts.
    """
    _require_enough(concept, pool)
    own = {name: np.array_split(generator.permutation(count), 2) for name, count in concept.items()}
    drawn = {name: generator.permutation(pool[name])[: concept[name]] for name in concept}
    return Split(
        concept={name: halves[0] for name, halves in own.items()},
        concept_held_out={name: halves[1] for name, halves in own.items()},
        other={name: drawn[name][: len(own[name][0])] for name in concept},
        other_held_out={name: drawn[name][len(own[name][0]) :] for name in concept},
    )


def random_split(concept: Counts, pool: Counts, generator: np.random.Generator) -> Split:
    """Draw a random concept: two sets of the pool without a common text, as large as those of ``concept_split``."""
    _require_enough(concept, pool)
    drawn = {name: generator.permutation(pool[name]) for name in concept}
    half = {name: -(-count // 2) for name, count in concept.items()}
    nothing = {name: drawn[name][:0] for name in concept}
    return Split(
        concept={name: drawn[name][: half[name]] for name in concept},
        other={name: drawn[name][half[name] : 2 * half[name]] for name in concept},
        concept_held_out=nothing,
        other_held_out=nothing,
    )


def picked(places: Mapping[str, Indices], offsets: Mapping[str, int]) -> Sequence[int]:
    """Return rows of a table in which the texts of a language begin at its offset."""
    return [offsets[name] + int(place) for name, found in places.items() for place in found]


def _require_enough(concept: Counts, pool: Counts) -> None:
    for name, count in concept.items():
        if count < LEAST_TEXTS or pool.get(name, 0) < count + 1:
            raise ExplanationError(
                f"{count} texts of a concept and {pool.get(name, 0)} other texts in {name!r}: at least {LEAST_TEXTS} "
                "of the concept are needed, and more other texts than those."
            )
