"""Deterministic features of a passage: typed cues, each with the span of text it came from.

Positions are character offsets into the normalised passage, half-open. A cue is evidence, not a judgement: what a
cue does to a score is decided in ``redheart_core.reasoning``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from redheart_core.vocabulary.language import Language


class CueKind(StrEnum):
    """What a stretch of text is evidence of."""

    EMOTION = "emotion"
    """A word that names or shows feeling; ``emotions`` says which and how strongly."""
    CULTURE = "culture"
    """A word of a cultural concept (jeong, han, chemyeon, nunchi, hwabyung); ``entry`` is the concept's name."""
    NEGATION = "negation"
    INTENSIFIER = "intensifier"
    """``value`` above 1 strengthens, below 1 weakens the cue beside it."""
    EXCLAMATION = "exclamation"
    CONTRAST = "contrast"
    """But, 하지만, -지만: what follows counts more than what went before."""
    CERTAINTY = "certainty"
    """Modality and probability words; ``value`` is the probability they express, 0 to 1."""
    DURATION = "duration"
    """``value`` is a length of time in days."""
    PROPINQUITY = "propinquity"
    """``value`` is the days until it happens; 0 is now."""
    URGENCY = "urgency"
    PEOPLE = "people"
    """A number or group of people; ``value`` is how many."""
    VULNERABLE = "vulnerable"
    """Children, patients, the poor, animals …; ``value`` is how vulnerable, 0 to 1."""
    HARM = "harm"
    """Harm to others or in general; ``value`` is its severity, 0 to 1."""
    SELF_DAMAGE = "self_damage"
    """Harm or loss to the one who acts; ``value`` is its severity, 0 to 1."""
    SELF_HARM = "self_harm"
    """Speaks of suicide or of hurting oneself on purpose. Leads to a help notice."""
    DEATH = "death"
    BENEFIT = "benefit"
    """Help, rescue, gain, relief; ``value`` is its size, 0 to 1."""
    FAIRNESS = "fairness"
    """Sharing, equal treatment, help for those worse off; ``value`` is positive for fair, negative for unfair."""
    CONSENT = "consent"
    """``value`` is 1 for consent given or asked, -1 for consent missing or overridden."""
    PROMISE = "promise"
    """``value`` is 1 for kept, -1 for broken, 0 for a promise merely mentioned."""
    LAW = "law"
    """``value`` is 1 for lawful or by the rules, -1 for against them, 0 for a law merely mentioned."""
    HONESTY = "honesty"
    """``value`` is 1 for telling the truth, -1 for lying, deceiving, hiding."""
    DUTY = "duty"
    """A role or duty named; ``value`` is 1 for met, -1 for neglected, 0 for merely mentioned."""
    RIGHTS = "rights"
    """``value`` is 1 for respected, -1 for violated (privacy, freedom, dignity)."""
    VIRTUE = "virtue"
    """Conduct that shows character; ``value`` is positive for virtue, negative for vice."""
    OMISSION = "omission"
    """Doing nothing, staying silent, letting happen."""
    MONEY = "money"
    """``value`` is an amount, 0 when unstated."""
    FECUNDITY = "fecundity"
    """Consequences that bring more of their kind: habit, precedent, learning, spread; ``value`` 0 to 1."""
    MIXED = "mixed"
    """Side effects, at a cost, bittersweet: the opposite feeling comes along; ``value`` 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One piece of evidence in a passage."""

    kind: CueKind
    entry: str
    """Identifier of the lexicon entry or pattern that matched."""
    start: int
    end: int
    value: float = 1.0
    """Meaning by kind, see ``CueKind``."""
    negated: bool = False
    """Whether a negation has it in its scope."""
    strength: float = 1.0
    """Product of intensifiers and contrast around it; 1 means none."""
    emotions: Mapping[str, float] = field(default_factory=dict)
    """For EMOTION cues: weight in [0, 1] by emotion name of the aligned table."""

    def to_dict(self) -> dict[str, Any]:
        """Return the cue as JSON values."""
        return {
            "kind": self.kind.value,
            "entry": self.entry,
            "start": self.start,
            "end": self.end,
            "value": self.value,
            "negated": self.negated,
            "strength": self.strength,
            "emotions": dict(self.emotions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFeatures:
    """Everything that the rules see of one passage."""

    text: str
    """The normalised passage that all spans refer to."""
    language: Language
    words: tuple[tuple[int, int], ...]
    """Spans of the words (Korean: eojeol), in order."""
    cues: tuple[Cue, ...]
    """Sorted by start, then end, then kind, then entry."""

    def of_kind(self, *kinds: CueKind) -> tuple[Cue, ...]:
        """Return the cues of the given kinds, in text order."""
        return tuple(cue for cue in self.cues if cue.kind in kinds)

    def to_dict(self) -> dict[str, Any]:
        """Return the features as JSON values; ``from_dict`` reads them back."""
        return {
            "text": self.text,
            "language": self.language.value,
            "words": [list(span) for span in self.words],
            "cues": [cue.to_dict() for cue in self.cues],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> TextFeatures:
        """Read what ``to_dict`` wrote.

        Raises:
            KeyError, TypeError, ValueError: The content is not of that form.
        """
        return cls(
            text=content["text"],
            language=Language(content["language"]),
            words=tuple((start, end) for start, end in content["words"]),
            cues=tuple(Cue(**{**cue, "kind": CueKind(cue["kind"])}) for cue in content["cues"]),
        )
