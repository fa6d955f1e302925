"""The recorded path from a dilemma to its evaluation: options one by one, then against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redheart_core.inference.option import OptionSteps, SharedSteps, evaluate_option
from redheart_core.inference.passage import read_text
from redheart_core.inference.settings import Settings
from redheart_core.reasoning import counterfactual, regret, score, verdict
from redheart_core.reasoning.collect import collect
from redheart_core.reasoning.parties import affected_parties
from redheart_core.reasoning.trace import Node, Recorder, Stage
from redheart_core.vocabulary.bentham import Lens, Variable
from redheart_core.vocabulary.dilemma import Dilemma, Party
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family, NeuralReader

WANTED_FAMILIES = (Family.GOEMOTIONS, Family.VAD, Family.HEDONIC, Family.BENTHAM, Family.REASONING, Family.REGRET)
"""Families that a dilemma's evaluation asks; each one refused lowers the confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The recorded values that need all options."""

    regrets: tuple[Node[regret.RegretTable], ...]
    verdict: Node[dict[str, Any]]
    changes: Node[list[dict[str, Any]]]
    parts: dict[str, Node[float | None]]
    confidence: Node[float]


def begin(
    recorder: Recorder, dilemma: Dilemma, language: Language, settings: Settings, reader: NeuralReader | None
) -> SharedSteps:
    """Record what all options share: language, situation, parties."""
    return begin_situation(recorder, dilemma.situation, dilemma.parties, language, settings, reader)


def begin_situation(
    recorder: Recorder,
    situation_text: str,
    parties: Sequence[Party],
    language: Language,
    settings: Settings,
    reader: NeuralReader | None,
) -> SharedSteps:
    """Record a situation and its parties, whichever options there are."""
    spoken = recorder.given("language", language.value)
    text, situation = read_text(recorder, "situation.", situation_text, spoken)
    given = recorder.given("parties.given", [[p.name, p.count, p.vulnerability] for p in parties])
    affected = recorder.apply(
        "parties", affected_parties, stage=Stage.FEATURES, inputs={"situation": situation, "given": given}
    )
    return SharedSteps(
        language=spoken,
        situation_text=text,
        situation=situation,
        parties=given,
        affected=affected,
        settings=settings,
        reader=reader,
    )


def evaluate_options(recorder: Recorder, shared: SharedSteps, dilemma: Dilemma) -> tuple[OptionSteps, ...]:
    """Record every option on its own: its reading does not depend on the others."""
    return tuple(evaluate_option(recorder, shared, index, option.name) for index, option in enumerate(dilemma.options))


def read_only(recorder: Recorder, shared: SharedSteps, dilemma: Dilemma) -> None:
    """Record the options' texts and features and nothing that follows from them."""
    for index, option in enumerate(dilemma.options):
        read_text(recorder, f"option.{index}.", option.name, shared.language)


def compare(recorder: Recorder, shared: SharedSteps, options: Sequence[OptionSteps]) -> Comparison:
    """Record what needs all options: regret, verdict, confidence, counterfactuals. Names break ties, not positions."""
    gathered: dict[str, dict[str, Node[Any]]] = {
        "views": {o.name: o.views for o in options},
        "scores": {o.name: o.ethical for o in options},
        "intervals": {o.name: o.interval for o in options},
        "cases": {o.name: o.case for o in options},
    }
    by_name = {
        kind: recorder.apply(f"all.{kind}", collect, stage=Stage.FINAL_OUTPUT, inputs=nodes)
        for kind, nodes in gathered.items()
    }
    settings = shared.settings.to_dict()
    found = recorder.apply(
        "verdict",
        verdict.verdict,
        stage=Stage.FINAL_OUTPUT,
        inputs={"intervals": by_name["intervals"], "scores": by_name["scores"]},
    )
    changes = recorder.apply(
        "counterfactuals",
        counterfactual.smallest_changes,
        stage=Stage.FINAL_OUTPUT,
        inputs={"cases": by_name["cases"]},
        parameters={
            "weights": score.default_weights(),
            "view_weights": settings["view_weights"],
            "credences": settings["credences"],
            "width": score.VIEW_WIDTH,
        },
    )
    parts = _confidence_parts(recorder, shared, options, by_name)
    confidence = recorder.apply("confidence", verdict.confidence, stage=Stage.FINAL_OUTPUT, inputs=parts)
    return Comparison(
        regrets=tuple(_regret(recorder, option, by_name["views"]) for option in options),
        verdict=found,
        changes=changes,
        parts=parts,
        confidence=confidence,
    )


def _regret(recorder: Recorder, option: OptionSteps, views: Node[Any]) -> Node[regret.RegretTable]:
    best = recorder.apply(
        f"{option.prefix}regret.best_other",
        regret.best_alternative,
        stage=Stage.BASE_CALCULATION,
        inputs={"views": views},
        parameters={"option": option.name},
    )
    base = recorder.apply(
        f"{option.prefix}regret.base",
        regret.regret_base,
        stage=Stage.BASE_CALCULATION,
        inputs={
            "views": option.views,
            "best_other": best,
            "omission": option.omission,
            "urgency": option.urgency,
            "propinquity": option.variables.at(Variable.PROPINQUITY),
            "external_cost": option.variables.at(Variable.EXTERNAL_COST),
            "external_deviation": option.deviations.at(Variable.EXTERNAL_COST),
            "deontological": option.lenses.at(Lens.DEONTOLOGICAL),
            "deontological_deviation": option.lens_deviations.at(Lens.DEONTOLOGICAL),
        },
    )
    return recorder.apply(
        f"{option.prefix}regret",
        regret.adjusted_regret,
        stage=Stage.FINAL_OUTPUT,
        inputs={"base": base, "adjustments": option.passage.neural.at(Family.REGRET, "values")},
    )


def _confidence_parts(
    recorder: Recorder, shared: SharedSteps, options: Sequence[OptionSteps], by_name: dict[str, Node[Any]]
) -> dict[str, Node[float | None]]:
    trained = shared.reader.trained_families if shared.reader else frozenset()

    def part(name: str, operation: Any, inputs: dict[str, Node[Any]], **parameters: Any) -> Node[Any]:
        return recorder.apply(
            f"confidence.{name}", operation, stage=Stage.FINAL_OUTPUT, inputs=inputs, parameters=parameters
        )

    return {
        "completeness": part(
            "completeness", verdict.completeness, {}, trained=sorted(trained), wanted=list(WANTED_FAMILIES)
        ),
        "evidence": part("evidence", verdict.evidence_part, {o.name: o.num_cues for o in options}),
        "agreement": part("agreement", verdict.agreement_part, {o.name: o.agreement for o in options}),
        "separation": part(
            "separation",
            verdict.separation_part,
            {"scores": by_name["scores"], "intervals": by_name["intervals"]},
        ),
    }
