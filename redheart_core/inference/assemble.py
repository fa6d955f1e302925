"""From recorded steps to typed results."""

from __future__ import annotations

from collections.abc import Sequence

from redheart_core.inference import sentences
from redheart_core.inference.dilemma import Comparison
from redheart_core.inference.option import OptionSteps, SharedSteps
from redheart_core.inference.results import (
    AffectedParty,
    Change,
    Confidence,
    LayerReading,
    LongTermImpact,
    OptionEvaluation,
    PartyEffect,
    Recommendation,
)
from redheart_core.vocabulary.bentham import Lens, RegretType, Variable, View
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family
from redheart_core.vocabulary.reasons import reason


def option_evaluation(
    option: OptionSteps, comparison: Comparison, index: int, shared: SharedSteps, language: str
) -> OptionEvaluation:
    """Return everything about one option."""
    interval, band = option.interval.value, option.band.value
    regrets = comparison.regrets[index].value
    return OptionEvaluation(
        name=option.name,
        ethical_score=option.ethical.value,
        interval=(interval["low"], interval["high"]),
        hedonic=option.hedonic.value,
        variables={variable: option.variables.value[variable.value] for variable in Variable},
        variable_parts={
            variable: (
                option.bases[variable].value["value"],
                option.passage.neural.at(Family.BENTHAM, "values", variable.value).value,
            )
            for variable in Variable
        },
        deviations=option.deviations.value,
        layers={
            layer: LayerReading(
                factor=answer.value["factor"], reason=sentences.layer_reason(layer, answer.value, language)
            )
            for layer, answer in option.layer_answers.items()
        },
        waterfall=tuple((str(name), float(value)) for name, value in option.waterfall.value),
        views={view: option.views.value[view.value] for view in View},
        independent_band=(band["low"], band["high"]),
        integrated=option.integrated.value,
        regret={kind: {view: regrets[kind.value][view.value] for view in View} for kind in RegretType},
        reasoning={lens: option.lenses.value[lens.value] for lens in Lens},
        lens_reasons=sentences.lens_reasons(option, shared.situation.value, language),
        emotions=option.passage.emotion_scores(),
    )


def recommendation(options: Sequence[OptionSteps], comparison: Comparison, language: str) -> Recommendation:
    """Return the option whose interval lies above all others, or the abstention with its reason."""
    found = comparison.verdict.value
    code, leader, rival = found["code"], found["leader"], found["rival"]
    if code != "recommended":
        text = reason(f"verdict.{code}", language, first=leader, second=rival)
        return Recommendation(option=None, abstained=True, reason=text, code=code)
    chosen = next(o for o in options if o.name == leader)
    text = reason(
        "verdict.recommended",
        language,
        option=leader,
        score=sentences.number(chosen.ethical.value),
        low=sentences.number(chosen.interval.value["low"]),
        high=sentences.number(chosen.interval.value["high"]),
    )
    return Recommendation(option=leader, abstained=False, reason=text, code=code)


def parties(options: Sequence[OptionSteps], shared: SharedSteps) -> tuple[AffectedParty, ...]:
    """Return who is affected and how, option by option."""
    source = "given" if shared.parties.value else "detected"
    return tuple(
        AffectedParty(
            name=name,
            count=count,
            vulnerability=vulnerability,
            source=source,
            effects=tuple(PartyEffect(option=o.name, effect=o.effects.value[name]) for o in options),
        )
        for name, count, vulnerability in shared.affected.value
    )


def impacts(options: Sequence[OptionSteps], language: str) -> tuple[LongTermImpact, ...]:
    """Return what lasts of each option."""
    return tuple(
        LongTermImpact(
            option=o.name,
            impact=o.impact.value,
            reason=sentences.impact_reason(o.impact.value, o.variables.value[Variable.DURATION.value], language),
        )
        for o in options
    )


def counterfactuals(comparison: Comparison, language: str) -> tuple[Change, ...]:
    """Return the smallest changes with their sentences."""
    leader = comparison.verdict.value["leader"]
    return tuple(
        Change(**change, sentence=sentences.change_sentence(change, leader, language))
        for change in comparison.changes.value
    )


def confidence(
    options: Sequence[OptionSteps], comparison: Comparison, shared: SharedSteps, language: str
) -> Confidence:
    """Return the confidence with its parts and what lowers it."""
    known = {name: node.value for name, node in comparison.parts.items() if node.value is not None}
    return Confidence(
        value=comparison.confidence.value,
        parts=known,
        notes=sentences.confidence_notes(
            completeness=known["completeness"],
            num_cues=sum(o.num_cues.value for o in options),
            agreement=known.get("agreement"),
            is_transfer=shared.reader is not None and shared.language.value != Language.ENGLISH,
            language=language,
        ),
    )
