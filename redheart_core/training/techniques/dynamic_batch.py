"""Dynamic batching: halve the batch where memory is nearly full, double it where there is plenty."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from redheart_core.errors import ConfigError
from redheart_core.training.optimization.study import System
from redheart_core.training.techniques.decision import require_rule
from redheart_core.training.techniques.memory import MemoryProbe, memory_probe


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicBatchConfig:
    """Bounds and thresholds. A stage's ``batch_size`` is where it starts."""

    smallest: int = 1
    """Passages."""
    largest: int = 128
    shrink_above: float = 0.85
    """Used share of memory above which the batch is halved."""
    grow_below: float = 0.60
    """Used share of memory below which the batch is doubled."""
    check_every: int = 10
    """Optimiser steps between two looks at memory."""
    budget_mib: int | None = None
    """Memory that a training on a CPU may use; the machine's when left out. Not for a GPU."""

    def __post_init__(self) -> None:
        if not 1 <= self.smallest <= self.largest:
            raise ConfigError(f"dynamic_batch: smallest is {self.smallest} and largest {self.largest}.")
        if not 0.0 < self.grow_below <= self.shrink_above < 1.0 or self.check_every < 1:
            raise ConfigError(
                f"dynamic_batch: grow_below is {self.grow_below}, shrink_above {self.shrink_above}, check_every "
                f"{self.check_every}. It must hold that 0 < grow_below <= shrink_above < 1 <= check_every."
            )


def next_batch_size(current: int, used_share: float, config: DynamicBatchConfig) -> int:
    """Return the size that follows from how full memory is."""
    if used_share > config.shrink_above:
        return max(current // 2, config.smallest)
    if used_share < config.grow_below:
        return min(current * 2, config.largest)
    return current


class BatchSizer:
    """Looks at memory now and then, and follows the rule.

    Args:
        config: Bounds and thresholds.
        device: Where the model is.
        probe: Measures memory; that of the device when left out.
    """

    def __init__(self, config: DynamicBatchConfig, device: torch.device, probe: MemoryProbe | None = None) -> None:
        require_rule(System.PEAK_MEMORY)
        budget_bytes = None if config.budget_mib is None else config.budget_mib * 2**20
        self._config, self._probe = config, probe or memory_probe(device, budget_bytes=budget_bytes)

    def is_due(self, step: int) -> bool:
        """Return whether memory is looked at after this step."""
        return step % self._config.check_every == 0

    def used_share(self) -> float:
        """Return how full memory is."""
        return self._probe.used_share()

    def next_size(self, current: int, used_share: float) -> int:
        """Return the size of the next batch."""
        return next_batch_size(current, used_share, self._config)
