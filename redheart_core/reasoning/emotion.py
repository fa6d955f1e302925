"""Emotions of a passage: 0.3 · rule + 0.5 · neural + 0.2 · cultural (system.md, section 3).

Every part lies in [0, 1]. The cultural part starts from the reading without culture, (0.3 · rule + 0.5 · neural) / 0.8,
and is moved by the concepts of the profile that the passage touches. In the neutral profile nothing moves it, so that
the score is the reading without culture.
"""

from __future__ import annotations

from collections.abc import Mapping

from redheart_core.reasoning.evidence import clip, saturate
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.vocabulary.emotions import EMOTIONS, NUANCES, Grade
from redheart_core.vocabulary.language import Language

PART_WEIGHTS = {"rule": 0.3, "neural": 0.5, "cultural": 0.2}

NEGATED_SHARE = 0.1
"""What is left of a keyword under negation: the feeling was at least considered."""
REFERENCE_WORDS = 12
"""Passage length at which one keyword counts as it stands; longer passages dilute it by the square root."""
PROTOTYPE_SHARE = 0.4
"""The most that likeness to a prototype sentence can fill of what keywords leave open."""
PROTOTYPE_FLOOR = 0.2
"""Likeness below this is chance overlap of letters."""
EXCLAMATION_GAIN = 0.1
"""Each of at most three exclamation marks strengthens the keywords by this share."""
NEUTRAL_SHARE = 0.6
"""Rule score of *neutral* when no keyword is found at all."""

KOTE_SHARE = {Language.KOREAN: 0.65, Language.MIXED: 0.5, Language.ENGLISH: 0.0, Language.OTHER: 0.0}
"""Share of the KOTE output where both data sets know an emotion: its labels are native Korean only."""

GRADE_CENTRES = {Grade.FAINT: 0.15, Grade.MODERATE: 0.4, Grade.STRONG: 0.65, Grade.OVERWHELMING: 0.9}
GRADE_SPACING = 0.25


def emotion_rule(*, features: TextFeatures, similarities: Mapping[str, float]) -> dict[str, float]:
    """Return the rule score of every emotion from keywords, syntax and likeness to prototype sentences."""
    density = _keyword_density(features)
    scores = {}
    for name in EMOTIONS:
        keywords = saturate(density.get(name, 0.0))
        likeness = max(0.0, similarities.get(name, 0.0) - PROTOTYPE_FLOOR) / (1.0 - PROTOTYPE_FLOOR)
        scores[name] = keywords + (1.0 - keywords) * PROTOTYPE_SHARE * likeness
    strongest = max(saturate(amount) for amount in density.values()) if density else 0.0
    scores["neutral"] = max(0.0, NEUTRAL_SHARE - strongest)
    return scores


def _keyword_density(features: TextFeatures) -> dict[str, float]:
    """Return the amount of keyword evidence by emotion, diluted by the length of the passage."""
    exclamations = min(3, len(features.of_kind(CueKind.EXCLAMATION)))
    dilution = max(1.0, len(features.words) / REFERENCE_WORDS) ** 0.5
    gain = (1.0 + EXCLAMATION_GAIN * exclamations) / dilution
    density: dict[str, float] = {}
    for cue in features.of_kind(CueKind.EMOTION):
        share = cue.strength * (NEGATED_SHARE if cue.negated else 1.0)
        for name, weight in cue.emotions.items():
            density[name] = density.get(name, 0.0) + 2.5 * weight * weight * share * gain
    return density


def emotion_neural(
    *, goemotions: Mapping[str, float] | None, kote: Mapping[str, float] | None, language: str
) -> dict[str, float | None]:
    """Return the neural part of every emotion from the two data sets' outputs; None where neither speaks.

    Where both know an emotion, the passage's language decides how much each counts (``KOTE_SHARE``).
    """
    kote_share = KOTE_SHARE[Language(language)]
    scores: dict[str, float | None] = {}
    for name, emotion in EMOTIONS.items():
        go = goemotions[emotion.goemotions] if goemotions and emotion.goemotions else None
        ko = kote[emotion.kote] if kote and emotion.kote else None
        if go is not None and ko is not None:
            scores[name] = (1.0 - kote_share) * go + kote_share * ko
        else:
            scores[name] = ko if go is None else go
    return scores


