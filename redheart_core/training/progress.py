"""The progress of a training in the log: mean losses by task, now and then."""

from __future__ import annotations

import logging
import time
from collections import defaultdict

from redheart_core.training.config import TrainingConfig
from redheart_core.training.observer import StepRecord

logger = logging.getLogger(__name__)


class ProgressLog:
    """Averages losses by task and logs them."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._started_s = time.monotonic()
        self._num_steps = 0
        """Since the start of this process."""

    def add(self, record: StepRecord) -> None:
        """Take note of a step."""
        self._losses[record.task].append(record.loss)
        self._num_steps += 1
        if record.step % self._config.log_every:
            return
        elapsed_s = time.monotonic() - self._started_s
        means = " ".join(f"{name}={sum(values) / len(values):.3f}" for name, values in sorted(self._losses.items()))
        logger.info(
            "step %d/%d rate %.2e elapsed %.0f s (%.3f s per step) %s",
            record.step, self._config.steps, record.learning_rate, elapsed_s, elapsed_s / self._num_steps, means,
        )  # fmt: skip
        self._losses.clear()
