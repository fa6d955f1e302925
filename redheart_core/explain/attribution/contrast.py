"""Why this option and not that one: the difference of two options' scores, shared among the words of both.

Each option is read by itself against the same situation, and a method that sums is linear in what it explains. So the
attribution of the difference is the difference of the attributions: a word of the first option counts as it does there,
a word of the second with the sign turned, and a word of the situation, which both readings saw, with both.

Dimensions: S words of the situation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.methods import METHODS
from redheart_core.explain.attribution.methods.method import Report, unreported
from redheart_core.explain.attribution.request import AttributionRequest
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.explain.attribution.words import Word
from redheart_core.text.tokenizer import Source
from redheart_core.vocabulary.reading import NeuralReader


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionContrast:
    """The difference of two options' scores. Positive scores speak for the first."""

    first: Attribution
    second: Attribution

    @property
    def situation(self) -> tuple[tuple[Word, float], ...]:
        """Words of the situation with their scores, (S,)."""
        ours, theirs = self._of(self.first, Source.CONTEXT), self._of(self.second, Source.CONTEXT)
        return tuple((word, one - other) for (word, one), (_, other) in zip(ours, theirs, strict=True))

    @property
    def first_option(self) -> tuple[tuple[Word, float], ...]:
        """Words of the first option with their scores."""
        return self._of(self.first, Source.TEXT)

    @property
    def second_option(self) -> tuple[tuple[Word, float], ...]:
        """Words of the second option; what raises its own score counts against the first."""
        return tuple((word, -score) for word, score in self._of(self.second, Source.TEXT))

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
        parts = {"situation": self.situation, "first_option": self.first_option, "second_option": self.second_option}
        return {
            **{
                name: [
                    {"text": word.text, "start": word.start, "end": word.end, "score": score} for word, score in part
                ]
                for name, part in parts.items()
            },
            "rest": self.rest,
            "sum": self.total,
            "target_value": self.target_value,
            "baseline_value": self.baseline_value,
            "completeness_error": self.completeness_error,
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
        }

    @staticmethod
    def _of(attribution: Attribution, source: Source) -> tuple[tuple[Word, float], ...]:
        pairs = zip(attribution.words, attribution.scores, strict=True)
        return tuple((word, score) for word, score in pairs if word.source is source)


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
    if request.method in METHODS and not METHODS[request.method].is_additive:
        summing = ", ".join(method.name for method in METHODS.values() if method.is_additive)
        raise ExplanationError(
            f"The scores of {request.method} do not sum, so they cannot be subtracted. Use {summing}."
        )
    first = attribute(request, reader, report=lambda done, total: report(done, 2 * total))
    second = attribute(
        replace(request, text=against), reader, report=lambda done, total: report(total + done, 2 * total)
    )
    return OptionContrast(first=first, second=second)