def cultural_activations(*, features: TextFeatures, concepts: list[str]) -> dict[str, float]:
    """Return how strongly each concept of the profile is present, 0 to 1."""
    amounts = dict.fromkeys(concepts, 0.0)
    for cue in features.of_kind(CueKind.CULTURE):
        if cue.entry in amounts and not cue.negated:
            amounts[cue.entry] += 1.5 * cue.strength
    return {concept: saturate(amount) for concept, amount in amounts.items()}


def emotion_cultural(
    *,
    rule: Mapping[str, float],
    neural: Mapping[str, float | None],
    activations: Mapping[str, float],
    moves: Mapping[str, Mapping[str, float]],
    weights: Mapping[str, float],
) -> dict[str, float]:
    """Return the cultural part: the reading without culture, moved by the active concepts.

    Args:
        rule: Rule part by emotion.
        neural: Neural part by emotion, or None.
        activations: Presence by concept, 0 to 1.
        moves: Signed shift by concept and emotion.
        weights: The three part weights.
    """
    scores = {}
    for name in EMOTIONS:
        plain = _plain(rule[name], neural[name], weights)
        shift = sum(activations[concept] * moved.get(name, 0.0) for concept, moved in moves.items())
        scores[name] = clip(plain + shift)
    return scores


def _plain(rule: float, neural: float | None, weights: Mapping[str, float]) -> float:
    if neural is None:
        return rule
    return (weights["rule"] * rule + weights["neural"] * neural) / (weights["rule"] + weights["neural"])


def emotion_scores(
    *,
    rule: Mapping[str, float],
    neural: Mapping[str, float | None],
    cultural: Mapping[str, float],
    weights: Mapping[str, float],
) -> dict[str, float]:
    """Return the weighted sum of the parts; without a neural part the other two share its weight."""
    scores = {}
    for name in EMOTIONS:
        part = neural[name]
        known = weights["rule"] * rule[name] + weights["cultural"] * cultural[name]
        if part is None:
            scores[name] = known / (weights["rule"] + weights["cultural"])
        else:
            scores[name] = known + weights["neural"] * part
    return scores


def emotion_nuances(*, scores: Mapping[str, float]) -> dict[str, float]:
    """Spread each of the 28 categories' scores over four grades by triangular membership; the grades sum to it."""
    spread = {}
    for nuance in NUANCES:
        name, grade = nuance.rsplit(".", 1)
        spread[nuance] = scores[name] * _membership(scores[name], Grade(grade))
    return spread


def _membership(score: float, grade: Grade) -> float:
    low, high = GRADE_CENTRES[Grade.FAINT], GRADE_CENTRES[Grade.OVERWHELMING]
    return max(0.0, 1.0 - abs(clip(score, low, high) - GRADE_CENTRES[grade]) / GRADE_SPACING)


def strongest_emotion(*, scores: Mapping[str, float], floor: float) -> dict[str, str | float | None]:
    """Return the highest emotion other than neutral, or no name when it stays below ``floor``."""
    name = min((n for n in scores if n != "neutral"), key=lambda n: (-scores[n], n))
    return {"name": name if scores[name] >= floor else None, "score": scores[name]}


def emotion_agreement(*, rule: Mapping[str, float], neural: Mapping[str, float | None]) -> float | None:
    """Return the overlap of the two parts' emotions, 0 to 1: the share of their joint mass that both see.

    None when either part sees nothing at all. *Neutral* is left out: it is the absence of the others.
    """
    pairs = [(rule[name], part) for name in rule if (part := neural[name]) is not None and name != "neutral"]
    smaller = sum(min(first, second) for first, second in pairs)
    larger = sum(max(first, second) for first, second in pairs)
    seen = sum(first for first, _ in pairs) > 0.0 and sum(second for _, second in pairs) > 0.0
    return smaller / larger if seen else None
