"""What an attribution is: a score per word and per piece, with everything that is needed to check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from redheart_core.explain.attribution.words import Word
from redheart_core.inference.settings import Settings
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.bentham import DEFAULT_VIEW_WEIGHTS, View
from redheart_core.vocabulary.dilemma import Party

SMALL_DIFFERENCE = 1e-3
"""Below this distance between target and baseline, in units of the target, no relative error is stated."""
Option = str | int | float | bool


class Unit(StrEnum):
    """In what a target, and so every score, is counted."""

    LOGIT = "logit"
    """Before temperature and output scale: additive, unbounded."""
    OUTPUT = "output"
    """On the scale that pages show: a probability, or a signed number of the stated range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A token as the model read it."""

    text: str
    start: int
    end: int
    source: Source
    word: int | None
    """Its word; None for special tokens."""
    score: float
    """What its vector contributes; what n-grams contribute belongs to words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCase:
    """What the score of an option depends on beside its own words and its situation's."""

    parties: tuple[Party, ...] = ()
    """As they were given with the dilemma."""
    view_weights: tuple[float, ...] = tuple(DEFAULT_VIEW_WEIGHTS[view] for view in View)
    """Shares of the three views, in their order."""

    @property
    def settings(self) -> Settings:
        """The settings of an evaluation with these weights.

        Raises:
            InputError: The weights are no shares.
        """
        return Settings(view_weights=dict(zip(View, self.view_weights, strict=False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionKey:
    """Everything that decides an attribution: the same key gives the same bytes."""

    checkpoint_sha256: str
    text: str
    context: str
    target: str
    method: str
    baseline: str
    options: tuple[tuple[str, Option], ...]
    """Sorted by name, defaults included."""
    unit: Unit
    seed: int
    case: OptionCase | None = None
    """Only where the target is the score of an option."""

    def to_dict(self) -> dict[str, Any]:
        """Return the key as JSON values."""
        return {**asdict(self), "options": dict(self.options), "unit": self.unit.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Scores of one method for one target against one baseline."""

    key: AttributionKey
    words: tuple[Word, ...]
    scores: tuple[float, ...]
    """Of each word, pieces and n-grams together, in ``key.unit``; positive raises the target."""
    ngram_scores: tuple[float, ...]
    """The part of each word's score that comes through n-grams."""
    pieces: tuple[Piece, ...]
    rest: float
    """What belongs to no word: special tokens, and n-grams that only the baseline's text has."""
    target_value: float
    baseline_value: float
    is_additive: bool
    """Whether the method promises that scores and rest sum to target minus baseline."""
    truncated: bool
    """Whether the model's window left out the middle: words there have no tokens, only n-grams."""
    num_evaluations: int
    """Points at which the model was evaluated (steps, for path methods)."""
    seconds: float
    """Wall-clock time; not part of what is deterministic."""

    @property
    def total(self) -> float:
        """Sum of all scores and the rest."""
        return sum(self.scores) + self.rest

    @property
    def difference(self) -> float:
        """Target minus baseline: what an additive method should sum to."""
        return self.target_value - self.baseline_value

    @property
    def completeness_error(self) -> float:
        """Sum minus difference, signed, in ``key.unit``."""
        return self.total - self.difference

    @property
    def relative_error(self) -> float | None:
        """Absolute error over absolute difference; None where the baseline is too close to the passage to say."""
        if abs(self.difference) < SMALL_DIFFERENCE:
            return None
        return abs(self.completeness_error) / abs(self.difference)

    @property
    def options(self) -> Mapping[str, Option]:
        """The method's options by name."""
        return dict(self.key.options)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values. All but ``seconds`` are the same whenever and wherever the same key is asked."""
        return {
            "key": self.key.to_dict(),
            "unit": self.key.unit.value,
            "words": [_placed(word) for word in self.words],
            "scores": list(self.scores),
            "ngram_scores": list(self.ngram_scores),
            "pieces": [{**_placed(piece), "word": piece.word, "score": piece.score} for piece in self.pieces],
            "rest": self.rest,
            "sum": self.total,
            "target_value": self.target_value,
            "baseline_value": self.baseline_value,
            "is_additive": self.is_additive,
            "completeness_error": self.completeness_error,
            "relative_error": self.relative_error,
            "truncated": self.truncated,
            "steps": self.num_evaluations,
            "seconds": self.seconds,
        }


def _placed(part: Word | Piece) -> dict[str, Any]:
    return {"text": part.text, "start": part.start, "end": part.end, "source": part.source.value}
