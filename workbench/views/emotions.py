"""Emotions of a passage or of an option: three-part bars, a sunburst of grades, and valence, arousal, dominance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redheart_core.inference.results import EmotionScore, Nuance
from redheart_core.reasoning.emotion import PART_WEIGHTS
from redheart_core.vocabulary.emotions import EMOTIONS
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import emotion_name, grade_name, listing

SHOWN = 10
NEGLIGIBLE = 0.005
"""Scores that would be written as 0.00 are left to the table."""
_NAMED_FROM = 0.1
PARTS = ("rule", "neural", "cultural")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionBar:
    """One emotion; the three contributions add up to the score."""

    label: str
    score: float
    contributions: tuple[float, float, float]
    """Weighted rule, neural and cultural part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionsView:
    """Three-part bars, strongest first."""

    text: FigureText
    bars: tuple[EmotionBar, ...]
    part_labels: tuple[str, str, str]
    axis_label: str
    table: Table


def emotions_view(emotions: Sequence[EmotionScore], language: UiLanguage, *, shown: int = SHOWN) -> EmotionsView:
    """Lay out the strongest ``shown`` emotions as bars and all of them as a table."""
    visible = [emotion for emotion in emotions[:shown] if emotion.score >= NEGLIGIBLE] or list(emotions[:1])
    bars = tuple(_bar(emotion, language) for emotion in visible)
    strongest = strongest_named(emotions, language)
    described = "; ".join(f"{bar.label} {numbers.score(bar.score)}" for bar in bars)
    return EmotionsView(
        text=FigureText(
            title=say("charts.emotions.title", language, strongest=strongest),
            subtitle=say("charts.emotions.subtitle", language),
            alt=say("charts.emotions.alt", language, emotions=described),
        ),
        bars=bars,
        part_labels=(
            say("charts.emotions.part_rule", language),
            say("charts.emotions.part_neural", language),
            say("charts.emotions.part_cultural", language),
        ),
        axis_label=say("charts.axis.emotion", language),
        table=_table(emotions, language),
    )


def strongest_named(emotions: Sequence[EmotionScore], language: UiLanguage) -> str:
    """Name the strongest emotions with their scores, at most three and at least one."""
    named = [emotion for emotion in emotions[:3] if emotion.score >= _NAMED_FROM] or list(emotions[:1])
    return listing((f"{emotion_name(e.name, language)} {numbers.score(e.score)}" for e in named), language)


def contributions(emotion: EmotionScore) -> tuple[float, float, float]:
    """Return the three weighted parts; without a neural part the other two share its weight."""
    rule, neural, cultural = (PART_WEIGHTS[part] for part in PARTS)
    if emotion.neural is None:
        known = rule + cultural
        return rule / known * emotion.rule, 0.0, cultural / known * emotion.cultural
    return rule * emotion.rule, neural * emotion.neural, cultural * emotion.cultural


def _bar(emotion: EmotionScore, language: UiLanguage) -> EmotionBar:
    return EmotionBar(
        label=emotion_name(emotion.name, language), score=emotion.score, contributions=contributions(emotion)
    )


def _table(emotions: Sequence[EmotionScore], language: UiLanguage) -> Table:
    columns = (
        say("charts.column.emotion", language),
        say("charts.column.score", language),
        *(say(f"terms.part.{part}", language) for part in PARTS),
    )
    rows = tuple((emotion_name(e.name, language), e.score, e.rule, e.neural, e.cultural) for e in emotions)
    return Table(name="emotions", columns=columns, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SunburstSector:
    """One sector of the sunburst."""

    id: str
    parent: str
    """Empty for the innermost ring."""
    label: str
    value: float
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NuancesView:
    """Family, emotion and grade as rings."""

    text: FigureText
    sectors: tuple[SunburstSector, ...]
    table: Table


def nuances_view(nuances: Sequence[Nuance], language: UiLanguage) -> NuancesView:
    """Lay out the 112 nuances; sectors too thin to see are left to the table."""
    visible = [nuance for nuance in nuances if nuance.score >= 0.01]
    strongest = max(nuances, key=lambda nuance: (nuance.score, nuance.emotion))
    names = _nuance_name(strongest, language)
    columns = tuple(say(f"charts.column.{key}", language) for key in ("emotion", "grade", "score"))
    ranked = sorted(nuances, key=lambda nuance: -nuance.score)
    rows = tuple((emotion_name(n.emotion, language), grade_name(n.grade, language), n.score) for n in ranked)
    described = "; ".join(f"{_nuance_name(n, language)} {numbers.score(n.score)}" for n in ranked[:8])
    return NuancesView(
        text=FigureText(
            title=say("charts.nuances.title", language, name=names, value=numbers.score(strongest.score)),
            subtitle=say("charts.nuances.subtitle", language),
            alt=say("charts.nuances.alt", language, nuances=described),
        ),
        sectors=_sectors(visible, language),
        table=Table(name="nuances", columns=columns, rows=rows),
    )


def _nuance_name(nuance: Nuance, language: UiLanguage) -> str:
    return f"{grade_name(nuance.grade, language)} {emotion_name(nuance.emotion, language)}"


def _sectors(nuances: Sequence[Nuance], language: UiLanguage) -> tuple[SunburstSector, ...]:
    families: dict[str, float] = {}
    emotions: dict[str, float] = {}
    for nuance in nuances:
        family = EMOTIONS[nuance.emotion].family
        families[family] = families.get(family, 0.0) + nuance.score
        emotions[nuance.emotion] = emotions.get(nuance.emotion, 0.0) + nuance.score
    inner = [
        SunburstSector(
            id=family, parent="", label=say(f"terms.emotion_family.{family}", language), value=value, family=family
        )
        for family, value in families.items()
    ]
    middle = [
        SunburstSector(
            id=f"{EMOTIONS[name].family}/{name}",
            parent=EMOTIONS[name].family,
            label=emotion_name(name, language),
            value=value,
            family=EMOTIONS[name].family,
        )
        for name, value in emotions.items()
    ]
    outer = [
        SunburstSector(
            id=f"{EMOTIONS[n.emotion].family}/{n.emotion}/{n.grade}",
            parent=f"{EMOTIONS[n.emotion].family}/{n.emotion}",
            label=grade_name(n.grade, language),
            value=n.score,
            family=EMOTIONS[n.emotion].family,
        )
        for n in nuances
    ]
    return (*inner, *middle, *outer)


@dataclass(frozen=True, slots=True, kw_only=True)
class VadView:
    """Valence, arousal and dominance, each in [0, 1] around a neutral middle."""

    text: FigureText
    rows: tuple[tuple[str, float], ...]
    axis_label: str
    table: Table


def vad_view(vad: Mapping[str, float], language: UiLanguage) -> VadView:
    """Lay out the three dimensions of feeling."""
    rows = tuple((say(f"terms.vad.{name}", language), vad[name]) for name in ("valence", "arousal", "dominance"))
    described = ", ".join(f"{label} {numbers.score(value)}" for label, value in rows)
    valence = vad["valence"]
    tone = "pleasant" if valence > 0.55 else "unpleasant" if valence < 0.45 else "even"
    return VadView(
        text=FigureText(
            title=say(f"charts.vad.title_{tone}", language, value=numbers.score(valence)),
            subtitle=say("charts.vad.subtitle", language),
            alt=say("charts.vad.alt", language, values=described),
        ),
        rows=rows,
        axis_label=say("charts.axis.vad", language),
        table=Table(
            name="vad",
            columns=(say("charts.column.dimension", language), say("charts.column.value", language)),
            rows=rows,
        ),
    )
