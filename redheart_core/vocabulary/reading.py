"""What the neural part may say: the declared outputs, and one reading of them.

The reasoning layer consumes a ``NeuralReading`` and never sees a tensor; the model layer produces one and never
sees a formula. An output family without trained weights is missing from a reading. It is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from redheart_core.vocabulary.bentham import RegretType, Variable, View
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE, NUANCES


class Family(StrEnum):
    """A group of outputs that are trained, calibrated and refused together."""

    GOEMOTIONS = "goemotions"
    KOTE = "kote"
    NUANCE = "nuance"
    VAD = "vad"
    HEDONIC = "hedonic"
    BENTHAM = "bentham"
    REASONING = "reasoning"
    OUTCOME = "outcome"
    REGRET = "regret"
    SURD = "surd"
    CONDUCT = "conduct"
    TRAIT = "trait"
    CAUSAL = "causal"
    SAFETY = "safety"


OUTPUTS: dict[Family, tuple[str, ...]] = {
    Family.GOEMOTIONS: GOEMOTIONS,
    Family.KOTE: KOTE,
    Family.NUANCE: NUANCES,
    Family.VAD: ("valence", "arousal", "dominance"),
    Family.HEDONIC: ("hedonic",),
    Family.BENTHAM: tuple(variable.value for variable in Variable),
    Family.REASONING: ("acceptable", "just", "dutiful", "virtuous"),
    Family.OUTCOME: tuple(view.value for view in View),
    Family.REGRET: tuple(f"{kind.value}.{view.value}" for kind in RegretType for view in View),
    Family.SURD: ("redundant", "unique", "synergistic", "leak"),
    Family.CONDUCT: ("blameless",),
    Family.TRAIT: ("shown",),
    Family.CAUSAL: ("cause", "effect", "states"),
    Family.SAFETY: ("unsafe", "sensitive"),
}
"""Every declared output by family, in the order of the model's output vector.

CONDUCT: the account, often in the first person, tells of nothing clearly wrong. TRAIT: the context shows the trait that
the text names. CAUSAL: the text is the cause, or the effect, of the context; or it states a causal relation itself.
SAFETY: the text is a harmful sentence, or a question that needs care.
"""

QUESTIONS = frozenset({Family.CONDUCT, Family.TRAIT, Family.CAUSAL, Family.SAFETY})
"""Families that answer a question of their own. They are measured and can be asked, but say nothing about how a passage
feels or what an option is worth, so reading a passage leaves them out."""
READ_FAMILIES: tuple[Family, ...] = tuple(family for family in Family if family not in QUESTIONS)
"""What a reading of a passage consists of."""

ADJUSTMENT_BOUND: dict[Family, float] = {Family.BENTHAM: 0.25, Family.REGRET: 0.15}
"""Families whose outputs are adjustments in [-bound, bound]. HEDONIC lies in [-1, 1], all others in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyReading:
    """The outputs of one trained family for one passage."""

    values: Mapping[str, float]
    """Calibrated output by name, rounded to six decimals (the stated precision of the neural part)."""
    deviations: Mapping[str, float]
    """Standard deviation of each output over the fixed dropout masks: the model's own measured uncertainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralReading:
    """Everything the model says about one passage."""

    families: Mapping[Family, FamilyReading]
    """Only trained families. A missing one was refused."""
    num_tokens: int
    truncated: bool
    """Whether the passage was longer than the model's window and only its beginning and end were read."""


class NeuralReader(Protocol):
    """The neural part as the rest of the system sees it. Holds no state between calls."""

    @property
    def checkpoint_sha256(self) -> str:
        """Hash that identifies the weights, the tokenizer and the configuration together."""

    @property
    def trained_families(self) -> frozenset[Family]:
        """Families that may be read."""

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Read ``text``, seen against ``context`` (for an option, its situation). Both are normalised."""
