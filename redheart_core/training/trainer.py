"""The trainer: small parts, one step at a time. Everything it has learned and drawn can be saved and taken up again.

Dimensions: P parts of the loss.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

import torch
from torch import Tensor

from redheart_core.errors import RedHeartError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.announcements import Announcements
from redheart_core.training.batches import Batch, Item
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.distributed import ALONE, Workers, not_shared
from redheart_core.training.evaluation import Metric
from redheart_core.training.gradients import GradientPass, MicroBatch
from redheart_core.training.happenings import (
    BatchResized,
    Failed,
    Finished,
    Happening,
    LayerRatesSet,
    OutOfMemory,
    Resumed,
    Started,
    Stopped,
    StoppedAtOnce,
)
from redheart_core.training.losses import StepLoss
from redheart_core.training.observer import GivenUp, Observer, StepRecord, ValidationRecord
from redheart_core.training.optimization.study import System
from redheart_core.training.parameter_groups import rates_of_groups
from redheart_core.training.random_states import random_states, set_random_states
from redheart_core.training.reporter import Reporter
from redheart_core.training.sampling import Draw, Sampler
from redheart_core.training.schedule import planned_rate, stage_of
from redheart_core.training.streams import BatchStream, Limits, Place
from redheart_core.training.tasks import Task
from redheart_core.training.techniques.decision import require_rule
from redheart_core.training.techniques.dynamic_batch import BatchSizer
from redheart_core.training.techniques.memory import MemoryProbe
from redheart_core.training.techniques.precision import on_device
from redheart_core.training.together import require_whole
from redheart_core.training.validation_watch import Validate, ValidationWatch
from redheart_core.training.weight_update import Updated, WeightUpdate

CPU = torch.device("cpu")


class Ending(StrEnum):
    """Why a training returned."""

    FINISHED = "finished"
    EARLY_STOPPED = "early_stopped"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """How far a training came."""

    ending: Ending
    steps_done: int
    """Optimiser steps taken, by all processes that worked on the run one after the other."""
    best_step: int | None = None
    """Step of the validated weights that the model carries; None where it carries those of the last step."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Before:
    """What a step that has computed no more than gradients has changed."""

    places: Mapping[str, Place]
    random_states: Mapping[str, Tensor]
    python_random: tuple[Any, ...]


