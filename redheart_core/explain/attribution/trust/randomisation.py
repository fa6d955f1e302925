"""Whether the map depends on what the model learned, and on which output is asked.

A map that stays as it is when the weights are shuffled, or when another output is explained, shows the text and not the
model. Weights are shuffled within each tensor of a copy, so their sizes stay and what they mean goes.

Source: Adebayo et al. 2018, https://arxiv.org/abs/1810.03292, where weights are drawn anew. Word vectors stay: they are
inputs of the function that is explained.

Dimensions: W words, G groups of weights, S seeds.
"""

from __future__ import annotations

import copy
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from redheart_core.explain.attribution.trust.rank_correlation import kendall_tau_b
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Limits, Reason, judged, unjudged
from redheart_core.model.network import RedHeartModel

GROUPS = ("ngrams", "auxiliary", "bridge", "heads", "analyzers", "backbone")
"""Parts of the model from the output down to the input."""
MODEL_LIMITS = Limits(good=0.4, doubtful=0.7)
"""Tau-b with shuffled weights, a mean over seeds; chance gives 0."""
TARGET_LIMITS = Limits(good=0.7, doubtful=0.95)
"""Tau-b with other outputs. Outputs may really be alike, so only near identity fails."""


class Order(StrEnum):
    """How weights are shuffled."""

    CASCADING = "cascading"
    """One part after the other, from the output down; what was shuffled stays shuffled."""
    INDEPENDENT = "independent"
    """One part at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomisedStep:
    """What is left of the map after some weights were shuffled."""

    shuffled: tuple[str, ...]
    """Parts of the model with shuffled weights."""
    tau: float | None
    """Tau-b with the map of the model as it is; None where either is constant."""
    absolute_tau: float | None
    """The same without signs. Long words often stay important whatever the weights."""


def copied_bytes(model: RedHeartModel) -> int:
    """Return how much memory the copy takes: all parameters and buffers once more."""
    return sum(tensor.nbytes for tensor in (*model.parameters(), *model.buffers()))


def shuffled(model: RedHeartModel, groups: Sequence[str], generator: torch.Generator) -> RedHeartModel:
    """Return a copy of the model with the weights of some parts shuffled. The model itself is only read."""
    changed = copy.deepcopy(model)
    with torch.no_grad():
        for name, parameter in changed.named_parameters():
            if name.partition(".")[0] in groups and name != "backbone.embedding.token.weight":
                order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
                parameter.copy_(parameter.flatten()[order].reshape(parameter.shape))
    return changed


def randomise(
    model: RedHeartModel,
    scores_W: Tensor,
    repeat: Callable[[RedHeartModel], Tensor],
    *,
    order: Order,
    generator: torch.Generator,
) -> tuple[RandomisedStep, ...]:
    """Repeat the map with more and more, or other, parts of the model shuffled. Holds at most two copies at a time."""
    present = present_groups(model)
    steps: list[RandomisedStep] = []
    changed = model
    for place, group in enumerate(present):
        changed = shuffled(changed if order is Order.CASCADING else model, (group,), generator)
        groups = present[: place + 1] if order is Order.CASCADING else (group,)
        steps.append(randomised_step(groups, scores_W, repeat(changed)))
    return tuple(steps)


def present_groups(model: RedHeartModel) -> tuple[str, ...]:
    """Return the parts that this model has, from the output down."""
    return tuple(group for group in GROUPS if getattr(model, group) is not None)


def check_model(taus: Sequence[float | None]) -> Check:
    """Judge by the mean over seeds of tau-b with everything shuffled."""
    known = [tau for tau in taus if tau is not None]
    if not known:
        return unjudged(CheckName.RANDOMISATION, Reason.CONSTANT_SCORES)
    return judged(CheckName.RANDOMISATION, statistics.fmean(known), MODEL_LIMITS)


def check_targets(scores_W: Tensor, others: Sequence[Tensor]) -> Check:
    """Compare the map with those of other outputs, (W,) each, by the median of tau-b."""
    taus = [kendall_tau_b(scores_W.tolist(), other_W.tolist()) for other_W in others]
    known = [tau for tau in taus if tau is not None]
    if not known:
        return unjudged(CheckName.RANDOM_TARGET, Reason.CONSTANT_SCORES)
    return judged(CheckName.RANDOM_TARGET, statistics.median(known), TARGET_LIMITS)


def randomised_step(groups: Sequence[str], before_W: Tensor, after_W: Tensor) -> RandomisedStep:
    """Compare two maps."""
    return RandomisedStep(
        shuffled=tuple(groups),
        tau=kendall_tau_b(before_W.tolist(), after_W.tolist()),
        absolute_tau=kendall_tau_b(before_W.abs().tolist(), after_W.abs().tolist()),
    )
