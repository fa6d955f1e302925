"""Rule bases of Bentham's ten variables and of the signed hedonic value (system.md, section 4).

Each rule answers with a value in [0, 1] (hedonic: [-1, 1]), the weight of its evidence, and the cues it rests on.
Harms only ever accumulate: one more harm cue never lowers ``external_cost`` or ``self_damage`` and never raises
``hedonic``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from redheart_core.reasoning.evidence import (
    Observation,
    Reading,
    accumulate,
    clip,
    is_averted,
    observe,
    reading,
    shrink,
    weigh,
)
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.vocabulary.bentham import Variable
from redheart_core.vocabulary.emotions import EMOTIONS

LIFETIME_DAYS = 36_500.0
"""A hundred years: the duration that counts as 1."""
PROPINQUITY_RATE = 0.01
"""Per day, in 1 / (1 + rate · days): a hundred days away counts half."""
EXTENT_PEOPLE = 1_000_000.0
"""People that count as extent 1; in between the scale is logarithmic."""
URGENT_PROPINQUITY = 0.95
OMISSION_SHARE = 0.7
"""Share of the situation's harm that doing nothing lets happen, and so is charged to the omission."""
ILL_TREATMENT = {
    CueKind.HONESTY: 0.3,
    CueKind.PROMISE: 0.3,
    CueKind.CONSENT: 0.35,
    CueKind.RIGHTS: 0.4,
    CueKind.LAW: 0.25,
    CueKind.FAIRNESS: 0.35,
}
"""How painful it is to be wronged in each way, as an observation of displeasure."""


def intensity_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """How strong the pleasures and pains are: harms, deaths, benefits and feelings, accumulated."""
    kinds = (CueKind.HARM, CueKind.DEATH, CueKind.BENEFIT, CueKind.SELF_DAMAGE)
    found = observe(option, "option", kinds, scale=0.7) + observe(situation, "situation", kinds, scale=0.7)
    found += _feelings(option, "option", sign=None) + _feelings(situation, "situation", sign=None)
    return reading(accumulate(prior, found), found)


def duration_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """How long it lasts: logarithm of the days named; a death lasts."""
    found = _mapped(option, situation, CueKind.DURATION, _duration_value)
    found += [replace(o, value=1.0) for o in observe(option, "option", (CueKind.DEATH,))]
    return reading(shrink(prior, found), found)


def certainty_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """How likely it is: the probability that modal words and percentages express; negation reverses it."""
    found = _mapped(option, situation, CueKind.CERTAINTY, lambda cue: clip(cue.value), keep_negated=True)
    return reading(shrink(prior, found), found)


def propinquity_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """How soon it comes: 1 / (1 + rate · days); urgency is almost now."""
    found = _mapped(
        option,
        situation,
        CueKind.PROPINQUITY,
        lambda cue: 1.0 / (1.0 + PROPINQUITY_RATE * max(0.0, cue.value)),
    )
    found += _mapped(option, situation, CueKind.URGENCY, lambda _: URGENT_PROPINQUITY)
    return reading(shrink(prior, found), found)


def fecundity_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """Whether more of the same follows: habits, precedents, learning, spread."""
    found = observe(option, "option", (CueKind.FECUNDITY,), scale=0.7)
    found += observe(situation, "situation", (CueKind.FECUNDITY,), scale=0.7)
    return reading(accumulate(prior, found), found)


def purity_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """Whether it stays free of its opposite: side effects and mixed feelings lower it from the prior."""
    found = observe(option, "option", (CueKind.MIXED,), scale=0.7)
    found += observe(situation, "situation", (CueKind.MIXED,), scale=0.7)
    return reading(prior * (1.0 - accumulate(0.0, found)), found)


def extent_base(*, option: TextFeatures, situation: TextFeatures, parties: list[list[Any]], prior: float) -> Reading:
    """How many people it reaches: the largest number the option names, else the parties, else the situation."""
    for source, features in (("option", option), ("situation", situation)):
        counted = [(cue.value, i) for i, cue in enumerate(features.cues) if _counts_people(cue)]
        if source == "situation" and parties:
            total = float(sum(count for _, count, _ in parties))
            return {"value": max(prior, _extent_value(total)), "weight": float(len(parties)), "evidence": []}
        if counted:
            number, index = max(counted, key=lambda item: (item[0], -item[1]))
            value = max(prior, _extent_value(number))
            return reading(value, [Observation(source=source, cue=index, value=value, weight=1.0)])
    return reading(prior, [])


def external_cost_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """Harm that falls on others: what the option does, and what it lets happen if it is an omission."""
    found = harms(option, "option") + _let_happen(option, situation)
    return reading(accumulate(prior, found), found)


def redistribution_effect_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """Whether those worse off gain: fair sharing, and benefits that reach vulnerable people."""
    del situation
    fair = [
        Observation(source="option", cue=i, value=clip(cue.value), weight=weigh(cue, "option"))
        for i, cue in enumerate(option.cues)
        if cue.kind is CueKind.FAIRNESS and cue.value > 0.0 and not cue.negated
    ]
    helped = observe(option, "option", (CueKind.VULNERABLE,), scale=0.5) if _helps(option) else []
    found = fair + helped
    return reading(accumulate(prior, found), found)