class Trainer:
    """Trains a model in place.

    Args:
        model: On ``device``.
        tasks: What is learned.
        items: Tokenized training examples by task name.
        config: The run.
        observer: Hears of every step.
        validate: Measures a model on validation data; called every ``config.validate_every`` steps.
        save: Called with the steps done every ``config.save_every`` steps, while the model carries its average.
        keep_state: Called every ``config.state_every`` steps and where somebody asked to stop; it may ``save_state``.
        device: Where the model is.
        probe: Measures memory for dynamic batching; that of ``device`` when left out.
        workers: The processes that train this model together.

    Raises:
        ConfigError: The configuration asks for what several processes cannot do.
    """

    def __init__(
        self,
        model: RedHeartModel,
        tasks: Sequence[Task],
        items: Mapping[str, Sequence[Item]],
        config: TrainingConfig,
        *,
        observer: Observer | None = None,
        validate: Validate | None = None,
        save: Callable[[int], object] | None = None,
        keep_state: Callable[[Trainer], object] | None = None,
        device: torch.device = CPU,
        probe: MemoryProbe | None = None,
        workers: Workers = ALONE,
    ) -> None:
        require_whole(config, workers, keeps_states=keep_state is not None)
        if config.accumulation is not None:
            require_rule(System.ACCUMULATION)
        # From here on the precision is a definite one: a state must not go on in another.
        config = replace(config, precision=on_device(config.precision, device))
        self.model, self.config, self.workers = model, config, workers
        self.step = 0
        """Optimiser steps done."""
        self.examples = 0
        """Examples trained on so far."""
        self.num_examples = {task.name: len(items[task.name]) for task in tasks}
        self.streams = {
            task.name: BatchStream(items[task.name], seed=config.seed, name=task.name, smallest=workers.size)
            for task in tasks
        }
        self.update = WeightUpdate(model, config, device)
        measured = None if validate is None else partial(self._validated, validate)
        self.watch = ValidationWatch(config, model, tasks, measured)
        self.owes_validation = False
        """Whether the validation of the last step was begun and given up: a run that goes on begins with it."""
        self.batch_size = config.stages[0].batch_size
        """Passages of a batch; changes from stage to stage, and with dynamic batching."""
        self.device = device
        self._reporter = Reporter(config, observer, records=workers.records)
        self._save, self._keep_state = save, keep_state
        self._sampler = Sampler(tasks, items, config)
        self._loss = StepLoss(model, config)
        self._shared_loss = workers.spread_over(self._loss, model)
        self.gradients = GradientPass(
            model,
            self._run_loss,
            device=device,
            scaler=self.update.scaler,
            # Where one process alone began a step again, the others would wait for ever.
            recovers=config.recovers_memory and workers.size == 1,
            not_shared=not_shared(self._shared_loss),
        )
        self._sizer = None if config.dynamic_batch is None else BatchSizer(config.dynamic_batch, device, probe)
        self._announcements = Announcements(self.tell)
        self.stage = -1
        self.enter_stage(0)

    def run(self) -> Ending:
        """Train to the end, or until validation or the observer ends it.

        Raises:
            DataError: The loss or a gradient is not finite; nothing was learned from that step.
            OutOfDeviceMemoryError: Not even one example fits.
        """
        self.model.train()
        begun = Started if self.step == 0 else Resumed
        self.tell(begun(steps=self.config.steps))
        try:
            return self._run()
        except RedHeartError as error:
            self.tell(Failed(error=type(error).__name__, message=str(error)))
            raise

    def tell(self, what: Happening) -> None:
        """Report an event of the present step."""
        self._reporter.event(self.step, what)

    @property
    def epoch(self) -> float:
        """Examples trained on so far, as a share of all."""
        return self.examples / sum(self.num_examples.values())

    @contextmanager
    def evaluated(self) -> Iterator[RedHeartModel]:
        """Let the model be what would be shipped: its average, where there is one; for the duration of the block."""
        with self.update.averaged():
            yield self.model
        self.model.train()

    def enter_stage(self, stage: int) -> None:
        """Begin a stage: its own optimiser, batch size and rates."""
        if stage == self.stage:
            return
        self.stage = stage
        groups = self.update.begin_stage()
        self.batch_size = self.config.stages[stage].batch_size
        self._announcements.once(
            LayerRatesSet.name, lambda: rates_of_groups(groups), when=self.config.layer_rates is not None
        )

    def _run(self) -> Ending:
        while self.owes_validation or self.step < self.config.steps:
            try:
                if not self.owes_validation:
                    self._advance()
                if self._is_over():
                    return self._finish(Ending.EARLY_STOPPED)
            except GivenUp:
                return self._stop(StoppedAtOnce())
            self._keep_what_is_due()
            if self.workers.largest(float(self._reporter.stop_requested())):
                return self._stop(Stopped())
        if self.config.state_every is not None and self.step % self.config.state_every != 0:
            self._keep()  # what follows may take minutes, and whoever ends it then shall lose no step
        return self._finish(Ending.FINISHED)

    def _advance(self) -> None:
        started_s = time.perf_counter()
        before = self._before_step()
        self.step += 1
        place, _ = stage_of(self.config, self.step)
        gives_up = self._may_be_given_up if place == self.stage else nullcontext  # a new stage changes the optimiser
        self.enter_stage(place)
        draw = self._sampler.draw(self.step, self.config.stages[place])
        micro_batches = self._take(draw, self.config.stages[place])
        self.workers.draw_chances(self.config.seed, self.step)
        own = [MicroBatch(items=self.workers.own(items), weight=self.workers.weight(items)) for items in micro_batches]
        try:
            with gives_up():
                losses_P = self.workers.mean(self.gradients.run(own, draw, on_shrink=self._shrunk))
        except GivenUp:
            self._take_back(before)
            raise
        updated = self.update.take(losses_P, step=self.step, task=draw.task.name)
        record = self._record(draw, micro_batches, updated, time.perf_counter() - started_s)
        self._announcements.after_loss(self._loss, record.losses, num_micro_batches=len(micro_batches))
        self._announcements.after_average(self.update.average, self.model)
        self._resize()

    def _before_step(self) -> _Before:
        return _Before(
            places={name: stream.place for name, stream in self.streams.items()},
            random_states=random_states(self.device),
            python_random=random.getstate(),
        )

    def _take_back(self, before: _Before) -> None:
        """Be as before a step of which no more than gradients has been computed."""
        self.step -= 1
        for name, place in before.places.items():
            self.streams[name].restore(place)
        set_random_states(before.random_states, self.device)
        random.setstate(before.python_random)

    def _may_be_given_up(self) -> AbstractContextManager[object]:
        """Return what surrounds work that leaves no trace until it is done; several processes do it to the end."""
        return self._reporter.may_be_given_up() if self.workers.size == 1 else nullcontext()

    def _validated(self, validate: Validate, model: RedHeartModel) -> tuple[Metric, ...]:
        with self._may_be_given_up():
            return validate(model)

    def _take(self, draw: Draw, stage: StageConfig) -> list[Sequence[Item]]:
        limits = Limits(batch_size=self.batch_size, max_batch_tokens=stage.max_batch_tokens)
        count = 1 if self.config.accumulation is None else self.config.accumulation.micro_batches
        stream = self.streams[draw.task.name]
        return [stream.take(limits) for _ in range(count)]

    def _run_loss(self, batch: Batch, draw: Draw) -> Tensor:
        depth = 0 if self.config.stages[self.stage].shallow else None
        losses_P: Tensor = self._shared_loss(batch, draw.task.objective, draw.parts, depth)
        return losses_P

    def _record(
        self, draw: Draw, micro_batches: Sequence[Sequence[Item]], updated: Updated, seconds: float
    ) -> StepRecord:
        items = [item for micro in micro_batches for item in micro]
        self.examples += len(items)
        record = StepRecord(
            step=self.step,
            epoch=self.epoch,
            task=draw.task.name,
            loss=sum(updated.losses),
            losses=dict(zip(self._loss.part_names, updated.losses, strict=True)),
            learning_rate=self.update.optimizer.base_rate,
            planned_learning_rate=planned_rate(self.config, self.step),
            gradient_norms=updated.gradient_norms,
            batch_size=len(items),
            tokens=sum(len(encoding.ids) for item in items for encoding in item.encodings),
            seconds=seconds,
        )
        self._reporter.step(record)
        return record

    def _shrunk(self, failed: int, fitting: int) -> None:
        self.tell(OutOfMemory(failed=failed, fitting=fitting))

    def _resize(self) -> None:
        if self._sizer is None or not self._sizer.is_due(self.step):
            return
        used, before = self.workers.largest(self._sizer.used_share()), self.batch_size
        self.batch_size = self._sizer.next_size(before, used)
        if self.batch_size != before:
            self.tell(BatchResized(before=before, after=self.batch_size, used_share=used))

    def _is_over(self) -> bool:
        """Validate where it is due; return whether that ends the run."""
        if not self.watch.is_due(self.step):
            return False
        self.owes_validation = True
        with self.evaluated() as model:
            metrics = self.watch.measure(model)
        self.owes_validation = False
        self._reporter.validation(ValidationRecord(step=self.step, epoch=self.epoch, metrics=metrics))
        for mark in self.watch.freeze(metrics):
            self.tell(mark.told)
        return self.watch.is_over

    def _keep_what_is_due(self) -> None:
        if self._save is not None and self.step % self.config.save_every == 0 and self.step < self.config.steps:
            with self.evaluated():
                if self.workers.records:
                    self._save(self.step)
        if self.config.state_every is not None and self.step % self.config.state_every == 0:
            self._keep()

    def _keep(self) -> None:
        if self._keep_state is not None and self.workers.records:
            self._keep_state(self)

    def _stop(self, how: Stopped | StoppedAtOnce) -> Ending:
        self._keep()
        self.tell(how)
        return Ending.STOPPED

    def _finish(self, ending: Ending) -> Ending:
        if ending is Ending.EARLY_STOPPED:
            self.tell(self.watch.why_over)
        self.update.keep(self.watch.best_weights)
        self.tell(Finished(examples=self.examples))
        return ending
