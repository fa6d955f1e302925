"""Training the optimisation systems on telemetry, at a small width or at that of a preset.

Dimensions: B cases, S points of a curve, K candidates, F measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from redheart_core.model.config import CandidateScorerConfig, CurveScorerConfig, EstimatorConfig, OptimizationConfig
from redheart_core.model.optimization import Estimator, ParameterCrossover, SweetSpotDetector
from redheart_core.model.presets import FULL

NUM_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How the networks are trained."""

    config: OptimizationConfig
    steps: int
    """Over all cases at once."""
    learning_rate: float
    num_seeds: int
    weight_decay: float = 0.05
    noise: float = 0.2
    """Deviation of what is added to the inputs at each step: there are few cases."""


_NARROW = EstimatorConfig(width=24, num_layers=1)
NARROW = FitSettings(
    config=OptimizationConfig(
        sweet_spot=CurveScorerConfig(width=16, num_layers=1),
        crossover=CandidateScorerConfig(width=16, num_heads=2, num_layers=1, feedforward_width=32),
        peak_memory=_NARROW,
        learning=_NARROW,
    ),
    steps=80,
    learning_rate=5e-3,
    num_seeds=3,
)
"""Some thousand parameters per network: what a few dozen runs can teach."""
assert FULL.optimization is not None
WIDE = FitSettings(config=FULL.optimization, steps=25, learning_rate=3e-4, num_seeds=1)
"""The widths of the 730 M model."""


def folds(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the positions to learn from and the held ones; each is held once."""
    for fold in range(min(NUM_FOLDS, count)):
        held = [place for place in range(count) if place % NUM_FOLDS == fold]
        yield [place for place in range(count) if place % NUM_FOLDS != fold], held


def fit_detector(
    settings: FitSettings, curve_BSF: Tensor, past_best_BS: Tensor, *, seed: int
) -> Callable[[Tensor], Tensor]:
    """Train a sweet-spot detector; the result maps curves to probabilities (B, S)."""
    torch.manual_seed(seed)
    detector = SweetSpotDetector(settings.config.sweet_spot)
    _fit(
        detector,
        settings,
        lambda: binary_cross_entropy_with_logits(detector(_noisy(curve_BSF, settings)), past_best_BS),
    )
    return lambda curves_BSF: torch.sigmoid(_applied(detector, curves_BSF))


def fit_crossover(
    settings: FitSettings, candidate_BKF: Tensor, share_BK: Tensor, *, seed: int
) -> Callable[[Tensor], Tensor]:
    """Train a crossover scorer; the result maps candidates to shares (B, K)."""
    torch.manual_seed(seed)
    scorer = ParameterCrossover(settings.config.crossover)

    def logits_BK(inputs_BKF: Tensor) -> Tensor:
        present_BK = torch.ones(inputs_BKF.shape[:2], dtype=torch.bool)
        scores_BK: Tensor = scorer(inputs_BKF, present_BK)
        return scores_BK

    def loss() -> Tensor:
        log_share_BK = torch.log_softmax(logits_BK(_noisy(candidate_BKF, settings)), dim=-1)
        return -(share_BK * log_share_BK).sum(dim=-1).mean()

    _fit(scorer, settings, loss)

    def shares(inputs_BKF: Tensor) -> Tensor:
        with torch.no_grad():
            return torch.softmax(logits_BK(inputs_BKF), dim=-1)

    return shares


def fit_estimator(
    settings: FitSettings, config: EstimatorConfig, inputs_BF: Tensor, target_B: Tensor, *, seed: int
) -> Callable[[Tensor], Tensor]:
    """Train an estimator on targets brought to mean zero and deviation one; the result maps (B, F) to targets (B,)."""
    torch.manual_seed(seed)
    centre, spread = target_B.mean(), target_B.std().clamp(min=1e-6)
    estimator = Estimator(config, inputs_BF.shape[-1])
    wanted_B = (target_B - centre) / spread
    _fit(estimator, settings, lambda: mse_loss(estimator(_noisy(inputs_BF, settings)), wanted_B))
    return lambda held_BF: centre + spread * _applied(estimator, held_BF)


def mean_estimates(
    settings: FitSettings, config: EstimatorConfig, inputs_BF: Tensor, target_B: Tensor, held_BF: Tensor
) -> list[Tensor]:
    """Return the estimates (held cases,) of every seed."""
    return [
        fit_estimator(settings, config, inputs_BF, target_B, seed=seed)(held_BF) for seed in range(settings.num_seeds)
    ]


def _fit(module: nn.Module, settings: FitSettings, loss: Callable[[], Tensor]) -> None:
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    for _ in range(settings.steps):
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss())
        optimizer.step()


def _applied(module: nn.Module, inputs: Tensor) -> Tensor:
    with torch.no_grad():
        result: Tensor = module(inputs)
    return result


def _noisy(inputs: Tensor, settings: FitSettings) -> Tensor:
    return inputs + settings.noise * torch.randn_like(inputs)


def chosen_rows(rows: Tensor, places: Sequence[int]) -> Tensor:
    """Return some rows of a tensor."""
    return rows[torch.tensor(list(places), dtype=torch.long)]
