"""What each kind of data teaches: a loss on logits, and the part of it that temperatures are fitted on.

A batch of pairs holds all first passages, then all second ones: logits have 2B rows for B targets.

Dimensions: B items, C outputs of a family, K target columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from redheart_core.model.outputs import to_output_scale
from redheart_core.vocabulary.bentham import VARIABLES, Direction, Variable
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, OUTPUTS, Family

Logits = Mapping[Family, Tensor]
TANH_AS_SIGMOID = 2.0
"""tanh(x) = 2 sigmoid(2x) - 1: a signed output learns from a probability through twice its logit."""
EMOTION_WEIGHT = 5.0
"""A mean over dozens of rare categories is a small number; this brings it to the size of the other losses."""
HEDONIC_ANCHOR_WEIGHT = 0.3
REGRET_WEIGHT = 0.5
CENTRE_WEIGHT, SIZE_WEIGHT = 0.02, 0.01
"""A ranking does not notice a shift: without these, adjustments drift to their bounds and say nothing."""
VAD_VARIANCE = 0.1
"""Variance of EmoBank's ratings as logits: the loss of a constant is then about one. Errors are taken on logits,
because a saturated output has no gradient to come back with."""
VAD_WEIGHT, INTENSITY_WEIGHT = 0.1, 0.02
VALENCE_STRETCH = 2.0
"""Mean ratings of several people crowd around the middle; the hedonic value should use its range."""
INTENSITY_VARIANCE = 0.03
REDISTRIBUTION_SHARE, HARM_SHARE, BASE = 0.35, 0.6, 0.3
"""Constants of the stand-in for the integrated score (``integrated_surrogate``)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BinaryTerm:
    """Logits that should match probabilities."""

    family: Family
    logits: Tensor
    targets: Tensor
    weight: float
    mask: Tensor
    """One where the target counts, zero elsewhere."""

    def loss(self) -> Tensor:
        """Return the weighted mean cross-entropy in nats."""
        each = binary_cross_entropy_with_logits(self.logits.float(), self.targets, reduction="none")
        return self.weight * (each * self.mask).sum() / self.mask.sum().clamp(min=1.0)


class Objective(Protocol):
    """How one task is learned."""

    @property
    def families(self) -> tuple[Family, ...]:
        """Families whose modules must run."""

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """Return the cross-entropy terms, on which temperatures are fitted as well."""

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """Return whatever else is minimised."""


def total_loss(objective: Objective, logits: Logits, target_BK: Tensor) -> Tensor:
    """Return the scalar that a step minimises."""
    terms = [term.loss() for term in objective.binary_terms(logits, target_BK)]
    return torch.stack([*terms, objective.other_loss(logits, target_BK)]).sum()


