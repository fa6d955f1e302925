"""The components of a scored option: their names, what they are called, and which follow from which by definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from redheart_core.explain.surd.populations.population import ColumnGroup, Definition
from redheart_core.vocabulary.bentham import LAYER_NAMES, VARIABLES, Layer, Lens, RegretType, Variable, View
from redheart_core.vocabulary.emotions import EMOTIONS
from redheart_core.vocabulary.wording import Wording

EMOTION, FEELING, LAYER, REGRET, TEXT = "emotion.", "feeling.", "layer.", "regret.", "text."
"""Beginnings of names."""
HEDONIC, INTEGRATED, ETHICAL, LABEL = "hedonic", "integrated", "ethical", "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A column that scoring fills."""

    name: str
    display: Wording
    group: ColumnGroup
    is_categorical: bool = False


_TEXT_WORDS = {
    "words": Wording(ko="낱말 수", en="number of words"),
    "harm": Wording(ko="해악을 말하는 낱말", en="words of harm"),
    "benefit": Wording(ko="이로움을 말하는 낱말", en="words of benefit"),
    "self_damage": Wording(ko="자기 손해를 말하는 낱말", en="words of one's own loss"),
    "feeling": Wording(ko="기쁨과 괴로움을 말하는 낱말", en="words of pleasure and displeasure"),
    "right": Wording(ko="옳고 그름을 말하는 낱말", en="words of right and wrong"),
    "virtue": Wording(ko="덕과 악덕을 말하는 낱말", en="words of virtue and vice"),
    "certainty": Wording(ko="확실함을 말하는 낱말", en="words of certainty"),
    "people": Wording(ko="말한 사람 수", en="people named"),
    "situation_harm": Wording(ko="상황 속 해악", en="harm in the situation"),
}
_FAMILIES = {
    "joy": Wording(ko="기쁨 계열 감정", en="feelings of joy"),
    "trust": Wording(ko="신뢰 계열 감정", en="feelings of trust"),
    "anticipation": Wording(ko="기대 계열 감정", en="feelings of anticipation"),
    "surprise": Wording(ko="놀람 계열 감정", en="feelings of surprise"),
    "sadness": Wording(ko="슬픔 계열 감정", en="feelings of sadness"),
    "fear": Wording(ko="두려움 계열 감정", en="feelings of fear"),
    "anger": Wording(ko="분노 계열 감정", en="feelings of anger"),
    "disgust": Wording(ko="혐오 계열 감정", en="feelings of disgust"),
    "shame": Wording(ko="부끄러움 계열 감정", en="feelings of shame"),
}
_SCORES = {
    View.OPTIMISTIC.value: Wording(ko="낙관 점수", en="optimistic score"),
    View.REALISTIC.value: Wording(ko="현실 점수", en="realistic score"),
    View.PESSIMISTIC.value: Wording(ko="비관 점수", en="pessimistic score"),
    INTEGRATED: Wording(ko="통합 점수", en="integrated score"),
    Lens.DEONTOLOGICAL.value: Wording(ko="의무론 관점 점수", en="deontological score"),
    Lens.VIRTUE_ETHICS.value: Wording(ko="덕 윤리 관점 점수", en="virtue-ethical score"),
    ETHICAL: Wording(ko="윤리 점수", en="ethical score"),
}
_REGRETS = {
    RegretType.ACTION: Wording(ko="행동한 후회", en="regret of having acted"),
    RegretType.INACTION: Wording(ko="하지 않은 후회", en="regret of not having acted"),
    RegretType.TIMING: Wording(ko="때를 놓친 후회", en="regret of timing"),
    RegretType.CHOICE: Wording(ko="다른 길에 대한 후회", en="regret of the road not taken"),
    RegretType.MORAL: Wording(ko="도덕적 후회", en="regret of a norm broken"),
    RegretType.SOCIAL: Wording(ko="남에게 준 피해에 대한 후회", en="regret of harm to others"),
    RegretType.ANTICIPATED: Wording(ko="불확실성에서 오는 후회", en="regret of uncertainty ahead"),
}
FAMILY_MEMBERS: Mapping[str, tuple[str, ...]] = {
    family: tuple(emotion.name for emotion in EMOTIONS.values() if emotion.family == family) for family in _FAMILIES
}
"""The emotions of each family in the aligned table; neutral is none."""
_VARIABLE_TEXTS: Mapping[Variable, tuple[str, ...]] = {
    Variable.INTENSITY: ("harm", "benefit", "self_damage", "feeling", "situation_harm"),
    Variable.CERTAINTY: ("certainty",),
    Variable.EXTENT: ("people",),
    Variable.EXTERNAL_COST: ("harm", "situation_harm"),
    Variable.SELF_DAMAGE: ("self_damage",),
    Variable.REDISTRIBUTION_EFFECT: ("right", "benefit"),
}
"""Which counted words the rule of a variable reads (``reasoning.bentham``), where one of the columns is among them."""
_HEDONIC_TEXTS = ("harm", "benefit", "self_damage", "feeling", "right", "situation_harm")


def components() -> Mapping[str, Component]:
    """Return every component by name, in the order in which they are offered."""
    return {one.name: one for one in _all()}


