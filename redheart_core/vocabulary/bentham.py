"""Bentham's ten variables, with the direction in which each moves the score (system.md, section 4)."""

from dataclasses import dataclass
from enum import StrEnum


class Variable(StrEnum):
    """One of the ten variables, each in [0, 1]. The names are part of the JSON contract."""

    INTENSITY = "intensity"
    DURATION = "duration"
    CERTAINTY = "certainty"
    PROPINQUITY = "propinquity"
    FECUNDITY = "fecundity"
    PURITY = "purity"
    EXTENT = "extent"
    EXTERNAL_COST = "external_cost"
    REDISTRIBUTION_EFFECT = "redistribution_effect"
    SELF_DAMAGE = "self_damage"


class Direction(StrEnum):
    """How a larger variable moves the score."""

    WITH_HEDONIC = "with_hedonic"
    """Magnifies the hedonic value: raises the score of a pleasure, lowers that of a pain."""
    RAISES = "raises"
    LOWERS = "lowers"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableEntry:
    """One row of the table of variables."""

    variable: Variable
    direction: Direction
    weight: float
    """Default base weight. Those of one direction sum to one."""
    english: str
    korean: str
    gloss_en: str
    gloss_ko: str


def _entry(
    variable: Variable, direction: Direction, weight: float, english: str, korean: str, gloss_en: str, gloss_ko: str
) -> VariableEntry:
    return VariableEntry(
        variable=variable,
        direction=direction,
        weight=weight,
        english=english,
        korean=korean,
        gloss_en=gloss_en,
        gloss_ko=gloss_ko,
    )


VARIABLES: dict[Variable, VariableEntry] = {
    entry.variable: entry
    for entry in (
        _entry(
            Variable.INTENSITY, Direction.WITH_HEDONIC, 0.22, "intensity", "강도",
            "How strong the pleasure or pain is.", "기쁨이나 고통이 얼마나 센지예요.",
        ),
        _entry(
            Variable.DURATION, Direction.WITH_HEDONIC, 0.14, "duration", "지속성",
            "How long it lasts.", "얼마나 오래 이어지는지예요.",
        ),
        _entry(
            Variable.CERTAINTY, Direction.WITH_HEDONIC, 0.16, "certainty", "확실성",
            "How likely it is to happen.", "실제로 일어날 가능성이 얼마나 큰지예요.",
        ),
        _entry(
            Variable.PROPINQUITY, Direction.WITH_HEDONIC, 0.08, "propinquity", "근접성",
            "How soon it comes.", "얼마나 빨리 닥치는지예요.",
        ),
        _entry(
            Variable.FECUNDITY, Direction.WITH_HEDONIC, 0.10, "fecundity", "다산성",
            "Whether more of the same follows.", "같은 느낌이 뒤따를 가능성이에요.",
        ),
        _entry(
            Variable.PURITY, Direction.WITH_HEDONIC, 0.10, "purity", "순수성",
            "Whether it stays free of its opposite.", "반대되는 느낌이 섞이지 않는 정도예요.",
        ),
        _entry(
            Variable.EXTENT, Direction.WITH_HEDONIC, 0.20, "extent", "범위",
            "How many people it reaches.", "얼마나 많은 사람에게 미치는지예요.",
        ),
        _entry(
            Variable.EXTERNAL_COST, Direction.LOWERS, 0.60, "external cost", "외부 비용",
            "Harm that falls on others.", "다른 사람이 떠안는 피해예요.",
        ),
        _entry(
            Variable.REDISTRIBUTION_EFFECT, Direction.RAISES, 1.00, "redistribution effect", "재분배 효과",
            "Whether those who are worse off gain.", "더 어려운 사람에게 이익이 가는 정도예요.",
        ),
        _entry(
            Variable.SELF_DAMAGE, Direction.LOWERS, 0.40, "self-damage", "자기 손상",
            "Harm to the one who acts.", "행동하는 사람이 입는 손해예요.",
        ),
    )
}  # fmt: skip


class Layer(StrEnum):
    """One of the six weight layers. The names are part of the JSON contract."""

    CONTEXTUAL = "contextual"
    TEMPORAL = "temporal"
    SOCIAL = "social"
    ETHICAL = "ethical"
    EMOTIONAL = "emotional"
    COGNITIVE = "cognitive"


LAYER_TARGETS: dict[Layer, tuple[Variable, ...]] = {
    Layer.CONTEXTUAL: (Variable.PURITY,),
    Layer.TEMPORAL: (Variable.DURATION, Variable.PROPINQUITY),
    Layer.SOCIAL: (Variable.EXTENT, Variable.REDISTRIBUTION_EFFECT, Variable.EXTERNAL_COST),
    Layer.ETHICAL: (Variable.EXTERNAL_COST, Variable.SELF_DAMAGE),
    Layer.EMOTIONAL: (Variable.INTENSITY,),
    Layer.COGNITIVE: (Variable.CERTAINTY, Variable.FECUNDITY),
}
"""The variables that each layer multiplies."""

LAYER_NAMES: dict[Layer, tuple[str, str]] = {
    Layer.CONTEXTUAL: ("contextual", "상황"),
    Layer.TEMPORAL: ("temporal", "시간"),
    Layer.SOCIAL: ("social", "사회"),
    Layer.ETHICAL: ("ethical", "윤리"),
    Layer.EMOTIONAL: ("emotional", "감정"),
    Layer.COGNITIVE: ("cognitive", "인지"),
}
"""English and Korean display names."""

LAYER_MINIMUM = 0.3
LAYER_MAXIMUM = 2.5


class View(StrEnum):
    """Everything goes well together, as estimated, badly together."""

    OPTIMISTIC = "optimistic"
    REALISTIC = "realistic"
    PESSIMISTIC = "pessimistic"


DEFAULT_VIEW_WEIGHTS: dict[View, float] = {View.OPTIMISTIC: 0.2, View.REALISTIC: 0.6, View.PESSIMISTIC: 0.2}


class RegretType(StrEnum):
    """The seven kinds of regret (system.md, section 5)."""

    ACTION = "action"
    INACTION = "inaction"
    TIMING = "timing"
    CHOICE = "choice"
    MORAL = "moral"
    SOCIAL = "social"
    ANTICIPATED = "anticipated"


class Lens(StrEnum):
    """The three ethical readings of an option."""

    UTILITARIAN = "utilitarian"
    DEONTOLOGICAL = "deontological"
    VIRTUE_ETHICS = "virtue_ethics"


DEFAULT_CREDENCES: dict[Lens, float] = {Lens.UTILITARIAN: 0.5, Lens.DEONTOLOGICAL: 0.3, Lens.VIRTUE_ETHICS: 0.2}
"""How much each lens counts in the ethical score unless the reader sets otherwise."""
