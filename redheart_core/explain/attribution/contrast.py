"""Why this option and not that one: the difference of two options' scores, shared among the words of both.

Each option is read by itself against the same situation, and a method that sums is linear in what it explains. So the
attribution of the difference is the difference of the attributions: a word of the first option counts as it does there,
a word of the second with the sign turned, and a word of the situation, which both readings saw, with both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.deep_lift import DeepLift
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.explain.attribution.words import Word
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.reading import NeuralReader

CONTRAST_METHODS = tuple(m.name for m in METHODS.values() if m.is_additive and not isinstance(m, DeepLift))
"""Methods whose scores sum to the score of an option. DeepLIFT has no rule for how that is calculated."""


class Part(StrEnum):
    """Where a word of a contrast stands."""

    SITUATION = "situation"
    FIRST = "first_option"
    SECOND = "second_option"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastWord:
    """A word and what it does to the difference."""

    word: Word
    part: Part
    score: float
    """Above zero it speaks for the first option. A word that raises the second option's own score is below zero."""
    through_ngrams: float
    """The part of the score that comes through n-grams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionContrast:
    """The difference of two options' scores. Positive scores speak for the first."""

    first: Attribution
    second: Attribution

    @property
    def words(self) -> tuple[ContrastWord, ...]:
        """Words of the situation, then of the first option, then of the second."""
        ours, theirs = _rows(self.first, Source.CONTEXT), _rows(self.second, Source.CONTEXT)
        shared = tuple(
            (word, one - other, ngrams - others)
            for (word, one, ngrams), (_, other, others) in zip(ours, theirs, strict=True)
        )
        turned = tuple((word, -score, -ngrams) for word, score, ngrams in _rows(self.second, Source.TEXT))
        parts = {Part.SITUATION: shared, Part.FIRST: _rows(self.first, Source.TEXT), Part.SECOND: turned}
        return tuple(
            ContrastWord(word=word, part=part, score=score, through_ngrams=ngrams)
            for part, rows in parts.items()
            for word, score, ngrams in rows
        )

    @property
    def rest(self) -> float:
        """What belongs to no word."""
        return self.first.rest - self.second.rest

    @property
    def total(self) -> float:
        """Sum of all scores and the rest."""
        return self.first.total - self.second.total

    @property
    def target_value(self) -> float:
        """The first option's score minus the second's."""
        return self.first.target_value - self.second.target_value

    @property
    def baseline_value(self) -> float:
        """The same difference with both texts replaced by the baseline."""
        return self.first.baseline_value - self.second.baseline_value

    @property
    def completeness_error(self) -> float:
        """Sum minus what it should be."""
        return self.total - (self.target_value - self.baseline_value)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values: the difference, and both attributions that it is made of."""
        return {
            **{part.value: [_placed(one) for one in self.words if one.part is part] for part in Part},
            "rest": self.rest,
            "sum": self.total,
            "target_value": self.target_value,
            "baseline_value": self.baseline_value,
            "completeness_error": self.completeness_error,
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
        }


_Row = tuple[Word, float, float]
"""A word, its score, and the part of it that comes through n-grams."""


def _rows(attribution: Attribution, source: Source) -> tuple[_Row, ...]:
    rows = zip(attribution.words, attribution.scores, attribution.ngram_scores, strict=True)
    return tuple(row for row in rows if row[0].source is source)


def _placed(one: ContrastWord) -> dict[str, Any]:
    return {"text": one.word.text, "start": one.word.start, "end": one.word.end, "score": one.score}


def contrast_options(
    request: AttributionRequest, against: str, reader: NeuralReader | None, *, report: Report = unreported
) -> OptionContrast:
    """Attribute the score of an option minus that of another.

    Args:
        request: Of the first option's score.
        against: The second option, seen against the same situation.
        reader: The neural part.
        report: Told how far both are together.

    Raises:
        ExplanationError: The target is not the score of an option, the method's scores do not sum, or as ``attribute``.
        InputError: A text cannot be used.
    """
    if request.target.strip() != OPTION_SCORE:
        raise ExplanationError(
            f"Two options are compared by {OPTION_SCORE}, not {request.target}. Two outputs are compared by a target "
            "'A - B'."
        )
    if request.method in METHODS and request.method not in CONTRAST_METHODS:
        raise ExplanationError(
            f"The scores of {request.method} do not sum to an option's score, so they cannot be subtracted. Use "
            f"{', '.join(CONTRAST_METHODS)}."
        )
    first = attribute(request, reader, report=lambda done, total: report(done, 2 * total))
    second = attribute(
        replace(request, text=against), reader, report=lambda done, total: report(total + done, 2 * total)
    )
    return OptionContrast(first=first, second=second)
