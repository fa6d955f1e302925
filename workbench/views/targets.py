"""Outputs that can be explained: their names, the labels to choose from, and whose judgement they learned."""

from __future__ import annotations

from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.measurements import Measurement, load_measurement
from redheart_core.vocabulary.bentham import RegretType, Variable, View
from redheart_core.vocabulary.emotions import EMOTIONS, NUANCES
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.labels import emotion_name, family_name, grade_name, regret_name, variable_name, view_name

_SEPARATOR = "/"
SURD_MEASUREMENT = "surd_readouts"
_SURD_NUMBERS = {"error": "root_mean_square", "constant": "constant", "own": "standard_error"}
_FAMILIES = {"emotion": Family.GOEMOTIONS}
"""Families whose targets begin with another word than their own."""


def output_name(target: str, language: UiLanguage) -> str:
    """Return the name of one declared output, given as ``family/output``; an unknown one keeps its identifier."""
    if target == OPTION_SCORE:
        return say("attribution.option_score.name", language)
    family, name = family_of(target), target.partition(_SEPARATOR)[2]
    return target if family is None else _name(family, name, language)


def family_of(target: str) -> Family | None:
    """Return the family of an output, or None where there is none."""
    first = target.partition(_SEPARATOR)[0]
    if first in _FAMILIES:
        return _FAMILIES[first]
    return Family(first) if first in list(Family) else None


def choice_label(target: str, language: UiLanguage) -> str:
    """Return an output with its family, to choose from a list."""
    if target == OPTION_SCORE:
        return f"{output_name(target, language)} · {say('attribution.option_score.family', language)}"
    family = family_of(target)
    return target if family is None else f"{output_name(target, language)} · {family_name(family.value, language)}"


def emotion_target(name: str, language: Language) -> str | None:
    """Return the output of an emotion: of the labels in the text's own language where they have it, else of the other.

    Args:
        name: Of the emotion in the aligned table.
        language: Of the text.
    """
    emotion = EMOTIONS.get(name)
    if emotion is None:
        return None
    english = None if emotion.goemotions is None else f"emotion/{emotion.goemotions}"
    korean = None if emotion.kote is None else f"kote/{emotion.kote}"
    return korean or english if language is Language.KOREAN else english or korean


def contrast_name(first: str, second: str | None, language: UiLanguage) -> str:
    """Return the name of an output, or of how far it lies above another."""
    name = output_name(first, language)
    if second is None:
        return name
    return say("attribution.difference.name", language, first=name, second=output_name(second, language))


def label_source(target: str, language: UiLanguage) -> str:
    """Say whose judgement an output learned; nothing for an output that is not declared."""
    if target == OPTION_SCORE:
        return say("attribution.source.lead", language, who=say("attribution.option_score.source", language))
    family = family_of(target)
    if family is None:
        return ""
    lead = say("attribution.source.lead", language, who=say(f"attribution.source.{family.value}", language))
    return (
        f"{lead} {surd_error(load_measurement(SURD_MEASUREMENT), language)}".strip() if family is Family.SURD else lead
    )


def surd_error(measurement: Measurement | None, language: UiLanguage) -> str:
    """Say how far the SURD estimate is from what it estimates; nothing where that was not measured."""
    rows = [] if measurement is None else [row for row in measurement.rows if row["output"] == "all four"]
    if measurement is None or not rows:
        return ""
    row = rows[0]
    return say(
        "attribution.source.surd_better" if row["beats_constant"] else "attribution.source.surd_not_better",
        language,
        count=str(measurement.facts["num_held_out"]),
        **{word: f"{row[column]:.3f}" for word, column in _SURD_NUMBERS.items()},
    )


def _name(family: Family, name: str, language: UiLanguage) -> str:
    if family in {Family.GOEMOTIONS, Family.KOTE}:
        return emotion_name(name, language)
    if family is Family.NUANCE and name in NUANCES:
        emotion, _, grade = name.rpartition(".")
        return f"{grade_name(grade, language)} {emotion_name(emotion, language)}"
    if family is Family.BENTHAM and name in list(Variable):
        return variable_name(Variable(name), language)
    if family is Family.OUTCOME and name in list(View):
        return view_name(View(name), language)
    if family is Family.REGRET and "." in name:
        kind, _, view = name.partition(".")
        return f"{regret_name(RegretType(kind), language)} ({view_name(View(view), language)})"
    return _from_catalogue(family, name, language)


def _from_catalogue(family: Family, name: str, language: UiLanguage) -> str:
    keys = {Family.VAD: f"terms.vad.{name}", Family.HEDONIC: f"terms.{name}.name"}
    key = keys.get(family, f"attribution.output.{name}")
    return say(key, language) if key in catalogue() else name
