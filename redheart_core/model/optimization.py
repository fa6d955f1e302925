"""The optimisation systems: learned readers of a training's telemetry.

They never see a passage and no score depends on them. Each has a rule beside it (``training/rules.py``), and a
comparison on runs that neither has seen decides which of the two is used.

Dimensions: B cases, S points of a learning curve, K candidates, F measurements, W width.
"""

from __future__ import annotations

from torch import Tensor, nn

from redheart_core.model.config import (
    CandidateScorerConfig,
    CurveScorerConfig,
    EstimatorConfig,
    OptimizationConfig,
)
from redheart_core.model.layers import Attention, Readout, ResidualLayer

CURVE_MEASUREMENTS = ("progress", "training_loss", "validation_loss", "slope", "gap", "rate")
"""What is known at each evaluation of a run."""
CANDIDATE_MEASUREMENTS = ("validation_loss", "progress", "distance", "norm", "depth", "is_average")
"""What is known of one checkpoint's version of one layer."""
MEMORY_MEASUREMENTS = ("parameters", "batch", "length", "weight_bytes", "is_training", "is_checkpointed", "planned")
"""What is known of a step before it runs; sizes as logarithms."""
LEARNING_MEASUREMENTS = ("progress", "noise_scale", "gradient_norm", "loss", "slope", "depth", "batch", "update_ratio")
"""What is known of the gradients of a module at a step."""


class SweetSpotDetector(nn.Module):
    """Reads a learning curve and says at each point whether the best has been reached."""

    def __init__(self, config: CurveScorerConfig) -> None:
        super().__init__()
        self.recurrent = nn.GRU(len(CURVE_MEASUREMENTS), config.width, num_layers=config.num_layers, batch_first=True)
        self.norm = nn.LayerNorm(config.width)
        self.readout = Readout(config.width, 1)

    def forward(self, curve_BSF: Tensor) -> Tensor:
        """Return logits (B, S). A point is judged by itself and those before it alone."""
        state_BSW, _ = self.recurrent(curve_BSF)
        logits_BS: Tensor = self.readout(self.norm(state_BSW)).squeeze(-1)
        return logits_BS


class ParameterCrossover(nn.Module):
    """Compares the candidates for one layer, whatever their order, and scores each."""

    def __init__(self, config: CandidateScorerConfig) -> None:
        super().__init__()
        width = config.width
        self.enter = nn.Linear(len(CANDIDATE_MEASUREMENTS), width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.num_layers))
        self.attentions = nn.ModuleList(
            Attention(width, width, width, config.num_heads) for _ in range(config.num_layers)
        )
        self.layers = nn.ModuleList(ResidualLayer(width, config.feedforward_width) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(width)
        self.readout = Readout(width, 1)

    def forward(self, candidates_BKF: Tensor, present_BK: Tensor) -> Tensor:
        """Return logits (B, K); the share of a candidate is their softmax over the present ones."""
        state_BKW = self.enter(candidates_BKF)
        for norm, attention, layer in zip(self.norms, self.attentions, self.layers, strict=True):
            normed = norm(state_BKW)
            state_BKW = layer(state_BKW + attention(normed, normed, present_BK))
        logits_BK: Tensor = self.readout(self.norm(state_BKW)).squeeze(-1)
        return logits_BK


class Estimator(nn.Module):
    """From measurements to one number."""

    def __init__(self, config: EstimatorConfig, num_measurements: int) -> None:
        super().__init__()
        self.enter = nn.Linear(num_measurements, config.width)
        self.layers = nn.ModuleList(ResidualLayer(config.width, config.width) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(config.width)
        self.readout = Readout(config.width, 1)

    def forward(self, measurements_BF: Tensor) -> Tensor:
        """Map (B, F) to (B,)."""
        state_BW = nn.functional.gelu(self.enter(measurements_BF))
        for layer in self.layers:
            state_BW = layer(state_BW)
        estimate_B: Tensor = self.readout(self.norm(state_BW)).squeeze(-1)
        return estimate_B


class LearningOptimization(nn.Module):
    """Three estimators: how many batches to accumulate, how long to average, how fast each depth should learn."""

    def __init__(self, config: EstimatorConfig) -> None:
        super().__init__()
        count = len(LEARNING_MEASUREMENTS)
        self.accumulation = Estimator(config, count)
        self.averaging = Estimator(config, count)
        self.layer_rates = Estimator(config, count)


class OptimizationSystems(nn.Module):
    """The four systems. Each is called by itself: they answer different questions about different measurements."""

    def __init__(self, config: OptimizationConfig) -> None:
        super().__init__()
        self.sweet_spot = SweetSpotDetector(config.sweet_spot)
        self.crossover = ParameterCrossover(config.crossover)
        self.peak_memory = Estimator(config.peak_memory, len(MEMORY_MEASUREMENTS))
        """Corrects the memory plan: the logarithm of measured over planned bytes."""
        self.learning = LearningOptimization(config.learning)
