"""The recorded path from one passage to its emotions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redheart_core.inference.reading import neural_reading, prototype_likeness, text_features
from redheart_core.inference.results import EmotionScore
from redheart_core.reasoning import emotion
from redheart_core.reasoning.trace import Node, Recorder, SourceSpan, Stage
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.vocabulary.culture import PROFILES
from redheart_core.vocabulary.reading import Family, NeuralReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSteps:
    """The recorded values of one passage that later steps build on."""

    text: Node[str]
    features: Node[TextFeatures]
    neural: Node[dict[str, Any]]
    rule: Node[dict[str, float]]
    emotion_neural: Node[dict[str, float | None]]
    activations: Node[dict[str, float]]
    cultural: Node[dict[str, float]]
    scores: Node[dict[str, float]]

    def emotion_scores(self) -> tuple[EmotionScore, ...]:
        """Return the emotions with their parts, highest first, ties by name."""
        found = (
            EmotionScore(
                name=name,
                score=score,
                rule=self.rule.value[name],
                neural=self.emotion_neural.value[name],
                cultural=self.cultural.value[name],
            )
            for name, score in self.scores.value.items()
        )
        return tuple(sorted(found, key=lambda e: (-e.score, e.name)))


def read_text(recorder: Recorder, prefix: str, text: str, language: Node[str]) -> tuple[Node[str], Node[TextFeatures]]:
    """Record a passage and its features under ``prefix``."""
    given = recorder.given(f"{prefix}text", text)
    features = recorder.apply(
        f"{prefix}features",
        text_features,
        stage=Stage.FEATURES,
        inputs={"text": given, "language": language},
        spans=lambda found: [SourceSpan(source=given.id, start=c.start, end=c.end) for c in found.cues],
    )
    return given, features


def read_passage(
    recorder: Recorder,
    prefix: str,
    text: str,
    *,
    language: Node[str],
    context: Node[str],
    reader: NeuralReader | None,
    profile: str,
) -> PassageSteps:
    """Record everything from the passage to its emotion scores under ``prefix``."""
    given, features = read_text(recorder, prefix, text, language)
    likeness = recorder.apply(
        f"{prefix}likeness",
        prototype_likeness,
        stage=Stage.FEATURES,
        inputs={"text": given, "language": language},
    )
    neural = recorder.note(
        f"{prefix}neural",
        neural_reading,
        stage=Stage.NEURAL_CONTRIBUTION,
        inputs={"text": given, "context": context},
        resource={"reader": reader},
    )
    rule = recorder.apply(
        f"{prefix}emotion.rule",
        emotion.emotion_rule,
        stage=Stage.BASE_CALCULATION,
        inputs={"features": features, "similarities": likeness},
        spans=lambda _: _emotion_spans(given.id, features.value),
    )
    spoken = recorder.apply(
        f"{prefix}emotion.neural",
        emotion.emotion_neural,
        stage=Stage.NEURAL_CONTRIBUTION,
        inputs={
            "goemotions": neural.at(Family.GOEMOTIONS, "values"),
            "kote": neural.at(Family.KOTE, "values"),
            "language": language,
        },
    )
    return _with_culture(recorder, prefix, given, features, neural, rule, spoken, profile)


def _with_culture(
    recorder: Recorder,
    prefix: str,
    text: Node[str],
    features: Node[TextFeatures],
    neural: Node[dict[str, Any]],
    rule: Node[dict[str, float]],
    spoken: Node[dict[str, float | None]],
    profile: str,
) -> PassageSteps:
    moves = profile_moves(profile)
    activations = recorder.apply(
        f"{prefix}emotion.activations",
        emotion.cultural_activations,
        stage=Stage.BASE_CALCULATION,
        inputs={"features": features},
        parameters={"concepts": list(moves)},
    )
    cultural = recorder.apply(
        f"{prefix}emotion.cultural",
        emotion.emotion_cultural,
        stage=Stage.ADJUSTMENTS,
        inputs={"rule": rule, "neural": spoken, "activations": activations},
        parameters={"moves": moves, "weights": emotion.PART_WEIGHTS},
    )
    scores = recorder.apply(
        f"{prefix}emotion.score",
        emotion.emotion_scores,
        stage=Stage.ADJUSTMENTS,
        inputs={"rule": rule, "neural": spoken, "cultural": cultural},
        parameters={"weights": emotion.PART_WEIGHTS},
    )
    return PassageSteps(
        text=text,
        features=features,
        neural=neural,
        rule=rule,
        emotion_neural=spoken,
        activations=activations,
        cultural=cultural,
        scores=scores,
    )


def profile_moves(profile: str) -> dict[str, dict[str, float]]:
    """Return the shifts of a profile by concept and emotion."""
    return {
        concept.name: {move.emotion: move.shift for move in concept.moves} for concept in PROFILES[profile].concepts
    }


def _emotion_spans(source: str, features: TextFeatures) -> list[SourceSpan]:
    cues = features.of_kind(CueKind.EMOTION)
    return [SourceSpan(source=source, start=cue.start, end=cue.end) for cue in cues]


def speaks_of_self_harm(*features: TextFeatures) -> bool:
    """Return whether any of the passages affirms or denies self-harm: both deserve the notice."""
    return any(found.of_kind(CueKind.SELF_HARM) for found in features)


def format_number(value: float) -> str:
    """Return two decimals for sentences; full precision stays in the numbers themselves."""
    return f"{value:.2f}"
