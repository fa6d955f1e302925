"""The checks that make the map again, of another function: another output, shuffled weights, inputs close by.

Dimensions: W words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace

import torch
from torch import Tensor

from redheart_core.explain.attribution.function import Explained, Scalar
from redheart_core.explain.attribution.trust.evidence import MIN_WORDS
from redheart_core.explain.attribution.trust.plan import ON_REQUEST, TrustSettings
from redheart_core.explain.attribution.trust.questions import Progress
from redheart_core.explain.attribution.trust.randomisation import (
    Order,
    RandomisedStep,
    check_model,
    check_targets,
    present_groups,
    randomise,
    randomised_step,
    shuffled,
)
from redheart_core.explain.attribution.trust.sensitivity import check_sensitivity, disturbed
from redheart_core.explain.attribution.trust.subject import Subject
from redheart_core.explain.attribution.trust.verdict import Check, CheckName, Reason, unjudged
from redheart_core.model.network import RedHeartModel


class Repeats:
    """Makes the map again and compares. Counts what that costs."""

    def __init__(self, subject: Subject, settings: TrustSettings, progress: Progress) -> None:
        self._subject, self._settings, self._progress = subject, settings, progress
        self.num_evaluations = 0

    def with_other_targets(self, targets: Mapping[str, Scalar]) -> Check:
        """Explain other outputs."""
        if len(self._subject.scores) < MIN_WORDS:
            return unjudged(CheckName.RANDOM_TARGET, Reason.TOO_FEW_WORDS)
        chosen = list(targets.values())[: self._settings.num_targets]
        maps = [self._of(_with_scalar(scalar)) for scalar in chosen]
        return check_targets(self._subject.scores_W, maps)

    def with_shuffled_weights(self) -> tuple[Check, tuple[RandomisedStep, ...]]:
        """Explain copies of the model with shuffled weights; the model itself is only read."""
        if len(self._subject.scores) < MIN_WORDS:
            return unjudged(CheckName.RANDOMISATION, Reason.TOO_FEW_WORDS), ()
        model, scores_W = self._subject.explained[0].model, self._subject.scores_W
        steps = randomise(model, scores_W, self._of_model, order=Order.CASCADING, generator=self._generator(0))
        taus = [steps[-1].tau]
        for place in range(1, self._settings.num_models):
            changed = shuffled(model, present_groups(model), self._generator(place))
            taus.append(randomised_step((), scores_W, self._of_model(changed)).tau)
        return check_model(taus), steps

    def close_by(self) -> Check:
        """Explain points close by."""
        maps = [self._of(self._disturbance(place)) for place in range(self._settings.num_perturbations)]
        return check_sensitivity(self._subject.scores_W, maps)

    def _of(self, change: Callable[[Explained], Explained]) -> Tensor:
        self.num_evaluations += self._subject.repeat_cost
        return self._subject.repeat(change, self._progress)

    def _of_model(self, model: RedHeartModel) -> Tensor:
        return self._of(lambda explained: replace(explained, model=model))

    def _disturbance(self, place: int) -> Callable[[Explained], Explained]:
        # A generator each, so that the passage is the same against every baseline.
        return lambda explained: disturbed(explained, self._settings.radius, self._generator(place))

    def _generator(self, place: int) -> torch.Generator:
        return torch.Generator().manual_seed(self._settings.seed + place)


def run_requested(
    repeats: Repeats, asked: Set[CheckName], targets: Mapping[str, Scalar]
) -> tuple[tuple[Check, ...], tuple[RandomisedStep, ...]]:
    """Run the checks that were asked for, and name the others; also return how the map fades with the weights."""
    checks = {name: unjudged(name, Reason.NOT_ASKED) for name in ON_REQUEST}
    cascade: tuple[RandomisedStep, ...] = ()
    if CheckName.RANDOM_TARGET in asked:
        checks[CheckName.RANDOM_TARGET] = repeats.with_other_targets(targets)
    if CheckName.RANDOMISATION in asked:
        checks[CheckName.RANDOMISATION], cascade = repeats.with_shuffled_weights()
    if CheckName.MAX_SENSITIVITY in asked:
        checks[CheckName.MAX_SENSITIVITY] = repeats.close_by()
    return tuple(checks[name] for name in ON_REQUEST), cascade


def _with_scalar(scalar: Scalar) -> Callable[[Explained], Explained]:
    return lambda explained: replace(explained, scalar=scalar)
