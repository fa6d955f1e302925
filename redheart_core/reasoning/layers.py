"""Six weight layers, each a factor in [0.3, 2.5] on the variables it names; 1 means no opinion.

Every layer answers with its factor, the key of its reason (``vocabulary.reasons``, ``layer.<name>.<key>``) and the
values that the reason mentions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from redheart_core.reasoning.evidence import Observation, clip, observe, reading, weigh
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.vocabulary.bentham import LAYER_MAXIMUM, LAYER_MINIMUM, Layer

DISCOUNT_PER_YEAR = 0.15
"""k of the hyperbolic discount 1 / (1 + k · years)."""
URGENT_FACTOR = 1.3
HEADCOUNT_GAIN = 0.15
"""Factor gained with every tenfold of people."""
VULNERABILITY_GAIN = 0.6
BREACH_GAIN = 0.3
"""Factor gained with every norm that the option breaks."""
AROUSAL_GAIN = 1.2
CERTAINTY_GAIN = 0.8
MIXED_GAIN = 0.35
NORM_KINDS = (
    CueKind.PROMISE,
    CueKind.LAW,
    CueKind.HONESTY,
    CueKind.CONSENT,
    CueKind.RIGHTS,
    CueKind.DUTY,
)

LayerAnswer = dict[str, Any]
"""``factor``, ``reason``, ``values`` and ``evidence``, as JSON values."""


def contextual_factor(*, option: TextFeatures, situation: TextFeatures) -> LayerAnswer:
    """How mixed the circumstances are: side effects and contrasts make purity count for more."""
    found = observe(option, "option", (CueKind.MIXED, CueKind.CONTRAST))
    found += observe(situation, "situation", (CueKind.MIXED, CueKind.CONTRAST))
    amount = sum(o.weight for o in found)
    return _answer(1.0 + MIXED_GAIN * amount, "mixed" if found else "none", {}, found)


def temporal_factor(*, option: TextFeatures, situation: TextFeatures) -> LayerAnswer:
    """Hyperbolic discount of what lies in the future; urgency counts for more than the present."""
    for source, features in (("option", option), ("situation", situation)):
        urgent = observe(features, source, (CueKind.URGENCY,))
        if urgent:
            return _answer(URGENT_FACTOR, "soon", {}, urgent[:1])
        times = [
            (cue.value, index)
            for index, cue in enumerate(features.cues)
            if cue.kind is CueKind.PROPINQUITY and not cue.negated
        ]
        if times:
            days, index = max(times)
            factor = 1.0 / (1.0 + DISCOUNT_PER_YEAR * max(0.0, days) / 365.0)
            key = "soon" if days <= 1.0 else "later" if days <= 365.0 else "long"
            seen = [Observation(source=source, cue=index, value=1.0, weight=1.0)]
            return _answer(factor, key, {"days": days}, seen)
    return _answer(1.0, "none", {}, [])


def social_factor(*, option: TextFeatures, situation: TextFeatures, parties: list[list[Any]]) -> LayerAnswer:
    """How many are touched and how vulnerable they are: the given parties, else what the text names."""
    found: list[Observation] = []
    count, vulnerability = 1.0, 0.0
    for _, number, fragility in parties:
        count, vulnerability = count + number, max(vulnerability, fragility)
    for source, features in (("option", option), ("situation", situation)):
        for index, cue in enumerate(features.cues):
            if cue.negated or cue.kind not in {CueKind.PEOPLE, CueKind.VULNERABLE}:
                continue
            if cue.kind is CueKind.VULNERABLE:
                vulnerability = max(vulnerability, clip(cue.value))
            elif not parties:
                count = max(count, cue.value)
            found.append(Observation(source=source, cue=index, value=1.0, weight=weigh(cue, source)))
    many = count >= 3.0
    key = {(False, False): "none", (True, False): "many", (False, True): "vulnerable"}.get(
        (many, vulnerability >= 0.3), "many_vulnerable"
    )
    factor = 1.0 + (HEADCOUNT_GAIN * math.log10(count) if many else 0.0) + VULNERABILITY_GAIN * vulnerability
    return _answer(factor, key, {"count": count, "vulnerability": vulnerability}, found)


def ethical_factor(*, option: TextFeatures, situation: TextFeatures) -> LayerAnswer:
    """How many norms the option breaks: harm done by breaking a norm counts for more."""
    del situation
    found = [
        Observation(source="option", cue=index, value=1.0, weight=1.0)
        for index, cue in enumerate(option.cues)
        if cue.kind in NORM_KINDS and (cue.value < 0.0) != cue.negated and cue.value != 0.0
    ]
    factor = 1.0 + BREACH_GAIN * len(found)
    return _answer(factor, "norms" if found else "none", {"count": float(len(found))}, found)


def emotional_factor(*, option: TextFeatures, situation: TextFeatures, arousal: float | None) -> LayerAnswer:
    """How stirred the passage is: measured arousal, else the strength of its feeling words."""
    found = observe(option, "option", (CueKind.EMOTION,)) + observe(situation, "situation", (CueKind.EMOTION,))
    if arousal is None:
        arousal = 0.5 + 0.5 * (1.0 - 1.0 / (1.0 + 0.5 * sum(o.weight for o in found)))
    factor = 1.0 + AROUSAL_GAIN * (arousal - 0.5)
    key = "strong" if factor >= 1.05 else "calm" if factor <= 0.95 else "none"
    return _answer(factor, key, {"arousal": arousal}, found)


def cognitive_factor(*, option: TextFeatures, situation: TextFeatures) -> LayerAnswer:
    """How sure the text is of what will follow: certainty words above one half strengthen, below weaken."""
    found = []
    for source, features in (("option", option), ("situation", situation)):
        for index, cue in enumerate(features.cues):
            if cue.kind is CueKind.CERTAINTY:
                probability = clip(1.0 - cue.value if cue.negated else cue.value)
                weight = weigh(cue, source)
                found.append(Observation(source=source, cue=index, value=probability, weight=weight))
    if not found:
        return _answer(1.0, "none", {}, [])
    mean = sum(o.value * o.weight for o in found) / sum(o.weight for o in found)
    key = "sure" if mean >= 0.5 else "unsure"
    return _answer(1.0 + CERTAINTY_GAIN * (mean - 0.5), key, {"probability": mean}, found)


def _answer(factor: float, reason: str, values: Mapping[str, float], found: list[Observation]) -> LayerAnswer:
    return {
        "factor": clip(factor, LAYER_MINIMUM, LAYER_MAXIMUM),
        "reason": reason,
        "values": dict(values),
        "evidence": reading(0.0, found)["evidence"],
    }


LAYER_RULES: Mapping[Layer, Callable[..., LayerAnswer]] = {
    Layer.CONTEXTUAL: contextual_factor,
    Layer.TEMPORAL: temporal_factor,
    Layer.SOCIAL: social_factor,
    Layer.ETHICAL: ethical_factor,
    Layer.EMOTIONAL: emotional_factor,
    Layer.COGNITIVE: cognitive_factor,
}
"""The rule of each layer. ``social_factor`` also takes the parties, ``emotional_factor`` the measured arousal."""