def _all() -> Iterator[Component]:
    for name, display in _SCORES.items():
        yield Component(name=name, display=display, group=ColumnGroup.SCORE)
    yield Component(name=HEDONIC, display=Wording(ko="쾌락값", en="hedonic value"), group=ColumnGroup.VARIABLE)
    for variable, entry in VARIABLES.items():
        display = Wording(ko=entry.korean, en=entry.english)
        yield Component(name=variable.value, display=display, group=ColumnGroup.VARIABLE)
    for layer, (english, korean) in LAYER_NAMES.items():
        display = Wording(ko=f"{korean} 가중 층", en=f"{english} weight layer")
        yield Component(name=f"{LAYER}{layer.value}", display=display, group=ColumnGroup.VARIABLE)
    for kind, display in _REGRETS.items():
        yield Component(name=f"{REGRET}{kind.value}", display=display, group=ColumnGroup.REGRET)
    for family, display in _FAMILIES.items():
        yield Component(name=f"{FEELING}{family}", display=display, group=ColumnGroup.EMOTION)
    for emotion in EMOTIONS.values():
        display = Wording(ko=emotion.korean, en=emotion.english)
        yield Component(name=f"{EMOTION}{emotion.name}", display=display, group=ColumnGroup.EMOTION)
    for name, display in _TEXT_WORDS.items():
        yield Component(name=f"{TEXT}{name}", display=display, group=ColumnGroup.TEXT)
    display = Wording(ko="사람들의 판단", en="judgement of people")
    yield Component(name=LABEL, display=display, group=ColumnGroup.LABEL, is_categorical=True)


def definitions() -> Iterator[Definition]:
    """Return which components are computed from which."""
    variables = tuple(variable.value for variable in Variable)
    layers = tuple(f"{LAYER}{layer.value}" for layer in Layer)
    yield Definition(
        column=View.REALISTIC.value,
        of=(HEDONIC, *variables, *layers),
        sentence=Wording(
            ko="현실 점수는 쾌락값과 열 변수, 여섯 가중 층에서 정해진 공식으로 계산돼요. "
            "이들을 모두 넣으면 남는 누락은 구간을 나눈 탓뿐이에요.",
            en="The realistic score is a fixed formula of the hedonic value, the ten variables and the six layers; "
            "with all of them in, a leak is discretisation only.",
        ),
        is_complete=True,
    )
    for view in (View.OPTIMISTIC, View.PESSIMISTIC):
        shown = _SCORES[view.value]
        yield Definition(
            column=view.value,
            of=(HEDONIC, *variables, *layers),
            sentence=Wording(
                ko=f"{shown.ko}는 같은 공식에 불확실한 만큼 움직인 값을 넣은 것이에요.",
                en=f"The {shown.en} is the same formula with every input moved by its uncertainty.",
            ),
            is_complete=False,
        )
    yield Definition(
        column=INTEGRATED,
        of=tuple(view.value for view in View),
        sentence=Wording(
            ko="통합 점수는 세 전망 점수의 가중 평균이에요.",
            en="The integrated score is a weighted mean of the scores in the three views.",
        ),
        is_complete=True,
    )
    yield Definition(
        column=INTEGRATED,
        of=(HEDONIC, *variables, *layers),
        sentence=Wording(
            ko="통합 점수도 쾌락값과 열 변수에서 공식으로 나와요.",
            en="The integrated score follows from the hedonic value and the ten variables by formula, too.",
        ),
        is_complete=False,
    )
    yield Definition(
        column=ETHICAL,
        of=(INTEGRATED, Lens.DEONTOLOGICAL.value, Lens.VIRTUE_ETHICS.value),
        sentence=Wording(
            ko="윤리 점수는 근거가 있는 관점들의 점수를 가중 평균한 값이에요.",
            en="The ethical score is a weighted mean of the lenses that have evidence.",
        ),
        is_complete=True,
    )
    yield from _from_text()
    for kind, shown in _REGRETS.items():
        yield Definition(
            column=f"{REGRET}{kind.value}",
            of=tuple(_SCORES),
            sentence=Wording(
                ko=f"{shown.ko}는 이 선택지와 다른 선택지의 점수에서 계산돼요.",
                en=f"The {shown.en} is computed from the scores of this option and of the others.",
            ),
            is_complete=False,
        )
    for family, members in FAMILY_MEMBERS.items():
        yield Definition(
            column=f"{FEELING}{family}",
            of=tuple(f"{EMOTION}{name}" for name in members),
            sentence=Wording(
                ko="감정 계열의 값은 그 안에서 가장 높은 감정의 점수예요.",
                en="The value of a family is the highest score among its emotions.",
            ),
            is_complete=True,
        )


def _from_text() -> Iterator[Definition]:
    yield Definition(
        column=HEDONIC,
        of=tuple(f"{TEXT}{name}" for name in _HEDONIC_TEXTS),
        sentence=Wording(
            ko="쾌락값은 글에서 센 낱말을 규칙으로 읽고 모델이 조금 고친 값이에요.",
            en="The hedonic value is a rule's reading of counted words, adjusted within bounds by the model.",
        ),
        is_complete=False,
    )
    for variable, names in _VARIABLE_TEXTS.items():
        entry = VARIABLES[variable]
        yield Definition(
            column=variable.value,
            of=tuple(f"{TEXT}{name}" for name in names),
            sentence=Wording(
                ko=f"{entry.korean}: 글에서 센 낱말을 규칙으로 읽고 모델이 조금 고친 값이에요.",
                en=f"{entry.english}: a rule's reading of counted words, adjusted within bounds by the model.",
            ),
            is_complete=False,
        )
