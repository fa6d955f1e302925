"""The modules that read telemetry: shapes, causality of the detector, order of the candidates."""

from __future__ import annotations

import torch

from redheart_core.model.optimization import (
    CANDIDATE_MEASUREMENTS,
    CURVE_MEASUREMENTS,
    LEARNING_MEASUREMENTS,
    MEMORY_MEASUREMENTS,
    OptimizationSystems,
)
from redheart_core.model.presets import TINY


def _systems() -> OptimizationSystems:
    torch.manual_seed(0)
    assert TINY.optimization is not None
    return OptimizationSystems(TINY.optimization).eval()


def test_the_detector_does_not_look_ahead() -> None:
    curve = torch.randn(1, 9, len(CURVE_MEASUREMENTS))
    longer = torch.cat([curve, torch.randn(1, 4, len(CURVE_MEASUREMENTS))], dim=1)
    detector = _systems().sweet_spot
    torch.testing.assert_close(detector(longer)[:, :9], detector(curve))


def test_candidates_are_scored_whatever_their_order_and_absent_ones_have_no_say() -> None:
    crossover = _systems().crossover
    candidates = torch.randn(2, 4, len(CANDIDATE_MEASUREMENTS))
    present = torch.tensor([[True, True, True, False]] * 2)
    order = torch.tensor([2, 0, 1, 3])
    scores = crossover(candidates, present)
    torch.testing.assert_close(crossover(candidates[:, order], present[:, order]), scores[:, order])
    changed = candidates.clone()
    changed[:, 3] += 5.0
    torch.testing.assert_close(crossover(changed, present)[:, :3], scores[:, :3])


def test_each_estimator_gives_one_number_a_case() -> None:
    systems = _systems()
    assert systems.peak_memory(torch.randn(5, len(MEMORY_MEASUREMENTS))).shape == (5,)
    for estimator in (systems.learning.accumulation, systems.learning.averaging, systems.learning.layer_rates):
        assert estimator(torch.randn(3, len(LEARNING_MEASUREMENTS))).shape == (3,)