class EmotionObjective:
    """Multi-label emotions. Two more target columns anchor the hedonic value's zero and sign.

    Target columns: one per category, the probability that the feeling is pleasant, and whether that counts.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self.families = (family, Family.HEDONIC, Family.BENTHAM)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        pleasant_B, counts_B = target_BK[:, -2], target_BK[:, -1]
        emotion = binary(self.family, logits[self.family], target_BK[:, :-2], EMOTION_WEIGHT)
        return (emotion, _hedonic(logits, pleasant_B, HEDONIC_ANCHOR_WEIGHT, counts_B))

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return _off_centre(logits)


class VadObjective:
    """Valence, arousal, dominance in [0, 1]; valence anchors the hedonic value, arousal moves intensity."""

    families = (Family.VAD, Family.HEDONIC, Family.BENTHAM)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        pleasant_B = (0.5 + VALENCE_STRETCH * (target_BK[:, 0] - 0.5)).clamp(0.0, 1.0)
        return (_hedonic(logits, pleasant_B, HEDONIC_ANCHOR_WEIGHT, torch.ones_like(pleasant_B)),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        bound = ADJUSTMENT_BOUND[Family.BENTHAM]
        wanted_B = (0.5 * (target_BK[:, 1] - 0.5)).clamp(-0.95 * bound, 0.95 * bound)
        intensity_B = logits[Family.BENTHAM][:, OUTPUTS[Family.BENTHAM].index(Variable.INTENSITY.value)]
        rating_error = logits[Family.VAD].float() - torch.logit(target_BK, eps=0.02)
        intensity_error = intensity_B.float() - torch.atanh(wanted_B / bound)
        rating_loss = rating_error.square().mean() / VAD_VARIANCE
        intensity_loss = intensity_error.square().mean() / INTENSITY_VARIANCE
        return VAD_WEIGHT * rating_loss + INTENSITY_WEIGHT * intensity_loss


class PleasureObjective:
    """Pairs: the first passage is the more pleasant. The variables learn through the integrated score."""

    families = (Family.HEDONIC, Family.BENTHAM)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return ()

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        better, worse = logits[Family.HEDONIC].float().chunk(2)
        score_better, score_worse = integrated_surrogate(logits).chunk(2)
        ranking = softplus(worse - better).mean() + softplus(3.0 * (score_worse - score_better)).mean()
        return ranking + _off_centre(logits)


class JudgedObjective:
    """A yes or no about one output of a family."""

    def __init__(self, family: Family, output: str) -> None:
        self.family = family
        self.families = (family,)
        self.column = OUTPUTS[family].index(output)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        scale = TANH_AS_SIGMOID if self.family is Family.HEDONIC else 1.0
        return (binary(self.family, scale * logits[self.family][:, self.column], target_BK[:, 0], 1.0),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return logits[self.family].new_zeros(())


class PreferenceObjective:
    """Pairs: an output holds for the first passage and not for the second."""

    def __init__(self, family: Family, output: str) -> None:
        self.family = family
        self.families = (family,)
        self.column = OUTPUTS[family].index(output)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        return (binary(self.family, logits[self.family][:, self.column], _first_then_second(target_BK), 0.5),)

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        first, second = logits[self.family][:, self.column].float().chunk(2)
        return softplus(second - first).mean()


REGRET_PROXIES = tuple(name for name in OUTPUTS[Family.REGRET] if name.split(".")[0] in ("moral", "social", "choice"))
"""Regret outputs that the moral and immoral courses of Moral Stories stand in for."""


class StoryObjective:
    """Pairs: the first course is moral, the second is not. Also the only proxy for regret."""

    families = (Family.REASONING, Family.REGRET)

    def __init__(self) -> None:
        self.columns = [OUTPUTS[Family.REGRET].index(name) for name in REGRET_PROXIES]

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        acceptable_B = _first_then_second(target_BK)
        regret = TANH_AS_SIGMOID * logits[Family.REGRET][:, self.columns]
        regretted = (1.0 - acceptable_B)[:, None].expand_as(regret)
        return (_acceptable(logits, acceptable_B), binary(Family.REGRET, regret, regretted, REGRET_WEIGHT))

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return _ranking(logits)


class ChoiceObjective:
    """Pairs: the first action is the favourable one. Target columns: harm to others of first and second."""

    families = (Family.REASONING, Family.BENTHAM)

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        column = OUTPUTS[Family.BENTHAM].index(Variable.EXTERNAL_COST.value)
        harm = TANH_AS_SIGMOID * logits[Family.BENTHAM][:, column]
        harms_B = torch.cat([target_BK[:, 0], target_BK[:, 1]])
        return (_acceptable(logits, _first_then_second(target_BK)), binary(Family.BENTHAM, harm, harms_B, 1.0))

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        return _ranking(logits)


def integrated_surrogate(logits: Logits) -> Tensor:
    """Return a differentiable stand-in (B,) for the integrated score, with every rule at a plain base value.

    The same directions as the calculation: hedonic variables magnify pleasure or pain, redistribution raises,
    external cost and self-damage lower.
    """
    hedonic_B = to_output_scale(Family.HEDONIC, logits[Family.HEDONIC].float())[:, 0]
    magnitude_B = sum(
        entry.weight * (0.5 + _adjustment(logits, entry.variable))
        for entry in VARIABLES.values()
        if entry.direction is Direction.WITH_HEDONIC
    )
    gain_B = REDISTRIBUTION_SHARE * (BASE + _adjustment(logits, Variable.REDISTRIBUTION_EFFECT))
    harm_B = sum(
        entry.weight * (BASE + _adjustment(logits, entry.variable))
        for entry in VARIABLES.values()
        if entry.direction is Direction.LOWERS
    )
    return hedonic_B * magnitude_B + gain_B - HARM_SHARE * harm_B


def binary(family: Family, logits: Tensor, targets: Tensor, weight: float) -> BinaryTerm:
    """Build a term in which every target counts."""
    return BinaryTerm(
        family=family, logits=logits, targets=targets.float(), weight=weight, mask=torch.ones_like(targets)
    )


def _hedonic(logits: Logits, pleasant_B: Tensor, weight: float, mask_B: Tensor) -> BinaryTerm:
    signed_B = TANH_AS_SIGMOID * logits[Family.HEDONIC][:, 0]
    return BinaryTerm(family=Family.HEDONIC, logits=signed_B, targets=pleasant_B, weight=weight, mask=mask_B)


def _adjustment(logits: Logits, variable: Variable) -> Tensor:
    column = OUTPUTS[Family.BENTHAM].index(variable.value)
    return to_output_scale(Family.BENTHAM, logits[Family.BENTHAM][:, column].float())


def _off_centre(logits: Logits) -> Tensor:
    """Penalise adjustments whose batch mean is not zero, and slightly those that are large.

    On logits, because at its bound a tanh has no gradient to come back with.
    """
    logits_BC = logits[Family.BENTHAM].float()
    return CENTRE_WEIGHT * logits_BC.mean(dim=0).square().sum() + SIZE_WEIGHT * logits_BC.square().mean()


def _acceptable(logits: Logits, target_B: Tensor) -> BinaryTerm:
    column = OUTPUTS[Family.REASONING].index("acceptable")
    return binary(Family.REASONING, logits[Family.REASONING][:, column], target_B, 1.0)


def _ranking(logits: Logits) -> Tensor:
    column = OUTPUTS[Family.REASONING].index("acceptable")
    first, second = logits[Family.REASONING][:, column].float().chunk(2)
    return softplus(second - first).mean()


def _first_then_second(target_BK: Tensor) -> Tensor:
    ones_B = torch.ones(target_BK.shape[0], device=target_BK.device)
    return torch.cat([ones_B, torch.zeros_like(ones_B)])
