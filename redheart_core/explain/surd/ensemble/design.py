"""The stated distribution from which the cases of an ensemble are drawn.

Every factor is drawn independently of all others: for each part of the text whether it is kept, left out or altered
(and then how), and for each variable by how many of its own standard deviations it is moved. Because the draw is ours,
a term of the decomposition is an effect of that input on this model's output, under this distribution and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from redheart_core.errors import InputError

FEWEST_CASES, MOST_CASES = 256, 200_000
MOST_PARTS = 8
MOST_ALTERATIONS = 6
MOST_TEXTS = 20_000
"""Different texts that may have to be scored; more would take hours."""


class Varied(StrEnum):
    """What the cases differ in."""

    TEXT = "text"
    VARIABLES = "variables"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the cases are drawn."""

    varied: Varied = Varied.TEXT
    num_cases: int = 8_192
    """Cases drawn. Equal texts are scored once, so more of them cost little and lower the bias."""
    num_parts: int = 4
    """Parts that the texts are cut into, the option's and the situation's together."""
    num_alterations: int = 2
    """Alterations that are prepared for each part, of different kinds where there are several."""
    kept: float = 0.5
    """Probability that a part stays as it is. The rest is shared equally by leaving out and altering."""
    width: float = 1.0
    """Standard deviation of a variable's move, in units of that variable's own standard deviation."""
    with_views: bool = True
    """Whether the model's deviations are measured for every case, which the three views and the integrated score rest
    on. They take most of the time; moved variables need them."""
    seed: int = 0

    def __post_init__(self) -> None:
        _require("num_cases", self.num_cases, FEWEST_CASES, MOST_CASES)
        _require("num_parts", self.num_parts, 1, MOST_PARTS)
        _require("num_alterations", self.num_alterations, 0, MOST_ALTERATIONS)
        _require("kept", self.kept, 0.05, 0.95)
        _require("width", self.width, 0.01, 10.0)
        _require("seed", self.seed, 0, 2**32 - 1)
        texts = (2 + self.num_alterations) ** self.num_parts
        if self.moves_text and min(texts, self.num_cases) > MOST_TEXTS:
            raise InputError(
                code="surd_design",
                en=f"{self.num_parts} parts with {self.num_alterations} alterations make up to {texts} texts, of which "
                f"{self.num_cases} would be drawn; at most {MOST_TEXTS} can be scored. Use fewer of either.",
                ko=f"부분 {self.num_parts}개를 {self.num_alterations}가지로 바꾸면 글이 {texts}가지이고 그중 "
                f"{self.num_cases}개를 뽑게 돼요. {MOST_TEXTS}개까지 계산할 수 있으니 하나를 줄여 주세요.",
            )

    @property
    def moves_text(self) -> bool:
        """Whether texts are edited."""
        return self.varied is not Varied.VARIABLES

    @property
    def moves_variables(self) -> bool:
        """Whether variables are moved."""
        return self.varied is not Varied.TEXT


def _require(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(
            code="surd_design",
            en=f"{name} is {value}; it must lie between {low} and {high}.",
            ko=f"{name} 값이 {value}예요. {low}에서 {high} 사이여야 해요.",
        )
