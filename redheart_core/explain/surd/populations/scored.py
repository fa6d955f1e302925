"""A population of scored texts: the options or passages of a data set with every component that is calculated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redheart_core.data.rows import Dataset, Grouped
from redheart_core.errors import DataError
from redheart_core.explain.surd.populations.components import EMOTION, LABEL, TEXT, Component, components, definitions
from redheart_core.explain.surd.populations.population import Column, Population, Provenance, Suggestion
from redheart_core.explain.surd.populations.scenes import Scene, scenes_of
from redheart_core.explain.surd.populations.score_cache import cached_path, load_scored, save_scored, scenes_sha256
from redheart_core.explain.surd.populations.scoring import Report, Scored, score_scenes
from redheart_core.inference.engine import RedHeart
from redheart_core.vocabulary.bentham import Variable, View
from redheart_core.vocabulary.wording import Wording

LEAST_KNOWN = 0.5
"""A component that fewer cases have is no column."""
_FORMULA = Wording(
    ko="현실 점수는 열 변수의 정해진 공식이라, 변수와 점수 사이의 분해는 공식을 다시 말할 뿐이에요. "
    "시너지는 상호작용이 아니에요.",
    en="The realistic score is a fixed formula of the ten variables, so a decomposition between variables and score "
    "restates the formula. Synergy is not interaction.",
)


def scored_population(
    dataset: Dataset[Grouped],
    model: RedHeart,
    *,
    wanted: int | None = None,
    seed: int = 0,
    cache_dir: Path | None = None,
    report: Report = lambda done, total: None,
) -> Population:
    """Score the texts of a data set, or take the scores from the cache.

    Args:
        dataset: From a reader in ``redheart_core.data``, a person's own file included.
        model: What scores them.
        wanted: Scenes drawn at random; all when left out.
        seed: Of that draw.
        cache_dir: Where scores are kept; nowhere when left out.
        report: Told scenes done and in all; what it raises ends the work, and nothing is kept.

    Raises:
        DataError: Fewer than two cases could be scored, or the cache cannot be used.
    """
    scenes = scenes_of(dataset, wanted=wanted, seed=seed)
    scored = _scored(scenes, model, cache_dir, report)
    num_cases = len(scored.values_NC)
    if num_cases < 2:  # one case has no distribution
        raise DataError(f"{dataset.name}: {num_cases} of {len(scenes)} texts could be scored; at least 2 are needed.")
    columns = {column.name: column for column in _columns(scored)}
    return Population(
        name=f"scored_{dataset.name}",
        description=_description(dataset.name, scenes, scored),
        columns=columns,
        units=_units(scenes, scored),
        unit_name=Wording(ko="딜레마", en="dilemma") if _has_dilemmas(scenes) else Wording(ko="글", en="text"),
        definitions=tuple(
            rule for rule in definitions() if rule.column in columns and all(name in columns for name in rule.of)
        ),
        provenance=Provenance(
            dataset=dataset.name,
            sha256=scenes_sha256(scenes),
            num_cases=num_cases,
            licence=dataset.licence,
            model=model.name,
            checkpoint_sha256=model.checkpoint_sha256,
            seed=None if len(scenes) == len(dataset) else seed,
        ),
        suggestions=tuple(one for one in _suggestions() if {one.target, *one.sources} <= columns.keys()),
        notes=(_FORMULA, *_left_out(scored)),
    )


def _scored(scenes: Sequence[Scene], model: RedHeart, cache_dir: Path | None, report: Report) -> Scored:
    path = None if cache_dir is None else cached_path(cache_dir, scenes, model)
    stored = None if path is None else load_scored(path)
    if stored is not None:
        return stored
    scored = score_scenes(scenes, model, report=report)
    if path is not None:
        save_scored(path, scored)
    return scored


def _columns(scored: Scored) -> Iterator[Column]:
    known = components()
    for place, name in enumerate(scored.names):
        values_N = scored.values_NC[:, place]
        if np.isfinite(values_N).mean() >= LEAST_KNOWN:
            yield _column(known[name], values_N)


def _column(component: Component, values_N: NDArray[np.float64]) -> Column:
    return Column(
        name=component.name,
        values=values_N,
        display=component.display,
        group=component.group,
        is_categorical=component.is_categorical,
    )


def _units(scenes: Sequence[Scene], scored: Scored) -> NDArray[np.intp] | None:
    """Number the groups of the data set; None where each case is one of its own."""
    groups = {group: number for number, group in enumerate(dict.fromkeys(scene.group for scene in scenes))}
    units_N = np.array([groups[scenes[place].group] for place in scored.scene_N.tolist()], dtype=np.intp)
    return None if len(np.unique(units_N)) == len(units_N) else units_N


def _has_dilemmas(scenes: Sequence[Scene]) -> bool:
    return any(scene.is_dilemma for scene in scenes)


def _description(name: str, scenes: Sequence[Scene], scored: Scored) -> Wording:
    cases, used = len(scored.values_NC), len(set(scored.scene_N.tolist()))
    if _has_dilemmas(scenes):
        return Wording(
            ko=f"{name} 자료의 딜레마 {used:,}개에 있는 선택지 {cases:,}개.",
            en=f"The {cases:,} options of {used:,} dilemmas of {name}.",
        )
    return Wording(ko=f"{name} 자료의 글 {cases:,}개.", en=f"{cases:,} texts of {name}.")


def _left_out(scored: Scored) -> tuple[Wording, ...]:
    if not scored.num_unread:
        return ()
    return (
        Wording(
            ko=f"읽을 수 없거나 자해를 이야기해서 점수를 매기지 않은 글이 {scored.num_unread:,}개 있어요.",
            en=f"{scored.num_unread:,} texts were left out: they cannot be read, or speak of self-harm and are never "
            "scored.",
        ),
    )


def _suggestions() -> Iterator[Suggestion]:
    variables = (Variable.INTENSITY.value, Variable.EXTERNAL_COST.value, Variable.REDISTRIBUTION_EFFECT.value)
    yield Suggestion(
        target=View.REALISTIC.value,
        sources=("feeling.joy", "feeling.sadness", "feeling.anger", "feeling.fear"),
        why=Wording(
            ko="감정은 점수 공식에 들어가지 않아요. 그래도 감정을 알면 점수를 얼마나 짐작할 수 있는지 봐요.",
            en="Emotions are no part of the score's formula; how far do they tell the score all the same?",
        ),
    )
    yield Suggestion(
        target="hedonic",
        sources=(f"{TEXT}harm", f"{TEXT}benefit", f"{TEXT}feeling", f"{EMOTION}caring"),
        why=Wording(
            ko="글에서 센 낱말과 모델이 읽은 감정이 쾌락값을 어떻게 나누어 아는지 봐요.",
            en="How counted words and an emotion read by the model share what is known of the hedonic value.",
        ),
    )
    yield Suggestion(
        target=View.REALISTIC.value,
        sources=("hedonic", *variables),
        why=Wording(
            ko="공식의 입력이 점수를 어떻게 나누어 아는지 봐요. 공식을 다시 말하는 분해예요.",
            en="How the inputs of the formula share what is known of the score; this restates the formula.",
        ),
    )
    yield Suggestion(
        target=LABEL,
        sources=(View.REALISTIC.value, "deontological", "virtue_ethics"),
        why=Wording(
            ko="세 관점의 점수가 사람들의 판단에 대해 무엇을 따로, 무엇을 함께 아는지 봐요.",
            en="What the three lenses tell of people's judgement, each alone and together.",
        ),
    )
