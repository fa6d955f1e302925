"""The recorded path from one option to its score: base, neural adjustment, layers, views, lenses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redheart_core.inference.passage import PassageSteps, read_passage
from redheart_core.inference.settings import Settings
from redheart_core.reasoning import bentham, estimate, layers, lenses, parties, score, verdict
from redheart_core.reasoning.collect import collect
from redheart_core.reasoning.counterfactual import option_case
from redheart_core.reasoning.evidence import Reading, spans_of
from redheart_core.reasoning.priors import priors
from redheart_core.reasoning.trace import Node, Recorder, SourceSpan, Stage
from redheart_core.text.features import TextFeatures
from redheart_core.vocabulary.bentham import Layer, Lens, Variable
from redheart_core.vocabulary.reading import Family, NeuralReader


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSteps:
    """What all options of a dilemma have in common."""

    language: Node[str]
    situation_text: Node[str]
    situation: Node[TextFeatures]
    parties: Node[list[list[Any]]]
    affected: Node[list[list[Any]]]
    """The given parties, or those found in the text."""
    settings: Settings
    reader: NeuralReader | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSteps:
    """The recorded values of one option."""

    name: str
    prefix: str
    passage: PassageSteps
    bases: Mapping[Variable, Node[Reading]]
    hedonic_base: Node[Reading]
    hedonic: Node[float]
    variables: Node[dict[str, float]]
    deviations: Node[dict[str, float]]
    layer_answers: Mapping[Layer, Node[dict[str, Any]]]
    factors: Node[dict[str, float]]
    waterfall: Node[list[list[Any]]]
    views: Node[dict[str, float]]
    band: Node[dict[str, float]]
    integrated: Node[float]
    lens_bases: Mapping[Lens, Node[Reading]]
    lenses: Node[dict[str, float | None]]
    lens_deviations: Node[dict[str, float]]
    ethical: Node[float]
    interval: Node[dict[str, float]]
    omission: Node[float]
    urgency: Node[float]
    effects: Node[dict[str, float]]
    impact: Node[float]
    case: Node[dict[str, Any]]
    num_cues: Node[int]
    agreement: Node[float | None]


def evaluate_option(recorder: Recorder, shared: SharedSteps, index: int, name: str) -> OptionSteps:
    """Record everything about one option that does not need the others."""
    prefix = f"option.{index}."
    passage = read_passage(
        recorder,
        prefix,
        name,
        language=shared.language,
        context=shared.situation_text,
        reader=shared.reader,
        profile=shared.settings.profile,
    )
    calculation = _Calculation(recorder=recorder, shared=shared, prefix=prefix, name=name, passage=passage)
    return calculation.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calculation:
    recorder: Recorder
    shared: SharedSteps
    prefix: str
    name: str
    passage: PassageSteps

    def run(self) -> OptionSteps:
        bases = {variable: self._base(variable) for variable in Variable}
        hedonic_base = self._apply(
            "hedonic.base", bentham.hedonic_base, Stage.BASE_CALCULATION, self._texts(), {}, True
        )
        hedonic, variables = self._hedonic(hedonic_base), self._variables(bases)
        deviations = self._deviations(bases, hedonic_base)
        answers = {layer: self._layer(layer) for layer in Layer}
        factors = self._apply(
            "layers",
            collect,
            Stage.ADJUSTMENTS,
            {layer.value: answer.at("factor") for layer, answer in answers.items()},
        )
        weights = {"weights": score.default_weights()}
        point: dict[str, Node[Any]] = {"hedonic": hedonic, "variables": variables, "layers": factors}
        waterfall = self._apply("waterfall", score.layer_waterfall, Stage.ADJUSTMENTS, point, weights)
        spread = {**point, "deviations": deviations}
        width = {**weights, "width": score.VIEW_WIDTH}
        views = self._apply("views", score.three_views, Stage.FINAL_OUTPUT, spread, width)
        band = self._apply("band", score.independent_band, Stage.FINAL_OUTPUT, spread, width)
        integrated = self._apply(
            "integrated",
            score.integrated_score,
            Stage.FINAL_OUTPUT,
            {"views": views},
            {"weights": self.shared.settings.to_dict()["view_weights"]},
        )
        bases_by_lens = self._lens_bases()
        lens_values, lens_deviations = self._lenses(bases_by_lens, integrated, band)
        ethical, interval = self._ethical(lens_values, lens_deviations)
        return OptionSteps(
            name=self.name,
            prefix=self.prefix,
            passage=self.passage,
            bases=bases,
            hedonic_base=hedonic_base,
            hedonic=hedonic,
            variables=variables,
            deviations=deviations,
            layer_answers=answers,
            factors=factors,
            waterfall=waterfall,
            views=views,
            band=band,
            integrated=integrated,
            lens_bases=bases_by_lens,
            lenses=lens_values,
            lens_deviations=lens_deviations,
            ethical=ethical,
            interval=interval,
            omission=self._apply(
                "omission", bentham.omission, Stage.BASE_CALCULATION, {"option": self.passage.features}
            ),
            urgency=self._apply("urgency", bentham.urgency, Stage.BASE_CALCULATION, self._texts()),
            effects=self._apply(
                "parties.effects",
                parties.party_effects,
                Stage.FINAL_OUTPUT,
                {"option": self.passage.features, "hedonic": hedonic, "parties": self.shared.affected},
            ),
            impact=self._apply(
                "impact",
                parties.long_term_impact,
                Stage.FINAL_OUTPUT,
                {"hedonic": hedonic, "variables": variables, "temporal": factors.at("temporal")},
            ),
            case=self._apply("case", option_case, Stage.FINAL_OUTPUT, {**spread, "lenses": lens_values}),
            num_cues=self._apply("num_cues", verdict.num_cues, Stage.FEATURES, {"features": self.passage.features}),
            agreement=self._apply(
                "agreement",
                verdict.agreement,
                Stage.FINAL_OUTPUT,
                {
                    "rule": hedonic_base.at("value"),
                    "weight": hedonic_base.at("weight"),
                    "neural": self._neural(Family.HEDONIC, "hedonic"),
                },
                {"width": 2.0},
            ),
        )

    def _apply(
        self,
        identifier: str,
        operation: Any,
        stage: Stage,
        inputs: Mapping[str, Node[Any]],
        parameters: Mapping[str, Any] | None = None,
        has_evidence: bool = False,
    ) -> Node[Any]:
        return self.recorder.apply(
            f"{self.prefix}{identifier}",
            operation,
            stage=stage,
            inputs=inputs,
            parameters=parameters,
            spans=self._spans if has_evidence else None,
        )

    def _spans(self, answer: Reading) -> list[SourceSpan]:
        ids = {"option": self.passage.text.id, "situation": self.shared.situation_text.id}
        return spans_of(self.passage.features.value, self.shared.situation.value, ids, answer)

    def _texts(self) -> dict[str, Node[Any]]:
        return {"option": self.passage.features, "situation": self.shared.situation}

    def _neural(self, family: Family, name: str, kind: str = "values") -> Node[Any]:
        return self.passage.neural.at(family, kind, name)

    def _base(self, variable: Variable) -> Node[Reading]:
        inputs = self._texts()
        if variable is Variable.EXTENT:
            inputs["parties"] = self.shared.parties
        return self._apply(
            f"{variable.value}.base",
            bentham.VARIABLE_RULES[variable],
            Stage.BASE_CALCULATION,
            inputs,
            {"prior": priors()[variable.value].mean},
            True,
        )

    def _hedonic(self, base: Node[Reading]) -> Node[float]:
        adjustment = self._apply(
            "hedonic.adjustment",
            estimate.hedonic_adjustment,
            Stage.NEURAL_CONTRIBUTION,
            {"base": base.at("value"), "weight": base.at("weight"), "neural": self._neural(Family.HEDONIC, "hedonic")},
            {"share": estimate.RULE_SHARE},
        )
        inputs = {"base": base.at("value"), "adjustment": adjustment}
        return self._apply("hedonic", estimate.adjusted_hedonic, Stage.ADJUSTMENTS, inputs)

    def _variables(self, bases: Mapping[Variable, Node[Reading]]) -> Node[dict[str, float]]:
        adjusted: dict[str, Node[Any]] = {}
        for variable, base in bases.items():
            inputs = {"base": base.at("value"), "adjustment": self._neural(Family.BENTHAM, variable.value)}
            adjusted[variable.value] = self._apply(
                variable.value, estimate.adjusted_variable, Stage.ADJUSTMENTS, inputs
            )
        return self._apply("variables", collect, Stage.ADJUSTMENTS, adjusted)

    def _deviations(
        self, bases: Mapping[Variable, Node[Reading]], hedonic_base: Node[Reading]
    ) -> Node[dict[str, float]]:
        found: dict[str, Node[Any]] = {
            "hedonic": self._mixture("hedonic", hedonic_base, self._neural(Family.HEDONIC, "hedonic"),
                                     self._neural(Family.HEDONIC, "hedonic", "deviations"))
        }  # fmt: skip
        for variable, base in bases.items():
            found[variable.value] = self._apply(
                f"{variable.value}.deviation",
                estimate.variable_deviation,
                Stage.ADJUSTMENTS,
                {
                    "weight": base.at("weight"),
                    "neural_deviation": self._neural(Family.BENTHAM, variable.value, "deviations"),
                },
                {"prior_deviation": priors()[variable.value].deviation},
            )
        return self._apply("deviations", collect, Stage.ADJUSTMENTS, found)

    def _mixture(self, name: str, base: Node[Reading], neural: Node[Any], deviation: Node[Any]) -> Node[float]:
        return self._apply(
            f"{name}.deviation",
            estimate.mixture_deviation,
            Stage.ADJUSTMENTS,
            {
                "base": base.at("value"),
                "weight": base.at("weight"),
                "neural": neural,
                "neural_deviation": deviation,
            },
            {"prior_deviation": priors()[name].deviation, "share": estimate.RULE_SHARE},
        )

    def _layer(self, layer: Layer) -> Node[dict[str, Any]]:
        inputs = self._texts()
        if layer is Layer.SOCIAL:
            inputs["parties"] = self.shared.parties
        if layer is Layer.EMOTIONAL:
            inputs["arousal"] = self._neural(Family.VAD, "arousal")
        return self._apply(f"layer.{layer.value}", layers.LAYER_RULES[layer], Stage.ADJUSTMENTS, inputs, None, True)

    def _lens_bases(self) -> dict[Lens, Node[Reading]]:
        features = {"option": self.passage.features}
        rules = {Lens.DEONTOLOGICAL: lenses.deontological_base, Lens.VIRTUE_ETHICS: lenses.virtue_base}
        return {
            lens: self._apply(f"{lens.value}.base", rule, Stage.BASE_CALCULATION, features, None, True)
            for lens, rule in rules.items()
        }

    def _lenses(
        self, bases: Mapping[Lens, Node[Reading]], integrated: Node[float], band: Node[dict[str, float]]
    ) -> tuple[Node[dict[str, float | None]], Node[dict[str, float]]]:
        spoken = {
            Lens.DEONTOLOGICAL: self._mean_output("deontological", ("dutiful", "just", "acceptable")),
            Lens.VIRTUE_ETHICS: self._mean_output("virtue_ethics", ("virtuous", "acceptable")),
        }
        values: dict[str, Node[Any]] = {Lens.UTILITARIAN.value: integrated}
        deviations: dict[str, Node[Any]] = {Lens.UTILITARIAN.value: band.at("half_width")}
        for lens, base in bases.items():
            neural, deviation = spoken[lens]
            values[lens.value] = self._apply(
                lens.value,
                estimate.blended,
                Stage.ADJUSTMENTS,
                {"base": base.at("value"), "weight": base.at("weight"), "neural": neural},
                {"share": estimate.RULE_SHARE},
            )
            deviations[lens.value] = self._mixture(lens.value, base, neural, deviation)
        return (
            self._apply("lenses", collect, Stage.FINAL_OUTPUT, values),
            self._apply("lenses.deviation", collect, Stage.FINAL_OUTPUT, deviations),
        )

    def _mean_output(self, name: str, outputs: tuple[str, ...]) -> tuple[Node[Any], Node[Any]]:
        """Record the mean of several reasoning outputs and of their deviations."""
        return (
            self._apply(
                f"{name}.neural",
                lenses.mean_of_known,
                Stage.NEURAL_CONTRIBUTION,
                {output: self._neural(Family.REASONING, output) for output in outputs},
            ),
            self._apply(
                f"{name}.neural_deviation",
                lenses.mean_of_known,
                Stage.NEURAL_CONTRIBUTION,
                {output: self._neural(Family.REASONING, output, "deviations") for output in outputs},
            ),
        )

    def _ethical(
        self, values: Node[dict[str, float | None]], deviations: Node[dict[str, float]]
    ) -> tuple[Node[float], Node[dict[str, float]]]:
        credences = {"credences": self.shared.settings.to_dict()["credences"]}
        ethical = self._apply("ethical_score", lenses.ethical_score, Stage.FINAL_OUTPUT, {"lenses": values}, credences)
        interval = self._apply(
            "interval",
            lenses.score_interval,
            Stage.FINAL_OUTPUT,
            {"score": ethical, "lenses": values, "deviations": deviations},
            {**credences, "width": lenses.INTERVAL_WIDTH},
        )
        return ethical, interval
