"""How cues become evidence for a number.

Two rules of combination serve every variable. *Accumulation* (noisy-or) is for things that more evidence can only
increase, such as harm: 1 - (1 - prior) * prod(1 - a_i). *Shrinkage* is for things that evidence can move either way,
such as probability: the mean of the observations and of the prior, which counts as one observation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redheart_core.reasoning.trace import SourceSpan
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.vocabulary.language import Language

SITUATION_WEIGHT = 0.5
"""What the situation says holds for every option, so it counts half as much as what the option itself says."""

RESCUE_VALUE = 0.6
"""A benefit at least this large beside a harm is read as averting it ("saves five from dying")."""
RESCUE_WINDOW = 45
"""Characters between the rescue and the harm it averts."""

_BREAK_EN = re.compile(r"[,.;:!?]|\b(?:but|by|while|although|and|or|because)\b", re.IGNORECASE)
_BREAK_KO = re.compile(r"[,.;:!?]|고\s|지만|면서|대신|느라")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One cue seen as an observation of a quantity."""

    source: str
    """``option`` or ``situation``."""
    cue: int
    """Index of the cue in the features of its source."""
    value: float
    """The observed quantity, 0 to 1."""
    weight: float
    """How much it counts; 1 is one full observation."""


Reading = dict[str, Any]
"""What a rule answers, as JSON values: ``value``, ``weight`` and ``evidence`` as [source, cue, contribution]."""


def reading(value: float, observations: Iterable[Observation]) -> Reading:
    """Return a rule's answer with the evidence behind it."""
    kept = [o for o in observations if o.weight > 0.0]
    return {
        "value": value,
        "weight": sum(o.weight for o in kept),
        "evidence": [[o.source, o.cue, o.value * o.weight] for o in kept],
    }


def accumulate(prior: float, observations: Sequence[Observation]) -> float:
    """Combine by noisy-or. Never falls when an observation is added or grows.

    Args:
        prior: Value in [0, 1] without any observation.
        observations: Each acts with probability ``value * weight``, at most 0.98: no single cue is certain.
    """
    remaining = 1.0 - prior
    for observation in observations:
        remaining *= 1.0 - min(observation.value * observation.weight, 0.98)
    return 1.0 - remaining


def shrink(prior: float, observations: Sequence[Observation]) -> float:
    """Return the weighted mean of the observations and the prior, which weighs as one observation."""
    total = 1.0 + sum(o.weight for o in observations)
    return (prior + sum(o.value * o.weight for o in observations)) / total


def saturate(amount: float) -> float:
    """Map [0, inf) to [0, 1) by x / (1 + x): plain arithmetic, so that every machine agrees to the last bit."""
    return amount / (1.0 + amount)


def squash(amount: float) -> float:
    """Map the real line to (0, 1) by the softsign, 0 to one half. Strictly increasing, never saturated."""
    return 0.5 * (1.0 + amount / (1.0 + abs(amount)))


def observe(features: TextFeatures, source: str, kinds: Iterable[CueKind], *, scale: float = 1.0) -> list[Observation]:
    """Return the affirmed cues of ``kinds`` as observations of their own value, weighted by source and strength."""
    wanted = frozenset(kinds)
    return [
        Observation(source=source, cue=index, value=clip(abs(cue.value)), weight=weigh(cue, source) * scale)
        for index, cue in enumerate(features.cues)
        if cue.kind in wanted and not cue.negated
    ]


def weigh(cue: Cue, source: str) -> float:
    """Return how much a cue counts: its strength, halved when it stands in the situation."""
    return min(cue.strength, 1.5) * (SITUATION_WEIGHT if source == "situation" else 1.0)


def clip(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return ``value`` moved into [low, high]."""
    return min(max(value, low), high)


def is_averted(features: TextFeatures, cue: Cue) -> bool:
    """Return whether a harm or a death is what a rescue in the same clause prevents."""
    return any(
        other.kind is CueKind.BENEFIT
        and not other.negated
        and other.value >= RESCUE_VALUE
        and _averts(features, other, cue)
        for other in features.cues
    )


def _averts(features: TextFeatures, rescue: Cue, harm: Cue) -> bool:
    korean = features.language in {Language.KOREAN, Language.MIXED}
    before, after = (harm, rescue) if korean else (rescue, harm)
    if not 0 <= after.start - before.end <= RESCUE_WINDOW:
        return False
    if korean:
        # A Korean cue holds its verb ending, and the ending is what joins or parts two clauses ("죽이고 …").
        return not _BREAK_KO.search(features.text[max(before.start, before.end - 2) : after.start])
    return not _BREAK_EN.search(features.text[before.end : after.start])


def spans_of(option: TextFeatures, situation: TextFeatures, ids: dict[str, str], answer: Reading) -> list[SourceSpan]:
    """Return where the evidence of a rule's answer stands; ``ids`` maps a source to its input step."""
    features = {"option": option, "situation": situation}
    found = []
    for source, index, _ in answer["evidence"]:
        cue = features[source].cues[index]
        found.append(SourceSpan(source=ids[source], start=cue.start, end=cue.end))
    return found
