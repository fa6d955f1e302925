"""Bentham's ten variables, with the direction in which each moves the score (system.md, section 4)."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


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


def _load() -> dict[Variable, VariableEntry]:
    source = files("redheart_core.vocabulary").joinpath("data/variables.csv").read_text(encoding="utf-8")
    rows = {Variable(row["variable"]): row for row in csv.DictReader(source.splitlines())}
    return {
        variable: VariableEntry(
            variable=variable,
            direction=Direction(rows[variable]["direction"]),
            weight=float(rows[variable]["weight"]),
            english=rows[variable]["english"],
            korean=rows[variable]["korean"],
            gloss_en=rows[variable]["gloss_en"],
            gloss_ko=rows[variable]["gloss_ko"],
        )
        for variable in Variable
    }


VARIABLES: dict[Variable, VariableEntry] = _load()
"""The ten variables in the order of the enumeration. The table is ``data/variables.csv``."""


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
