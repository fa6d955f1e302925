"""Telemetry as tensors, in the orders of ``model.optimization``, scaled to about one.

Dimensions: B cases, S points of a curve, K candidates, F measurements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from redheart_core.training.optimization.batch import TelemetryBatch
from redheart_core.training.optimization.rules import best_so_far
from redheart_core.training.optimization.telemetry import (
    HORIZONS,
    LOG_RATES,
    AverageTrial,
    LayerCandidates,
    MemoryRecord,
    NoisePhase,
    RateTrial,
    RunRecord,
    Telemetry,
)

CHOICE_SHARE = 0.005
"""Differences of this share of a loss count as a choice; smaller ones are spread over the candidates."""
NOISE_CENTRE, NOISE_SPREAD = 8.0, 4.0
"""Of the logarithm (base 2) of the noise scale, to bring it to about one."""


def telemetry_batch(telemetry: Telemetry) -> TelemetryBatch:
    """Return everything that all systems learn from as one batch.

    The learning-optimisation cases are the layers of each run at the point where all three questions were measured.
    """
    runs, memory = telemetry.runs, telemetry.memory
    layers = [(run, trial) for run in runs for trial in run.rates]
    cases = [(run, layer) for run in runs for layer in run.crossover.layers]
    return TelemetryBatch(
        curve_BSF=torch.tensor([curve_features(run) for run in runs]),
        past_best_BS=torch.tensor([past_best(run) for run in runs]),
        candidate_BKF=torch.tensor([candidate_features(run, layer) for run, layer in cases]),
        present_BK=torch.ones(len(cases), len(cases[0][1].swap_losses), dtype=torch.bool),
        share_BK=torch.stack([share_target(layer.swap_losses) for _, layer in cases]),
        memory_BF=torch.tensor([memory_features(record) for record in memory]),
        memory_error_B=torch.tensor([memory_target(record) for record in memory]),
        learning_BF=torch.tensor([learning_features(run, trial.point, trial.depth) for run, trial in layers]),
        accumulation_B=torch.tensor([noise_target(_next_noise(run, trial.point)) for run, trial in layers]),
        averaging_B=torch.tensor([horizon_target(_average_at(run, trial.point)) for run, trial in layers]),
        layer_rate_B=torch.tensor([rate_target(trial) for _, trial in layers]),
    )


def curve_features(run: RunRecord) -> list[list[float]]:
    """Return (S, F): losses relative to the first validation loss."""
    first = run.curve[0].validation_loss
    rows, before = [], first
    for point in run.curve:
        training, validation = point.training_loss / first, point.validation_loss / first
        slope = 10 * (point.validation_loss - before) / first
        rate = math.log10(run.spec.learning_rate) + 3
        rows.append([point.step / run.spec.steps, training, validation, slope, validation - training, rate])
        before = point.validation_loss
    return rows


def validation_losses(run: RunRecord) -> list[float]:
    """Return the curve that stopping is decided on."""
    return [point.validation_loss for point in run.curve]


def past_best(run: RunRecord) -> list[float]:
    """Return one for each point after which nothing better came, zero before."""
    losses = validation_losses(run)
    best = best_so_far(losses, len(losses) - 1)
    return [float(place >= best) for place in range(len(losses))]


def candidate_features(run: RunRecord, layer: LayerCandidates) -> list[list[float]]:
    """Return (K, F) of the saved checkpoints and their average."""
    trial = run.crossover
    best = min(trial.losses[:-1])
    own = layer.norms[trial.losses.index(best)]
    steps = [*trial.steps, sum(trial.steps) / len(trial.steps)]
    return [
        [
            10 * (loss - best) / best,
            step / run.spec.steps,
            10 * distance,
            10 * math.log(norm / own),
            layer.depth,
            float(place == len(trial.steps)),
        ]
        for place, (loss, step, distance, norm) in enumerate(
            zip(trial.losses, steps, layer.distances, layer.norms, strict=True)
        )
    ]


def share_target(losses: Sequence[float]) -> Tensor:
    """Return shares (K,) that add up to one, larger for smaller losses."""
    losses_K = torch.tensor(losses)
    return torch.softmax(-losses_K / (CHOICE_SHARE * losses_K.min()), dim=0)


def memory_features(record: MemoryRecord) -> list[float]:
    """Return (F,); sizes as logarithms."""
    return [
        math.log10(record.parameters) - 5,
        math.log2(record.batch) / 4,
        math.log2(record.length) / 5,
        math.log2(4.0) / 2,
        float(record.is_training),
        float(record.is_checkpointed),
        math.log10(record.planned_bytes) - 7,
    ]


def memory_target(record: MemoryRecord) -> float:
    """Return the natural logarithm of counted over planned bytes."""
    return math.log(record.measured_bytes / record.planned_bytes)


def learning_features(run: RunRecord, point: int, depth: float) -> list[float]:
    """Return (F,) as known at an evaluation; ``depth`` is 1 where the whole model is meant."""
    here, first = run.curve[point], run.curve[0].validation_loss
    before, phase = run.curve[max(point - 1, 0)], noise_at(run, point)
    return [
        here.step / run.spec.steps,
        noise_target(phase),
        math.log10(phase.mean_norm + 1e-6),
        here.validation_loss / first,
        10 * (here.validation_loss - before.validation_loss) / first,
        depth,
        math.log2(run.spec.batch_size) / 4,
        math.log10(here.update_ratio + 1e-6) + 2,
    ]


def noise_at(run: RunRecord, point: int) -> NoisePhase:
    """Return the last noise measurement at or before a point."""
    return max((phase for phase in run.noise if phase.point <= point), key=lambda phase: phase.point)


def _next_noise(run: RunRecord, point: int) -> NoisePhase:
    return min((phase for phase in run.noise if phase.point > point), key=lambda phase: phase.point)


def _average_at(run: RunRecord, point: int) -> AverageTrial:
    return next(trial for trial in run.averages if trial.point == point)


def noise_target(phase: NoisePhase) -> float:
    """Return the noise scale as the networks see it."""
    return (phase.log2_noise_scale - NOISE_CENTRE) / NOISE_SPREAD


def horizon_target(trial: AverageTrial) -> float:
    """Return the logarithm (base 10) of the horizon whose average had the lowest validation loss."""
    losses = trial.validation_losses[: len(HORIZONS)]
    return math.log10(HORIZONS[losses.index(min(losses))])


def nearest_horizon(estimate: float) -> int:
    """Return the position in ``HORIZONS`` that an estimate of ``horizon_target`` means."""
    return min(range(len(HORIZONS)), key=lambda place: abs(math.log10(HORIZONS[place]) - estimate))


def rate_target(trial: RateTrial) -> float:
    """Return the logarithm (base 2) of the rate that served best, between the trials where they differ little."""
    return float((share_target(trial.losses) * torch.tensor(LOG_RATES)).sum())
