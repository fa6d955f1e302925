"""What is said of concepts: a score with its test and with the accuracy of the directions that it rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScore:
    """One concept and one output."""

    concept: str
    held_out_accuracy: float
    """Mean share of texts that directions told right without having been fitted to them; 0.5 is chance."""
    recognised_p: float
    """One-sided p-value of that accuracy against chance."""
    is_refused: bool
    """Whether the accuracy is at chance: the layer does not hold the concept, and nothing below is stated."""
    score: float | None = None
    """Mean share of texts whose output rises towards the concept; 0.5 is neither way."""
    deviation: float | None = None
    """Standard deviation of the score over fits."""
    mean_derivative: float | None = None
    """Mean change of the output per unit of activation along the concept, in the output's units."""
    p_value: float | None = None
    """Two-sided t-test against the scores of random concepts."""
    p_corrected: float | None = None
    """The same after Holm's correction for every concept that was asked for."""
    is_significant: bool = False
    """Whether ``p_corrected`` lies below the level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomScores:
    """What random concepts score."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScores:
    """Several concepts and one output."""

    concepts: tuple[ConceptScore, ...]
    """In the order in which they were asked for."""
    random: RandomScores
    num_texts: int
    """Texts that were explained."""
    num_fits: int
    """Directions per concept, each fitted to half of its texts."""
    level: float
    """Below which a corrected p-value counts as significant."""
    seed: int
