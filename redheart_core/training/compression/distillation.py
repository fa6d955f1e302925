"""Learning from a teacher's soft outputs.

Every output is a sigmoid or a tanh, and tanh(x) = 2 sigmoid(2x) - 1: each logit is therefore a yes or no with the
odds of one or two times the logit, softened by a temperature (Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
The divergence from the teacher is divided by that of the best constant, where the paper multiplies by the squared
temperature: 1 is a student that has learned the teacher's averages, 0 one that repeats it, whatever the family.

Dimensions: N passages, R passages of a batch, C outputs of a family, D width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from redheart_core.errors import ConfigError
from redheart_core.training.objectives import TANH_AS_SIGMOID
from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, Family

SMALLEST_DIVERGENCE = 1e-9
"""Nats. A teacher that says the same about everything has nothing to teach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationWeights:
    """What a step of the student minimises."""

    temperature: float = 2.0
    soft: float = 1.0
    """Weight of the teacher's outputs."""
    hard: float = 0.0
    """Weight of the labels, as in ordinary training. With ``soft`` at 0 this is the student without a teacher."""
    hidden: float = 0.0
    """Weight of the teacher's pooled states, reached by a linear map that is thrown away afterwards."""

    def __post_init__(self) -> None:
        if self.temperature <= 0 or min(self.soft, self.hard, self.hidden) < 0:
            raise ConfigError(
                f"temperature is {self.temperature}, weights are {self.soft}, {self.hard}, {self.hidden}; "
                "the temperature must be positive and no weight negative."
            )
        if self.soft + self.hard + self.hidden == 0:
            raise ConfigError("All weights are 0, so that the student would learn nothing. Give one of them.")


def odds(family: Family, logits: Tensor, temperature: float) -> Tensor:
    """Return softened log odds of any shape: what the sigmoid of the family is taken of."""
    is_signed = family in ADJUSTMENT_BOUND or family is Family.HEDONIC
    return (TANH_AS_SIGMOID if is_signed else 1.0) / temperature * logits.float()


def divergence(student_odds: Tensor, teacher_odds: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence of each yes or no from the teacher's, in nats."""
    teacher = torch.sigmoid(teacher_odds)
    yes = logsigmoid(teacher_odds) - logsigmoid(student_odds)
    no = logsigmoid(-teacher_odds) - logsigmoid(-student_odds)
    return teacher * yes + (1 - teacher) * no


def constant_divergence(family: Family, teacher_NC: Tensor, temperature: float) -> float:
    """Return the mean divergence, summed over outputs, of the best constant: the teacher's own mean."""
    teacher_odds_NC = odds(family, teacher_NC, temperature).double()
    mean_C = torch.sigmoid(teacher_odds_NC).mean(dim=0)
    constant_NC = torch.logit(mean_C).expand_as(teacher_odds_NC)
    return float(divergence(constant_NC, teacher_odds_NC).sum(dim=1).mean())


def constant_divergences(logits: Mapping[Family, Tensor], temperature: float) -> dict[Family, float]:
    """Return ``constant_divergence`` for every family that says something."""
    each = {family: constant_divergence(family, logits_NC, temperature) for family, logits_NC in logits.items()}
    return {family: value for family, value in each.items() if value > SMALLEST_DIVERGENCE}


def unexplained(
    student: Mapping[Family, Tensor],
    teacher: Mapping[Family, Tensor],
    constants: Mapping[Family, float],
    temperature: float,
) -> dict[Family, Tensor]:
    """Return by family the share of the teacher's information that the student misses: 1 constant, 0 the teacher."""
    shares = {}
    for family, constant in constants.items():
        own_odds = odds(family, student[family], temperature)
        each_RC = divergence(own_odds, odds(family, teacher[family], temperature))
        shares[family] = each_RC.sum(dim=1).mean() / constant
    return shares


def soft_loss(
    student: Mapping[Family, Tensor],
    teacher: Mapping[Family, Tensor],
    constants: Mapping[Family, float],
    temperature: float,
) -> Tensor:
    """Return the mean of ``unexplained`` over families."""
    return torch.stack(list(unexplained(student, teacher, constants, temperature).values())).mean()