def self_damage_base(*, option: TextFeatures, situation: TextFeatures, prior: float) -> Reading:
    """Harm or loss to the one who acts."""
    del situation
    found = observe(option, "option", (CueKind.SELF_DAMAGE,), scale=0.9)
    return reading(accumulate(prior, found), found)


def hedonic_base(*, option: TextFeatures, situation: TextFeatures) -> Reading:
    """Pleasure minus pain, -1 to 1: each side accumulates its own evidence."""
    good = observe(option, "option", (CueKind.BENEFIT,), scale=0.8) + _feelings(option, "option", sign=1)
    good += [
        Observation(source="option", cue=i, value=0.7, weight=1.0)
        for i, cue in enumerate(option.cues)
        if cue.kind in {CueKind.HARM, CueKind.DEATH} and not cue.negated and is_averted(option, cue)
    ]
    bad = harms(option, "option") + _feelings(option, "option", sign=-1) + _let_happen(option, situation)
    bad += observe(option, "option", (CueKind.SELF_DAMAGE,), scale=0.6) + _wrongs(option)
    answer = reading(accumulate(0.0, good) - accumulate(0.0, bad), good)
    against = reading(0.0, bad)
    answer["weight"] += against["weight"]
    answer["evidence"] += [[source, cue, -amount] for source, cue, amount in against["evidence"]]
    return answer


def harms(features: TextFeatures, source: str) -> list[Observation]:
    """Return the harms and deaths that the text affirms and does not say are averted."""
    found = []
    for index, cue in enumerate(features.cues):
        if cue.kind not in {CueKind.HARM, CueKind.DEATH} or cue.negated or is_averted(features, cue):
            continue
        severity = 0.95 if cue.kind is CueKind.DEATH else clip(cue.value)
        found.append(Observation(source=source, cue=index, value=severity, weight=0.9 * weigh(cue, source)))
    return found


def urgency(*, option: TextFeatures, situation: TextFeatures) -> float:
    """Return how much the text presses for time, 0 to 1."""
    found = observe(option, "option", (CueKind.URGENCY,), scale=0.8)
    return accumulate(0.0, found + observe(situation, "situation", (CueKind.URGENCY,), scale=0.8))


def omission(*, option: TextFeatures) -> float:
    """Return how far the option consists in not acting, 0 to 1."""
    return accumulate(0.0, observe(option, "option", (CueKind.OMISSION,), scale=0.9))


def _let_happen(option: TextFeatures, situation: TextFeatures) -> list[Observation]:
    share = OMISSION_SHARE * omission(option=option)
    return [replace(o, weight=o.weight * share) for o in harms(situation, "situation")] if share else []


def _wrongs(option: TextFeatures) -> list[Observation]:
    found = []
    for index, cue in enumerate(option.cues):
        wronged = (cue.value < 0.0 and not cue.negated) or (cue.value > 0.0 and cue.negated)
        if cue.kind in ILL_TREATMENT and wronged:
            found.append(
                Observation(source="option", cue=index, value=ILL_TREATMENT[cue.kind], weight=weigh(cue, "option"))
            )
    return found


def _feelings(features: TextFeatures, source: str, *, sign: int | None) -> list[Observation]:
    """Return emotion cues as observations of how strong the feeling is, of one sign or of both (None)."""
    found = []
    for index, cue in enumerate(features.cues):
        if cue.kind is not CueKind.EMOTION or cue.negated:
            continue
        weights = [w for name, w in cue.emotions.items() if sign in (None, EMOTIONS[name].valence)]
        if weights:
            weight = 0.4 * weigh(cue, source)
            found.append(Observation(source=source, cue=index, value=clip(max(weights)), weight=weight))
    return found


def _mapped(
    option: TextFeatures,
    situation: TextFeatures,
    kind: CueKind,
    value: Callable[[Cue], float],
    *,
    keep_negated: bool = False,
) -> list[Observation]:
    found = []
    for source, features in (("option", option), ("situation", situation)):
        for index, cue in enumerate(features.cues):
            if cue.kind is not kind or (cue.negated and not keep_negated):
                continue
            observed = 1.0 - value(cue) if cue.negated else value(cue)
            found.append(Observation(source=source, cue=index, value=observed, weight=weigh(cue, source)))
    return found


def _counts_people(cue: Cue) -> bool:
    return cue.kind is CueKind.PEOPLE and not cue.negated and cue.value > 0.0


def _helps(option: TextFeatures) -> bool:
    return any(cue.kind is CueKind.BENEFIT and not cue.negated for cue in option.cues)


def _duration_value(cue: Cue) -> float:
    return clip(math.log1p(max(0.0, cue.value)) / math.log1p(LIFETIME_DAYS))


def _extent_value(people: float) -> float:
    return clip(math.log1p(people) / math.log1p(EXTENT_PEOPLE))


VARIABLE_RULES: Mapping[Variable, Callable[..., Reading]] = {
    Variable.INTENSITY: intensity_base,
    Variable.DURATION: duration_base,
    Variable.CERTAINTY: certainty_base,
    Variable.PROPINQUITY: propinquity_base,
    Variable.FECUNDITY: fecundity_base,
    Variable.PURITY: purity_base,
    Variable.EXTENT: extent_base,
    Variable.EXTERNAL_COST: external_cost_base,
    Variable.REDISTRIBUTION_EFFECT: redistribution_effect_base,
    Variable.SELF_DAMAGE: self_damage_base,
}
"""The rule of each variable. ``extent_base`` also takes the parties."""
