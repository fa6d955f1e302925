"""How much faster one model is than another, measured side by side in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item, collate

REPEATS = 15
BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Median time of a forward pass, and the ratio of the two models."""

    batch: int
    before_ms: float
    after_ms: float

    @property
    def ratio(self) -> float:
        """How many times as fast the second model is."""
        return self.before_ms / self.after_ms


def compare_speed(before: RedHeartModel, after: RedHeartModel, items: Sequence[Item]) -> tuple[Speed, ...]:
    """Time both models on one real passage and on ``BATCH`` of them, alternating, so that both see the same machine."""
    return tuple(_compare(before, after, items[:size]) for size in (1, BATCH) if size <= len(items))


def _compare(before: RedHeartModel, after: RedHeartModel, items: Sequence[Item]) -> Speed:
    times_ms: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for model, collected in zip((before, after), times_ms, strict=True):
            collected.append(_forward_ms(model, items))
    medians = [statistics.median(collected[2:]) for collected in times_ms]
    return Speed(batch=len(items), before_ms=medians[0], after_ms=medians[1])


def _forward_ms(model: RedHeartModel, items: Sequence[Item]) -> float:
    batch = collate(items)
    model.eval()
    with torch.inference_mode():
        started_s = time.perf_counter()
        model(batch.ids_RT, batch.mask_RT, batch.segments_RT, batch.ngrams)
        return 1000 * (time.perf_counter() - started_s)
