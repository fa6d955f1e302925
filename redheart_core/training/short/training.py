"""One short training of a study, and what it came to."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.config import TrainingConfig
from redheart_core.training.course import run_course
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind
from redheart_core.training.observer import Event, SilentObserver, StepRecord
from redheart_core.training.short.bench import Bench, new_model

_TOLD = (EventKind.STARTED, EventKind.FINISHED, EventKind.CHECKPOINT)
"""Events that say nothing about what a technique did."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What one short training came to, on rows that nothing was chosen on."""

    model: RedHeartModel
    metrics: tuple[Metric, ...]
    loss: float
    """Mean over tasks."""
    examples: int
    steps: int
    seconds: float
    """Of the whole training, pre-training, validations and crossover included."""
    events: tuple[str, ...]
    """What techniques did, in one line each."""


def train_short(bench: Bench, config: TrainingConfig, *, max_examples: int | None = None) -> Outcome:
    """Train a new model by ``config`` with its seed, and judge it.

    Args:
        bench: Data and start.
        config: The run; its preset must be the bench's.
        max_examples: End after so many examples at the latest, so that runs whose batches differ see equally many.

    Raises:
        DataError: The training diverged.
    """
    if config.preset != bench.preset:
        raise ConfigError(f"The configuration is for {config.preset}, the data were prepared for {bench.preset}.")
    model, watcher = new_model(bench, seed=config.seed), _Watcher(max_examples)
    started_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        run_course(
            model,
            bench.tasks,
            bench.items,
            config,
            sequences=lambda: bench.texts(128 if config.pretraining is None else config.pretraining.max_tokens),
            held_loss=bench.choosing.loss,
            work_dir=Path(scratch),
            observer=watcher,
            validate=bench.choosing.metrics,
        )
    seconds = time.perf_counter() - started_s
    metrics, loss = bench.judging.judge(model)
    return Outcome(
        model=model,
        metrics=metrics,
        loss=loss,
        examples=watcher.examples,
        steps=watcher.steps,
        seconds=seconds,
        events=tuple(watcher.events),
    )


class _Watcher(SilentObserver):
    """Counts examples, keeps what techniques report, and ends a run at its budget."""

    def __init__(self, max_examples: int | None) -> None:
        self._max_examples = max_examples
        self.examples, self.steps = 0, 0
        self.events: list[str] = []

    def on_step(self, record: StepRecord) -> None:
        """Count."""
        self.examples += record.batch_size
        self.steps = record.step

    def on_event(self, event: Event) -> None:
        """Keep what a technique did, in one line."""
        if event.kind not in _TOLD:
            self.events.append(f"step {event.step}, {event.kind.value}: {event.detail.splitlines()[0]}")

    def stop_requested(self) -> bool:
        """Return whether the budget is used up."""
        return self._max_examples is not None and self.examples >= self._max_examples
