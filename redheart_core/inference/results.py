"""What an analysis answers: frozen values that the pages, the command line and every explainer share.

``to_dict`` gives the JSON contract of the command line. Names in it are stable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redheart_core.reasoning.trace import Trace
from redheart_core.vocabulary.bentham import Layer, Lens, RegretType, Variable, View
from redheart_core.vocabulary.dilemma import Dilemma
from redheart_core.vocabulary.language import Language

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionScore:
    """One emotion of the aligned table; every part in [0, 1]."""

    name: str
    score: float
    """0.3 · rule + 0.5 · neural + 0.2 · cultural, or (0.3 · rule + 0.2 · cultural) / 0.5 without a neural part."""
    rule: float
    neural: float | None
    """None when no trained output speaks about this emotion."""
    cultural: float

    def to_dict(self) -> Json:
        """Return the JSON contract."""
        return {
            "name": self.name,
            "score": self.score,
            "rule": self.rule,
            "neural": self.neural,
            "cultural": self.cultural,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Nuance:
    """One of the 112 nuances: a category at a grade of intensity."""

    emotion: str
    grade: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How much the reading rests on, 0 to 1, with the parts it is made of."""

    value: float
    parts: Mapping[str, float]
    """``completeness``, ``evidence``, ``agreement`` and, for a dilemma, ``separation``; each in [0, 1]."""
    notes: tuple[str, ...]
    """Sentences in the language of the interface that say what lowers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What scores highest, or an explicit abstention."""

    option: str | None
    """For a dilemma: the option's name. For a passage: None."""
    abstained: bool
    reason: str
    """A sentence from the reviewed templates, in the language of the interface."""
    code: str
    """``recommended``, ``overlap``, ``tie``, ``self_harm``, ``advice`` or ``nothing``."""

    def to_dict(self) -> Json:
        """Return the JSON contract."""
        return {"option": self.option, "abstained": self.abstained, "reason": self.reason, "code": self.code}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageAnalysis:
    """Answer to ``analyze``."""

    text: str
    language: Language
    emotions: tuple[EmotionScore, ...]
    """Sorted by score, highest first; ties by name."""
    nuances: tuple[Nuance, ...]
    """All 112 in the vocabulary's order; empty without a neural part for the 28 categories."""
    vad: Mapping[str, float] | None
    """Valence, arousal, dominance in [0, 1]; None when the output is not trained."""
    recommendation: Recommendation
    help_notice: str | None
    """Set when the passage speaks of self-harm: show this first and rank nothing."""
    profile: str
    """Name of the cultural profile."""
    cultural_activations: Mapping[str, float]
    """How strongly each concept of the profile is present, 0 to 1."""
    confidence: Confidence
    refused: tuple[str, ...]
    """Neural families without trained weights."""
    trace: Trace

    def to_dict(self) -> Json:
        """Return the JSON contract of ``redheart analyze``."""
        return {
            "text": self.text,
            "language": self.language.value,
            "profile": self.profile,
            "emotions": [emotion.to_dict() for emotion in self.emotions],
            "nuances": [{"emotion": n.emotion, "grade": n.grade, "score": n.score} for n in self.nuances],
            "vad": None if self.vad is None else dict(self.vad),
            "cultural_activations": dict(self.cultural_activations),
            "recommendation": self.recommendation.to_dict(),
            "help_notice": self.help_notice,
            "confidence": self.confidence.value,
            "confidence_parts": dict(self.confidence.parts),
            "refused": list(self.refused),
            "calculation_trace": self.trace.to_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReading:
    """One weight layer's factor, in [0.3, 2.5]; 1 means no opinion."""

    factor: float
    reason: str
    """A sentence in the language of the interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyEffect:
    """What an option does to one affected party."""

    option: str
    effect: float
    """Signed, -1 to 1: below zero the party loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedParty:
    """Someone the dilemma touches, as given or as found in the text."""

    name: str
    count: int
    vulnerability: float
    source: str
    """``given`` or ``detected``."""
    effects: tuple[PartyEffect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTermImpact:
    """What remains of an option's effect over time."""

    option: str
    impact: float
    """Signed, -1 to 1."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one number that makes another option score highest; verified by recomputing."""

    kind: str
    """``variable`` or ``weight``."""
    name: str
    """Of the variable or of the weight (a variable's base weight or a lens's credence)."""
    option: str | None
    """The option whose variable changes; None for a weight."""
    before: float
    after: float
    size: float
    """Absolute change."""
    new_leader: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEvaluation:
    """Everything about one option. All scores in [0, 1]."""

    name: str
    ethical_score: float
    """Credence-weighted mean of the lenses that have evidence."""
    interval: tuple[float, float]
    hedonic: float
    """Pleasure minus pain, -1 to 1."""
    variables: Mapping[Variable, float]
    variable_parts: Mapping[Variable, tuple[float, float | None]]
    """Rule base and neural adjustment (None when refused) of each variable."""
    deviations: Mapping[str, float]
    """Standard deviation of ``hedonic`` and of each variable."""
    layers: Mapping[Layer, LayerReading]
    waterfall: tuple[tuple[str, float], ...]
    """Realistic score after each layer: ``("base", …)`` and then the six layers in order."""
    views: Mapping[View, float]
    independent_band: tuple[float, float]
    """Realistic score with the inputs varying independently instead of all together."""
    integrated: float
    regret: Mapping[RegretType, Mapping[View, float]]
    reasoning: Mapping[Lens, float | None]
    """None for a lens without any evidence; it is then left out of the ethical score."""
    lens_reasons: Mapping[Lens, str]
    emotions: tuple[EmotionScore, ...]

    def to_dict(self) -> Json:
        """Return the JSON contract of one element of ``options``."""
        return {
            "name": self.name,
            "ethical_score": self.ethical_score,
            "interval": list(self.interval),
            "hedonic": self.hedonic,
            "variables": {key.value: value for key, value in self.variables.items()},
            "variable_parts": {
                key.value: {"base": base, "adjustment": adjustment}
                for key, (base, adjustment) in self.variable_parts.items()
            },
            "deviations": dict(self.deviations),
            "layers": {key.value: layer.factor for key, layer in self.layers.items()},
            "layer_reasons": {key.value: layer.reason for key, layer in self.layers.items()},
            "waterfall": [[name, score] for name, score in self.waterfall],
            "views": {key.value: value for key, value in self.views.items()},
            "independent_band": list(self.independent_band),
            "integrated": self.integrated,
            "regret": {
                kind.value: {view.value: value for view, value in by_view.items()}
                for kind, by_view in self.regret.items()
            },
            "reasoning": {key.value: value for key, value in self.reasoning.items()},
            "reasoning_details": {key.value: reason for key, reason in self.lens_reasons.items()},
            "emotions": [emotion.to_dict() for emotion in self.emotions],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DilemmaEvaluation:
    """Answer to ``evaluate_ethics``."""

    dilemma: Dilemma
    language: Language
    options: tuple[OptionEvaluation, ...]
    """In the order given. Empty when the passage speaks of self-harm: then nothing is scored against anything."""
    recommendation: Recommendation
    help_notice: str | None
    human_notice: str | None
    """One quiet line about people to ask, when the dilemma touches health, law or safety."""
    affected_parties: tuple[AffectedParty, ...]
    long_term_impact: tuple[LongTermImpact, ...]
    counterfactuals: tuple[Change, ...]
    """Smallest single changes that flip the leading option, smallest first; empty when none does."""
    confidence: Confidence
    view_weights: Mapping[View, float]
    credences: Mapping[Lens, float]
    refused: tuple[str, ...]
    """Neural families without trained weights."""
    trace: Trace

    def to_dict(self) -> Json:
        """Return the JSON contract of ``redheart evaluate``."""
        return {
            "situation": self.dilemma.situation,
            "language": self.language.value,
            "options": [option.to_dict() for option in self.options],
            "recommendation": self.recommendation.to_dict(),
            "help_notice": self.help_notice,
            "human_notice": self.human_notice,
            "affected_parties": [_party_dict(party) for party in self.affected_parties],
            "long_term_impact": [
                {"option": i.option, "impact": i.impact, "reason": i.reason} for i in self.long_term_impact
            ],
            "counterfactuals": [_change_dict(change) for change in self.counterfactuals],
            "confidence": self.confidence.value,
            "confidence_parts": dict(self.confidence.parts),
            "view_weights": {view.value: weight for view, weight in self.view_weights.items()},
            "credences": {lens.value: weight for lens, weight in self.credences.items()},
            "refused": list(self.refused),
            "calculation_trace": self.trace.to_dict(),
        }


def _party_dict(party: AffectedParty) -> Json:
    return {
        "name": party.name,
        "count": party.count,
        "vulnerability": party.vulnerability,
        "source": party.source,
        "effects": {effect.option: effect.effect for effect in party.effects},
    }


def _change_dict(change: Change) -> Json:
    return {
        "kind": change.kind,
        "name": change.name,
        "option": change.option,
        "before": change.before,
        "after": change.after,
        "size": change.size,
        "new_leader": change.new_leader,
        "sentence": change.sentence,
    }
