"""Telemetry made from one measured step: its own numbers as measurements, its own next numbers as targets.

It serves to show that the optimisation systems can be reached by a gradient. Learning from it would be pointless: one
step is no training. A training's telemetry has the same form (``TelemetryBatch``).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from redheart_core.training.lean.reach import STEP_RATE, StepRecord
from redheart_core.training.optimization.batch import TelemetryBatch


def step_telemetry(record: StepRecord) -> TelemetryBatch:
    """Arrange the losses, gradient norms, weight norms and counted bytes of a step."""
    first = torch.tensor([task.loss for task in record.before])
    second = torch.tensor([task.loss for task in record.after])
    modules = _module_rows(record, float(first.mean()), float(second.mean()))
    return TelemetryBatch(
        curve_BSF=_curve(first, second)[None],
        past_best_BS=_past_best(second)[None],
        candidate_BKF=_candidates(record, float(first.mean()), float(second.mean())),
        present_BK=torch.ones(len(record.modules), 2, dtype=torch.bool),
        share_BK=torch.tensor([[0.0, 1.0] if second.mean() < first.mean() else [1.0, 0.0]] * len(record.modules)),
        memory_BF=torch.tensor([_memory(record, place) for place in range(len(record.before))]),
        memory_error_B=torch.tensor([math.log(task.peak_bytes / record.static_bytes) for task in record.after]),
        learning_BF=modules,
        accumulation_B=torch.tensor([_log(after) - _log(before) for before, after in record.gradient_norms]),
        averaging_B=torch.tensor([after - before for before, after in record.weight_norms]),
        layer_rate_B=torch.tensor([_log(after) for _, after in record.gradient_norms]),
    )


def _curve(first_S: Tensor, second_S: Tensor) -> Tensor:
    progress_S = torch.linspace(0.0, 1.0, len(first_S))
    slope_S = second_S - first_S
    rate_S = torch.full_like(first_S, STEP_RATE)
    return torch.stack([progress_S, first_S, second_S, slope_S, slope_S.abs(), rate_S], dim=-1)


def _past_best(loss_S: Tensor) -> Tensor:
    later_S = loss_S.flip(0).cummin(dim=0).values.flip(0)
    return (loss_S <= later_S).float()


def _candidates(record: StepRecord, first: float, second: float) -> Tensor:
    depth = _depths(record)
    return torch.tensor(
        [
            [[first, 0.0, 0.0, norms[0], depth[place], 0.0], [second, 1.0, distance, norms[1], depth[place], 0.0]]
            for place, (norms, distance) in enumerate(zip(record.weight_norms, record.distances, strict=True))
        ]
    )


def _memory(record: StepRecord, place: int) -> list[float]:
    task = record.before[place]
    size = math.log(record.static_bytes)
    return [size, math.log(task.num_passages), math.log(task.num_tokens), size, 1.0, 0.0, math.log(task.peak_bytes)]


def _module_rows(record: StepRecord, first: float, second: float) -> Tensor:
    depth = _depths(record)
    batch = math.log(sum(task.num_passages for task in record.before))
    return torch.tensor(
        [
            [1.0, abs(_log(after) - _log(before)), _log(before), first, second - first, depth[place], batch,
             record.distances[place] / max(record.weight_norms[place][0], 1e-12)]
            for place, (before, after) in enumerate(record.gradient_norms)
        ]
    )  # fmt: skip


def _depths(record: StepRecord) -> list[float]:
    return [place / len(record.modules) for place in range(len(record.modules))]


def _log(value: float) -> float:
    return math.log(max(value, 1e-12))
