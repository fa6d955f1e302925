"""Reasons and notices in the reader's language, from the reviewed templates. Numbers come from the calculation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redheart_core.inference.option import OptionSteps
from redheart_core.reasoning.evidence import Reading
from redheart_core.text.features import TextFeatures
from redheart_core.vocabulary.bentham import VARIABLES, Layer, Lens, Variable
from redheart_core.vocabulary.reasons import reason

MAX_QUOTES = 4
NEGLIGIBLE = 0.05
"""Hedonic values and impacts closer to zero than this are called balanced."""
FEW_CUES = 3
WIDE_DISAGREEMENT = 0.25
DAYS_PER_YEAR = 365

LENS_NAMES = {
    Lens.UTILITARIAN: ("utilitarian lens", "공리주의 관점"),
    Lens.DEONTOLOGICAL: ("deontological lens", "의무론 관점"),
    Lens.VIRTUE_ETHICS: ("virtue lens", "덕 윤리 관점"),
}


def number(value: float) -> str:
    """Return two decimals; full precision stays in the numbers themselves."""
    return f"{value:.2f}"


def quantity(value: float) -> str:
    """Return a count as people write it."""
    return f"{value:,.0f}"


def layer_reason(layer: Layer, answer: Mapping[str, Any], language: str) -> str:
    """Return why a layer's factor is what it is."""
    values = answer["values"]
    fields = {key: (quantity if key in {"days", "count"} else number)(value) for key, value in values.items()}
    return reason(f"layer.{layer.value}.{answer['reason']}", language, **fields)


def lens_reasons(option: OptionSteps, situation: TextFeatures, language: str) -> dict[Lens, str]:
    """Return what each lens rests on, with the words it read."""
    texts = {"option": option.passage.features.value, "situation": situation}
    return {
        Lens.UTILITARIAN: _utilitarian(option, texts, language),
        Lens.DEONTOLOGICAL: _judged(option, Lens.DEONTOLOGICAL, ("kept", "broken"), texts, language),
        Lens.VIRTUE_ETHICS: _judged(option, Lens.VIRTUE_ETHICS, ("virtue", "vice"), texts, language),
    }


def _utilitarian(option: OptionSteps, texts: Mapping[str, TextFeatures], language: str) -> str:
    evidence = quoted(option.hedonic_base.value, texts)
    hedonic = option.hedonic.value
    if not evidence:
        return reason("lens.utilitarian.none", language)
    key = "balanced" if abs(hedonic) < NEGLIGIBLE else "benefit" if hedonic > 0 else "harm"
    return reason(f"lens.utilitarian.{key}", language, hedonic=f"{hedonic:+.2f}", evidence=evidence)


def _judged(
    option: OptionSteps, lens: Lens, keys: tuple[str, str], texts: Mapping[str, TextFeatures], language: str
) -> str:
    base = option.lens_bases[lens].value
    amounts = [amount for _, _, amount in base["evidence"]]
    if not amounts:
        key = "none" if option.lenses.value[lens.value] is None else "neural"
        return reason(f"lens.{lens.value}.{key}", language)
    for_it, against = any(a > 0 for a in amounts), any(a < 0 for a in amounts)
    key = "mixed" if for_it and against else keys[0] if for_it else keys[1]
    return reason(f"lens.{lens.value}.{key}", language, evidence=quoted(base, texts))


def quoted(base: Reading, texts: Mapping[str, TextFeatures]) -> str:
    """Return the words that a rule's answer rests on, in quotation marks, the weightiest four in text order."""
    weightiest = sorted(base["evidence"], key=lambda e: -abs(e[2]))[:MAX_QUOTES]
    words: list[str] = []
    for source, index, _ in sorted(weightiest, key=lambda e: (e[0] != "option", e[1])):
        cue = texts[source].cues[index]
        word = texts[source].text[cue.start : cue.end]
        if word not in words:
            words.append(word)
    return ", ".join(f"“{word}”" for word in words)


def impact_reason(impact: float, duration: float, language: str) -> str:
    """Return what lasts and for how long the text suggests it."""
    if abs(impact) < NEGLIGIBLE:
        return reason("impact.none", language)
    key = "benefit" if impact > 0 else "harm"
    return reason(f"impact.{key}", language, horizon=horizon(duration, language))


def horizon(duration: float, language: str) -> str:
    """Return the duration variable as the phrase it stands for: it is logarithmic in days, 1 being a century."""
    days = float((1 + 36_500) ** duration - 1)
    korean = language == "ko"
    for unit_days, en, ko in ((DAYS_PER_YEAR, "years", "년"), (30, "months", "달"), (1, "days", "일")):
        count = round(days / unit_days)
        if count >= 2:
            return f"약 {count}{ko} 동안" if korean else f"for about {count} {en}"
    return "하루쯤" if korean else "for about a day"


def change_sentence(change: Mapping[str, Any], leader: str, language: str) -> str:
    """Return a counterfactual as a sentence."""
    name = change_name(change["name"], language)
    option = change["option"] if change["kind"] == "variable" else leader
    return reason(
        f"counterfactual.{change['kind']}",
        language,
        name=name,
        option=option,
        before=_apart(change["before"], change["after"]),
        after=_apart(change["after"], change["before"]),
        new_leader=change["new_leader"],
    )


def _apart(value: float, other: float) -> str:
    """Return two decimals, or as many as it takes to tell the value from the other."""
    decimals = next((d for d in range(2, 6) if f"{value:.{d}f}" != f"{other:.{d}f}"), 6)
    return f"{value:.{decimals}f}"


def change_name(name: str, language: str) -> str:
    """Return the display name of a variable or of a lens."""
    korean = language == "ko"
    if name in set(Variable):
        entry = VARIABLES[Variable(name)]
        return entry.korean if korean else entry.english
    return LENS_NAMES[Lens(name)][korean]


def confidence_notes(
    *, completeness: float, num_cues: int, agreement: float | None, is_transfer: bool, language: str
) -> tuple[str, ...]:
    """Return what lowers the confidence or is not measured, or the one sentence that nothing does.

    ``is_transfer`` says that the moral outputs read a language which none of their labels is in.
    """
    notes = [reason("confidence.transfer", language)] if is_transfer else []
    if completeness < 1.0:
        key = "neural_absent" if completeness < 0.5 else "neural_partial"
        notes.append(reason(f"confidence.{key}", language))
    if num_cues < FEW_CUES:
        notes.append(reason("confidence.few_cues", language, count=str(num_cues)))
    if agreement is not None and 1.0 - agreement > WIDE_DISAGREEMENT:
        notes.append(reason("confidence.disagreement", language, gap=number(1.0 - agreement)))
    return tuple(notes) or (reason("confidence.good", language),)
