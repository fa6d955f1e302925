"""An ensemble as a population that can be asked: its factors are the sources, the scores are the targets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from redheart_core.explain.surd.ensemble.run import INTEGRATED, VIEWS, Ensemble
from redheart_core.explain.surd.ensemble.variants import ALONE, Field, Part
from redheart_core.explain.surd.populations.population import (
    Column,
    ColumnGroup,
    Definition,
    Population,
    Provenance,
    Suggestion,
)
from redheart_core.reasoning import score
from redheart_core.vocabulary.bentham import VARIABLES, Variable, View
from redheart_core.vocabulary.wording import Wording

ENSEMBLE = "ensemble"
"""Name of the population."""
MOVE = "moved."
"""Beginning of the name of a factor that moves a variable."""
SHOWN_CHARACTERS = 40
SUGGESTED_MOVES = 4
EFFECT = Wording(
    en="Every factor was drawn independently of the others, so a term is an effect of that input on this model's "
    "output under this distribution of inputs. It says nothing of other distributions, nor whether the model is right.",
    ko="요인은 모두 서로 상관없이 뽑았어요. 그래서 각 항목은 이렇게 뽑은 입력이 이 모델의 결과에 준 영향이에요. "
    "다르게 뽑으면 달라질 수 있고, 모델이 옳은지는 말해 주지 않아요.",
)
LEAK = Wording(
    en="What the leak holds: how a part was altered, the factors that were not chosen as sources, and the width of the "
    "bins.",
    ko="누락된 정보에는 부분을 어떻게 바꾸었는지, 원천으로 고르지 않은 요인, 구간의 너비가 들어 있어요.",
)
_VIEW_NAMES = {
    View.OPTIMISTIC.value: Wording(ko="낙관 점수", en="optimistic score"),
    View.REALISTIC.value: Wording(ko="현실 점수", en="realistic score"),
    View.PESSIMISTIC.value: Wording(ko="비관 점수", en="pessimistic score"),
    INTEGRATED: Wording(ko="통합 점수", en="integrated score"),
}
_TEXT_NAMES = {Field.SITUATION.value: "상황", Field.OPTION.value: "선택지", ALONE: "글"}
_HEDONIC = Wording(ko="쾌락값", en="hedonic value")


def ensemble_population(ensemble: Ensemble, *, model: str | None, checkpoint_sha256: str | None) -> Population:
    """Return the cases of an ensemble as a population.

    Args:
        ensemble: The scored cases.
        model: Name of what scored them.
        checkpoint_sha256: Of its weights; None for the rules alone.
    """
    columns = {column.name: column for column in (*_factors(ensemble), *_targets(ensemble))}
    return Population(
        name=ENSEMBLE,
        description=_description(ensemble),
        columns=columns,
        units=None,
        unit_name=Wording(ko="뽑은 사례", en="drawn case"),
        definitions=tuple(_definitions(ensemble)),
        provenance=Provenance(
            dataset="ensemble",
            sha256=_sha256(ensemble),
            num_cases=ensemble.design.num_cases,
            model=model,
            checkpoint_sha256=checkpoint_sha256,
            seed=ensemble.design.seed,
        ),
        suggestions=tuple(_suggestions(ensemble)),
        notes=(EFFECT, *([LEAK] if ensemble.parts else []), _design_note(ensemble)),
    )


def is_factor(column: Column) -> bool:
    """Return whether a column of an ensemble is one of its independently drawn factors."""
    return column.group is ColumnGroup.TEXT or column.name.startswith(MOVE)


def _factors(ensemble: Ensemble) -> Iterator[Column]:
    for place, part in enumerate(ensemble.parts):
        states = np.array([state.value for state in part.states])
        yield Column(
            name=part.name,
            values=states[ensemble.variants_NP[:, place]],
            display=_part_name(part),
            group=ColumnGroup.TEXT,
            is_categorical=True,
        )
    for place in range(ensemble.moves_NI.shape[1]):
        name = score.INPUTS[place]
        shown = _input_name(name)
        yield Column(
            name=f"{MOVE}{name}",
            values=ensemble.moves_NI[:, place],
            display=Wording(ko=f"{shown.ko} 옮긴 폭", en=f"move of {shown.en}"),
            group=ColumnGroup.VARIABLE,
        )


def _targets(ensemble: Ensemble) -> Iterator[Column]:
    for name, values in ensemble.scores.items():
        is_score = name in _VIEW_NAMES
        yield Column(
            name=name,
            values=values,
            display=_VIEW_NAMES[name] if is_score else _input_name(name),
            group=ColumnGroup.SCORE if is_score else ColumnGroup.VARIABLE,
        )


def _definitions(ensemble: Ensemble) -> Iterator[Definition]:
    inputs = tuple(name for name in score.INPUTS if name in ensemble.scores)
    yield Definition(
        column=View.REALISTIC.value,
        of=inputs,
        sentence=Wording(
            ko="현실 점수는 쾌락값과 열 변수, 가중 층에서 공식으로 계산돼요.",
            en="The realistic score is calculated by formula from the hedonic value, the ten variables and the layers.",
        ),
        is_complete=False,  # the layers follow from the text and are no columns
    )
    if INTEGRATED in ensemble.scores:
        yield Definition(
            column=INTEGRATED,
            of=VIEWS,
            sentence=Wording(
                ko="통합 점수는 세 전망 점수의 가중 평균이에요.",
                en="The integrated score is a weighted mean of the scores in the three views.",
            ),
            is_complete=True,
        )
    if ensemble.design.moves_variables and not ensemble.parts:
        yield from _moved_by_formula()


def _moved_by_formula() -> Iterator[Definition]:
    """With the text fixed, every score is a formula of the moves: the decomposition restates it."""
    moves = tuple(f"{MOVE}{name}" for name in score.INPUTS)
    for name in (*VIEWS, INTEGRATED):
        yield Definition(
            column=name,
            of=moves,
            sentence=Wording(
                ko=f"글이 그대로라 {_VIEW_NAMES[name].ko}는 옮긴 폭에서 공식으로 정해져요. "
                "분해는 그 공식을 다시 말할 뿐이에요.",
                en=f"The text stays as it is, so the {_VIEW_NAMES[name].en} follows from the moves by formula; the "
                "decomposition restates it.",
            ),
            is_complete=True,
        )
    for name, move in zip(score.INPUTS, moves, strict=True):
        yield Definition(
            column=name,
            of=(move,),
            sentence=Wording(
                ko=f"{_input_name(name).ko}: 추정한 값에 옮긴 폭을 더해 범위 안으로 자른 값이에요.",
                en=f"{_input_name(name).en}: the estimate plus its move, cut to its range.",
            ),
            is_complete=True,
        )


def _suggestions(ensemble: Ensemble) -> Iterator[Suggestion]:
    best = INTEGRATED if INTEGRATED in ensemble.scores else View.REALISTIC.value
    if ensemble.parts:
        yield Suggestion(
            target=best,
            sources=tuple(part.name for part in ensemble.parts),
            why=Wording(
                ko="글의 어느 부분이 점수를 움직이는지, 혼자인지 함께인지 보여 줘요.",
                en="Which parts of the text move the score, alone or only together.",
            ),
        )
    if ensemble.design.moves_variables:
        heaviest = sorted(Variable, key=lambda variable: -VARIABLES[variable].weight)[: SUGGESTED_MOVES - 1]
        yield Suggestion(
            target=best,
            sources=(f"{MOVE}hedonic", *(f"{MOVE}{variable.value}" for variable in heaviest)),
            why=Wording(
                ko="쾌락값과 기본 비중이 가장 큰 세 변수를 움직이면 점수가 어떻게 따라오는지 보여 줘요.",
                en="How the score follows the hedonic value and the three variables with the largest base weights.",
            ),
        )


def _description(ensemble: Ensemble) -> Wording:
    design, texts = ensemble.design, ensemble.num_texts
    what_ko, what_en = ("글", "text") if not ensemble.subject.situation else ("선택지", "option")
    return Wording(
        ko=f"{what_ko} 하나를 여러 방식으로 바꾼 사례 {design.num_cases:,}개"
        f"(서로 다른 글 {texts:,}개), 시드 {design.seed}.",
        en=f"{design.num_cases:,} cases drawn around one {what_en} ({texts:,} different texts), seed {design.seed}.",
    )


def _design_note(ensemble: Ensemble) -> Wording:
    """State the distribution."""
    design = ensemble.design
    ko, en = [], []
    if ensemble.parts:
        changed = (1.0 - design.kept) / 2.0
        ko.append(
            f"글은 {len(ensemble.parts)}부분으로 나누고, 부분마다 확률 {design.kept:.2f}로 그대로 두고, "
            f"{changed:.2f}로 빼고, {changed:.2f}로 바꿔요(부정·강조·약화·낱말 교체·수 10배나 10분의 1 가운데 "
            f"미리 고른 {design.num_alterations}가지까지). 바꿀 길이 없는 부분은 빼기만 해요."
        )
        en.append(
            f"The text is cut into {len(ensemble.parts)} parts. Each is kept with probability {design.kept:.2f}, left "
            f"out with {changed:.2f} and altered with {changed:.2f} (negated, strengthened, weakened, a word swapped, "
            f"or amounts times ten or a tenth: up to {design.num_alterations} prepared alterations). A part that "
            "cannot be altered is only kept or left out. The edits are mechanical and not always good sentences."
        )
    if design.moves_variables:
        ko.append(f"쾌락값과 열 변수는 각자의 표준편차 × {design.width:g}인 정규분포만큼 옮기고 범위 안으로 잘라요.")
        en.append(
            "The hedonic value and the ten variables are each moved by a normal amount of "
            f"{design.width:g} of their own standard deviations and cut to their range."
        )
    return Wording(ko=" ".join(ko), en=" ".join(en))


def _part_name(part: Part) -> Wording:
    told = " ".join(part.text.split())
    shown = told if len(told) <= SHOWN_CHARACTERS else f"{told[:SHOWN_CHARACTERS]}…"
    text, number = part.name.split(".")
    return Wording(ko=f"{_TEXT_NAMES[text]} {number}: “{shown}”", en=f"{text} {number}: “{shown}”")


def _input_name(name: str) -> Wording:
    if name == score.INPUTS[0]:
        return _HEDONIC
    entry = VARIABLES[Variable(name)]
    return Wording(ko=entry.korean, en=entry.english)


def _sha256(ensemble: Ensemble) -> str:
    """Hash everything that the cases are made of: the texts, the design, and what each part can become."""
    subject = ensemble.subject
    content = repr((subject, ensemble.design, [(part.name, part.variants) for part in ensemble.parts]))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
