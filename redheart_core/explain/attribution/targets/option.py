"""The integrated score of an option as a function of what the model says, everything else held as it was calculated.

What the rules found, the deviations of the model's outputs and the layers that rest on words alone stay what they are
for the passage. The model's own numbers move: the hedonic value, the ten adjustments, and arousal, from which the
emotional layer follows. The score is calculated by the very functions of the pipeline; its slope in each of the twelve
numbers is their central difference, because those functions are plain arithmetic without a gradient of their own.

Dimensions: K evaluations, I numbers of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.function import CalculatedScalar, Scalar
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets.target import Range
from redheart_core.inference.dilemma import begin_situation
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.option import OptionSteps, evaluate_option
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.inference.settings import Settings
from redheart_core.model.outputs import to_output_scale
from redheart_core.model.reader import DECIMALS
from redheart_core.reasoning import estimate, layers, score
from redheart_core.reasoning.priors import priors
from redheart_core.reasoning.trace import Recorder
from redheart_core.text.language import require_supported
from redheart_core.vocabulary.bentham import Layer, Variable
from redheart_core.vocabulary.dilemma import Party
from redheart_core.vocabulary.reading import OUTPUTS, Family

Array = npt.NDArray[np.float64]

OPTION_SCORE = "option/score"
READ: tuple[tuple[Family, str], ...] = (
    (Family.HEDONIC, "hedonic"),
    (Family.VAD, "arousal"),
    *((Family.BENTHAM, variable.value) for variable in Variable),
)
"""The numbers of the model that the score depends on."""
SLOPE_STEP = 1e-5
"""Half the distance over which a slope is taken, in units of the outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScore:
    """The score of one option, of which only the model's numbers are left open."""

    steps: OptionSteps
    situation: Any
    view_weights: Mapping[str, float]
    hedonic_deviation: float | None
    """Of the model's hedonic value; None where that is refused."""

    def __call__(self, numbers: Mapping[tuple[Family, str], float]) -> float:
        """Return the integrated score, 0 to 1; a number that is missing was refused."""
        hedonic = self._hedonic(numbers.get((Family.HEDONIC, "hedonic")))
        variables = {
            variable.value: estimate.adjusted_variable(
                base=base.value["value"], adjustment=numbers.get((Family.BENTHAM, variable.value))
            )
            for variable, base in self.steps.bases.items()
        }
        views = score.three_views(
            hedonic=hedonic[0],
            variables=variables,
            deviations={**self.steps.deviations.value, "hedonic": hedonic[1]},
            layers={**self.steps.factors.value, Layer.EMOTIONAL.value: self._emotional(numbers)},
            weights=score.default_weights(),
            width=score.VIEW_WIDTH,
        )
        return score.integrated_score(views=views, weights=self.view_weights)

    def _hedonic(self, neural: float | None) -> tuple[float, float]:
        """Return the hedonic value and its deviation, in which model and rule may disagree."""
        base, weight = self.steps.hedonic_base.value["value"], self.steps.hedonic_base.value["weight"]
        adjustment = estimate.hedonic_adjustment(base=base, weight=weight, neural=neural, share=estimate.RULE_SHARE)
        deviation = estimate.mixture_deviation(
            base=base,
            weight=weight,
            neural=neural,
            neural_deviation=self.hedonic_deviation,
            prior_deviation=priors()["hedonic"].deviation,
            share=estimate.RULE_SHARE,
        )
        return estimate.adjusted_hedonic(base=base, adjustment=adjustment), deviation

    def _emotional(self, numbers: Mapping[tuple[Family, str], float]) -> float:
        answer = layers.emotional_factor(
            option=self.steps.passage.features.value,
            situation=self.situation,
            arousal=numbers.get((Family.VAD, "arousal")),
        )
        return float(answer["factor"])


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTarget:
    """The integrated score of the passage, which is an option seen against its situation."""

    calculation: OptionScore
    temperatures: Mapping[tuple[Family, str], float]
    """Of the numbers that were learned."""
    name: str = OPTION_SCORE
    aliases: tuple[str, ...] = ()

    @property
    def is_trained(self) -> bool:
        """Whether any number that it depends on is."""
        return bool(self.temperatures)

    @property
    def ranges(self) -> Mapping[Unit, Range]:
        """A score has no logit."""
        return OPTION_RANGES

    def scalar(self, unit: Unit) -> Scalar:
        """Return the score as a function of logits."""
        read = tuple(self.temperatures)

        def value(logits: Mapping[Family, Tensor]) -> Tensor:
            numbers = [
                to_output_scale(family, logits[family][:, OUTPUTS[family].index(name)], self.temperatures[family, name])
                for family, name in read
            ]
            scores_K: Tensor = _Calculated.apply(torch.stack(numbers, dim=1), read, self.calculation)  # type: ignore[no-untyped-call]
            return scores_K

        return CalculatedScalar(calculate=value)


OPTION_RANGES: Mapping[Unit, Range] = {Unit.OUTPUT: (0.0, 1.0)}


def option_target(
    reader: LeasedReader, *, situation: str, option: str, parties: Sequence[Party], settings: Settings
) -> OptionTarget:
    """Calculate an option as an evaluation does, and leave the model's numbers open.

    Raises:
        ExplanationError: The text speaks of self-harm, which is never scored.
        InputError: The language cannot be read.
    """
    recorder = Recorder()
    language = require_supported(f"{situation}\n{option}")
    shared = begin_situation(recorder, situation, parties, language, settings, reader)
    steps = evaluate_option(recorder, shared, 0, option)
    if speaks_of_self_harm(shared.situation.value, steps.passage.features.value):
        raise ExplanationError("A text that speaks of self-harm is not scored, so there is no score to explain.")
    manifest = reader.checkpoint.manifest
    return OptionTarget(
        calculation=OptionScore(
            steps=steps,
            situation=shared.situation.value,
            view_weights=settings.to_dict()["view_weights"],
            hedonic_deviation=steps.passage.neural.at(Family.HEDONIC, "deviations", "hedonic").value,
        ),
        temperatures={
            (family, name): manifest.temperatures[family]
            for family, name in READ
            if name in manifest.trained_outputs.get(family, ())
        },
    )


class _Calculated(torch.autograd.Function):
    """Plain arithmetic as a step that gradients pass through."""

    @staticmethod
    def forward(ctx: Any, numbers_KI: Tensor, read: tuple[tuple[Family, str], ...], calculation: OptionScore) -> Tensor:
        """Return (K,) scores in float32, of numbers rounded as a reading rounds them."""
        rows = numbers_KI.detach().double().cpu().numpy()

        def at(row_I: Array) -> float:
            return calculation(dict(zip(read, row_I.tolist(), strict=True)))

        if ctx.needs_input_grad[0]:
            slopes_KI = np.stack([_slopes(at, row_I) for row_I in rows])
            ctx.save_for_backward(torch.from_numpy(slopes_KI).to(numbers_KI))
        return numbers_KI.new_tensor([at(np.round(row_I, DECIMALS)) for row_I in rows])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient by the numbers."""
        (slopes_KI,) = ctx.saved_tensors
        return gradients[0][:, None] * slopes_KI, None, None


def _slopes(at: Any, row_I: Array) -> Array:
    """Return the central difference of ``at`` in each number, (I,)."""
    moves_II = SLOPE_STEP * np.eye(len(row_I))
    return np.array([(at(row_I + move_I) - at(row_I - move_I)) / (2.0 * SLOPE_STEP) for move_I in moves_II])
