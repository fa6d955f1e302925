"""Scoring the scenes of a population by the one path that computes an analysis.

A dilemma is evaluated as on its page, with regret, which compares its options. A passage that stands alone is
evaluated as one option; it has no regret. Passages are read by the model in batches (``inference.read_ahead``).

Letters: N scored options, C components.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.populations.components import (
    EMOTION,
    ETHICAL,
    FAMILY_MEMBERS,
    FEELING,
    HEDONIC,
    INTEGRATED,
    LABEL,
    LAYER,
    REGRET,
    TEXT,
    components,
)
from redheart_core.explain.surd.populations.scenes import Scene
from redheart_core.inference.dilemma import begin_situation
from redheart_core.inference.engine import RedHeart
from redheart_core.inference.option import OptionSteps, evaluate_option
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.inference.read_ahead import read_ahead
from redheart_core.inference.results import EmotionScore, OptionEvaluation
from redheart_core.inference.settings import Settings
from redheart_core.reasoning.bentham import ILL_TREATMENT, harms
from redheart_core.reasoning.evidence import accumulate, observe
from redheart_core.reasoning.trace import Recorder
from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.text.language import require_supported
from redheart_core.vocabulary.bentham import Lens, View
from redheart_core.vocabulary.dilemma import Dilemma, Option, clean_passage
from redheart_core.vocabulary.emotions import EMOTIONS
from redheart_core.vocabulary.reading import NeuralReader

BATCH_SCENES = 8
"""Scenes whose passages are read together."""
Report = Callable[[int, int], None]
"""Told scenes done and in all. What it raises ends the work."""
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """The components of every option that could be scored."""

    names: tuple[str, ...]
    """Of the components, in the order of ``components``."""
    values_NC: NDArray[np.float64]
    """NaN where an option has no such component."""
    scene_N: NDArray[np.intp]
    """Place of the scene that each option belongs to."""
    num_unread: int
    """Scenes left out: in no language that is read, empty, or speaking of self-harm, which is never scored."""


def score_scenes(scenes: Sequence[Scene], model: RedHeart, *, report: Report = lambda done, total: None) -> Scored:
    """Score every option of every scene.

    Args:
        scenes: In the order of the result. The same scenes in the same order give the same numbers.
        model: What scores them.
        report: Progress; the lease of the network is given back between batches.
    """
    names = tuple(components())
    rows: list[list[float]] = []
    places: list[int] = []
    unread = 0
    report(0, len(scenes))
    for start in range(0, len(scenes), BATCH_SCENES):
        batch = [_cleaned(scene) for scene in scenes[start : start + BATCH_SCENES]]
        reader = _reader(model, [scene for scene in batch if scene is not None])
        for place, scene in enumerate(batch, start=start):
            found = [] if scene is None else _scored(scene, model, reader)
            unread += not found
            rows += [[values.get(name, math.nan) for name in names] for values in found]
            places += [place] * len(found)
        report(min(start + BATCH_SCENES, len(scenes)), len(scenes))
    return Scored(
        names=names,
        values_NC=np.array(rows, dtype=np.float64).reshape(len(rows), len(names)),
        scene_N=np.array(places, dtype=np.intp),
        num_unread=unread,
    )


def _cleaned(scene: Scene) -> Scene | None:
    """Return the scene as it is read, or None where it cannot be read or must not be scored."""
    try:
        options = tuple(clean_passage(text, what_en="text", what_ko="글") for text in scene.options)
        situation = clean_passage(scene.situation, what_en="text", what_ko="글") if scene.situation.strip() else ""
        language = require_supported("\n".join([situation, *options]))
    except InputError:
        return None
    if speaks_of_self_harm(*(extract_features(text, language) for text in (situation, *options))):
        return None
    return Scene(group=scene.group, situation=situation, options=options, labels=scene.labels)


def _reader(model: RedHeart, scenes: Sequence[Scene]) -> NeuralReader | None:
    passages = [(option, scene.situation) for scene in scenes for option in scene.options]
    return read_ahead(model.reader, passages) if model.reader is not None and passages else None


def _scored(scene: Scene, model: RedHeart, reader: NeuralReader | None) -> list[Values]:
    language = require_supported("\n".join([scene.situation, *scene.options]))
    if scene.is_dilemma and len(set(scene.options)) == len(scene.options):
        question = Dilemma(situation=scene.situation, options=tuple(Option(name=name) for name in scene.options))
        read = RedHeart(name=model.name, reader=reader, precision=model.precision)
        scored = [_of_evaluation(option) for option in read.evaluate_ethics(question).options]
    else:
        recorder = Recorder()
        shared = begin_situation(recorder, scene.situation, (), language, Settings(), reader)
        scored = [_of_steps(evaluate_option(recorder, shared, at, text)) for at, text in enumerate(scene.options)]
    situation = extract_features(scene.situation, language)
    return [
        {**values, **dict(_of_text(extract_features(text, language), situation)), **_of_label(label)}
        for values, text, label in zip(scored, scene.options, scene.labels, strict=True)
    ]


def _of_evaluation(option: OptionEvaluation) -> Values:
    regrets = {f"{REGRET}{kind.value}": by_view[View.REALISTIC] for kind, by_view in option.regret.items()}
    lenses = {lens.value: option.reasoning[lens] for lens in (Lens.DEONTOLOGICAL, Lens.VIRTUE_ETHICS)}
    return {
        **{view.value: value for view, value in option.views.items()},
        INTEGRATED: option.integrated,
        **{name: value for name, value in lenses.items() if value is not None},
        ETHICAL: option.ethical_score,
        HEDONIC: option.hedonic,
        **{variable.value: value for variable, value in option.variables.items()},
        **{f"{LAYER}{layer.value}": found.factor for layer, found in option.layers.items()},
        **regrets,
        **dict(_of_emotions(option.emotions)),
    }


def _of_steps(steps: OptionSteps) -> Values:
    lenses = {lens.value: steps.lenses.value[lens.value] for lens in (Lens.DEONTOLOGICAL, Lens.VIRTUE_ETHICS)}
    return {
        **steps.views.value,
        INTEGRATED: steps.integrated.value,
        **{name: value for name, value in lenses.items() if value is not None},
        ETHICAL: steps.ethical.value,
        HEDONIC: steps.hedonic.value,
        **steps.variables.value,
        **{f"{LAYER}{layer}": factor for layer, factor in steps.factors.value.items()},
        **dict(_of_emotions(steps.passage.emotion_scores())),
    }


def _of_emotions(emotions: Sequence[EmotionScore]) -> Iterator[tuple[str, float]]:
    scores = {emotion.name: emotion.score for emotion in emotions}
    for family, members in FAMILY_MEMBERS.items():
        yield f"{FEELING}{family}", max(scores[name] for name in members)
    for name, score in scores.items():
        yield f"{EMOTION}{name}", score


def _of_text(option: TextFeatures, situation: TextFeatures) -> Iterator[tuple[str, float]]:
    """Count words, by their meaning; accumulated evidence lies in [0, 1], signed sums have no bounds."""
    counted = {
        "words": float(len(option.words)),
        "harm": accumulate(0.0, harms(option, "option")),
        "benefit": accumulate(0.0, observe(option, "option", (CueKind.BENEFIT,))),
        "self_damage": accumulate(0.0, observe(option, "option", (CueKind.SELF_DAMAGE,))),
        "feeling": _feeling(option),
        "right": _signed(option, (*ILL_TREATMENT, CueKind.DUTY)),
        "virtue": _signed(option, (CueKind.VIRTUE,)),
        "certainty": float(len(option.of_kind(CueKind.CERTAINTY))),
        "people": max((cue.value for cue in option.of_kind(CueKind.PEOPLE) if not cue.negated), default=0.0),
        "situation_harm": accumulate(0.0, harms(situation, "situation")),
    }
    return ((f"{TEXT}{name}", value) for name, value in counted.items())


def _signed(features: TextFeatures, kinds: Sequence[CueKind]) -> float:
    return sum(-cue.value if cue.negated else cue.value for cue in features.of_kind(*kinds))


def _feeling(features: TextFeatures) -> float:
    """Sum the valence of the words of feeling that are not negated, each by its weight."""
    cues = [cue for cue in features.of_kind(CueKind.EMOTION) if not cue.negated]
    return sum(weight * EMOTIONS[name].valence for cue in cues for name, weight in cue.emotions.items())


def _of_label(label: float | None) -> Values:
    return {} if label is None else {LABEL: label}
