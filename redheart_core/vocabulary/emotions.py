"""The emotion vocabulary: 28 GoEmotions and 44 KOTE categories aligned in one table of 52 emotions.

The table is ``data/emotions.csv``, meant to be read and edited by people. Twenty rows have a category in both
sources (for instance sadness and 슬픔), eight only in GoEmotions, twenty-four only in KOTE.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

GOEMOTIONS: tuple[str, ...] = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip
"""The 28 categories in the order of the data set's label ids."""

KOTE: tuple[str, ...] = (
    "불평/불만", "환영/호의", "감동/감탄", "지긋지긋", "고마움", "슬픔", "화남/분노", "존경", "기대감", "우쭐댐/무시함",
    "안타까움/실망", "비장함", "의심/불신", "뿌듯함", "편안/쾌적", "신기함/관심", "아껴주는", "부끄러움", "공포/무서움",
    "절망", "한심함", "역겨움/징그러움", "짜증", "어이없음", "없음", "패배/자기혐오", "귀찮음", "힘듦/지침",
    "즐거움/신남", "깨달음", "죄책감", "증오/혐오", "흐뭇함(귀여움/예쁨)", "당황/난처", "경악", "부담/안_내킴",
    "서러움", "재미없음", "불쌍함/연민", "놀람", "행복", "불안/걱정", "기쁨", "안심/신뢰",
)  # fmt: skip
"""The 44 categories in the order of the data set's label ids."""


class Grade(StrEnum):
    """How strong an emotion is: a calibrated cut of a score, not a human label."""

    FAINT = "faint"
    MODERATE = "moderate"
    STRONG = "strong"
    OVERWHELMING = "overwhelming"


NUANCES: tuple[str, ...] = tuple(f"{name}.{grade.value}" for name in GOEMOTIONS for grade in Grade)
"""The 112 nuances: 28 categories × 4 grades."""

GRADE_NAMES: dict[Grade, tuple[str, str]] = {
    Grade.FAINT: ("faint", "옅은"),
    Grade.MODERATE: ("moderate", "뚜렷한"),
    Grade.STRONG: ("strong", "강한"),
    Grade.OVERWHELMING: ("overwhelming", "압도적인"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emotion:
    """One row of the aligned table."""

    name: str
    english: str
    korean: str
    goemotions: str | None
    """Category of the GoEmotions data set, if it has one."""
    kote: str | None
    """Category of the KOTE data set, if it has one."""
    family: str
    """Basic family, for grouping in figures."""
    valence: int
    """Sign of the feeling: -1, 0 or 1."""


def _load() -> dict[str, Emotion]:
    source = files("redheart_core.vocabulary").joinpath("data/emotions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(source.splitlines())
    return {
        row["name"]: Emotion(
            name=row["name"],
            english=row["english"],
            korean=row["korean"],
            goemotions=row["goemotions"] or None,
            kote=row["kote"] or None,
            family=row["family"],
            valence=int(row["valence"]),
        )
        for row in rows
    }


EMOTIONS: dict[str, Emotion] = _load()
"""The 52 emotions by name, in the table's order."""
