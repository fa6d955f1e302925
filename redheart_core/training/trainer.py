"""The trainer: small parts, one step at a time. Everything it has learned and drawn can be saved and taken up again.

Dimensions: P parts of the loss.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from functools import partial

import torch
from torch import Tensor

from redheart_core.errors import ConfigError, DataError, RedHeartError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.announcements import Announcements
from redheart_core.training.batches import Batch, Item
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.distributed import ALONE, Workers, not_shared
from redheart_core.training.evaluation import Metric
from redheart_core.training.gradient_norms import gradient_norms
from redheart_core.training.gradients import GradientPass, MicroBatch
from redheart_core.training.losses import StepLoss
from redheart_core.training.observer import (
    Event,
    EventKind,
    Observer,
    SilentObserver,
    StepRecord,
    ValidationRecord,
)
from redheart_core.training.optimization.study import System
from redheart_core.training.optimizer import StageOptimizer, clipped_norm
from redheart_core.training.parameter_groups import group_table, parameter_groups
from redheart_core.training.progress import ProgressLog
from redheart_core.training.sampling import Draw, Sampler
from redheart_core.training.schedule import planned_rate, stage_of
from redheart_core.training.streams import BatchStream, Limits
from redheart_core.training.tasks import Task
from redheart_core.training.techniques.decision import require_rule
from redheart_core.training.techniques.dynamic_batch import BatchSizer
from redheart_core.training.techniques.early_stopping import EarlyStopping
from redheart_core.training.techniques.memory import MemoryProbe
from redheart_core.training.techniques.precision import gradient_scaler
from redheart_core.training.techniques.sweet_spots import SweetSpots
from redheart_core.training.techniques.weight_average import WeightAverage

logger = logging.getLogger(__name__)

Validate = Callable[[RedHeartModel], tuple[Metric, ...]]
CPU = torch.device("cpu")


class Ending(StrEnum):
    """Why a training returned."""

    FINISHED = "finished"
    EARLY_STOPPED = "early_stopped"
    STOPPED = "stopped"


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
        _require_together(config, workers, keeps_states=keep_state is not None)
        if config.accumulation is not None:
            require_rule(System.ACCUMULATION)
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
        self.scaler = gradient_scaler(config.precision, device)
        self.average = None if config.average is None else WeightAverage(model, config.average)
        self.stopping = None if config.early_stopping is None else EarlyStopping(config.early_stopping)
        self.sweet_spots = None if config.sweet_spots is None else SweetSpots(config.sweet_spots, model, tasks)
        self.best_weights: Mapping[str, Tensor] = {}
        """Weights of the best validation; empty without early stopping."""
        self.batch_size = config.stages[0].batch_size
        """Passages of a batch; changes from stage to stage, and with dynamic batching."""
        self.device = device
        self._observer: Observer = observer or SilentObserver()
        self._recorder: Observer = self._observer if workers.records else SilentObserver()
        self._validate, self._save, self._keep_state = validate, save, keep_state
        self._sampler = Sampler(tasks, items, config)
        self._loss = StepLoss(model, config)
        self._shared_loss = workers.spread_over(self._loss, model)
        self.gradients = GradientPass(
            model,
            self._run_loss,
            device=device,
            scaler=self.scaler,
            # Where one process alone began a step again, the others would wait for ever.
            recovers=config.recovers_memory and workers.size == 1,
            not_shared=not_shared(self._shared_loss),
        )
        self._sizer = None if config.dynamic_batch is None else BatchSizer(config.dynamic_batch, device, probe)
        self._progress = ProgressLog(config)
        self._announcements = Announcements(partial(self.tell, EventKind.TECHNIQUE_ACTED))
        self.stage = -1
        self.enter_stage(0)

    def run(self) -> Ending:
        """Train to the end, or until validation or the observer ends it.

        Raises:
            DataError: The loss or a gradient is not finite; nothing was learned from that step.
            OutOfDeviceMemoryError: Not even one example fits.
        """
        self.model.train()
        self.tell(EventKind.STARTED if self.step == 0 else EventKind.RESUMED, f"{self.config.steps} steps planned")
        try:
            return self._run()
        except RedHeartError as error:
            self.tell(EventKind.FAILED, str(error))
            raise

    def tell(self, kind: EventKind, detail: str) -> None:
        """Report an event of the present step."""
        logger.info("step %d, %s: %s", self.step, kind.value, detail)
        self._recorder.on_event(Event(step=self.step, kind=kind, detail=detail))

    @property
    def epoch(self) -> float:
        """Examples trained on so far, as a share of all."""
        return self.examples / sum(self.num_examples.values())

    @contextmanager
    def evaluated(self) -> Iterator[RedHeartModel]:
        """Let the model be what would be shipped: its average, where there is one; for the duration of the block."""
        with nullcontext() if self.average is None else self.average.applied(self.model):
            yield self.model
        self.model.train()

    def enter_stage(self, stage: int) -> None:
        """Begin a stage: its own optimiser, batch size and rates."""
        if stage == self.stage:
            return
        self.stage = stage
        groups = parameter_groups(self.model, self.config)
        self.optimizer = StageOptimizer(groups)
        self.batch_size = self.config.stages[stage].batch_size
        self._announcements.once("layer_rates", lambda: group_table(groups), when=self.config.layer_rates is not None)

    def _run(self) -> Ending:
        while self.step < self.config.steps:
            self._advance()
            if self._is_over():
                return self._finish(Ending.EARLY_STOPPED)
            self._keep_what_is_due()
            if self.workers.largest(float(self._observer.stop_requested())):
                return self._stop()
        return self._finish(Ending.FINISHED)

    def _advance(self) -> None:
        started_s = time.perf_counter()
        self.step += 1
        place, _ = stage_of(self.config, self.step)
        self.enter_stage(place)
        draw = self._sampler.draw(self.step, self.config.stages[place])
        micro_batches = self._take(draw, self.config.stages[place])
        self.workers.draw_chances(self.config.seed, self.step)
        own = [MicroBatch(items=self.workers.own(items), weight=self.workers.weight(items)) for items in micro_batches]
        losses = self.workers.mean(self.gradients.run(own, draw, on_shrink=self._shrunk))
        self.scaler.unscale_(self.optimizer.inner)
        norms = self._measured_norms()
        parts = self._apply(losses, draw)
        self._record(draw, micro_batches, parts, norms, time.perf_counter() - started_s)
        self._announcements.after_loss(self._loss, parts, num_micro_batches=len(micro_batches))
        self._announcements.after_average(self.average, self.model)
        self._resize()

    def _take(self, draw: Draw, stage: StageConfig) -> list[Sequence[Item]]:
        limits = Limits(batch_size=self.batch_size, max_batch_tokens=stage.max_batch_tokens)
        count = 1 if self.config.accumulation is None else self.config.accumulation.micro_batches
        stream = self.streams[draw.task.name]
        return [stream.take(limits) for _ in range(count)]

    def _run_loss(self, batch: Batch, draw: Draw) -> Tensor:
        depth = 0 if self.config.stages[self.stage].shallow else None
        losses_P: Tensor = self._shared_loss(batch, draw.task.objective, draw.parts, depth)
        return losses_P

    def _apply(self, losses_P: Tensor, draw: Draw) -> dict[str, float]:
        """Take the step with the gradients that are there, unless something is not finite."""
        norm = clipped_norm(self.optimizer.parameters, self.config.gradient_clip)
        *values, length = torch.cat([losses_P, norm.detach().reshape(1)]).tolist()
        self._require_finite(sum(values), length, draw)
        self.optimizer.set_base_rate(planned_rate(self.config, self.step))
        self.scaler.step(self.optimizer.inner)
        self.scaler.update()
        if self.average is not None:
            self.average.update(self.model)
        return dict(zip(self._loss.part_names, values, strict=True))

    def _require_finite(self, loss: float, norm: float, draw: Draw) -> None:
        name, remedy = draw.task.name, "Lower the learning rate."
        if not math.isfinite(loss):
            raise DataError(f"step {self.step}: the loss of {name} is {loss}. {remedy}")
        if not math.isfinite(norm) and not self.scaler.is_enabled():
            raise DataError(f"step {self.step}: the gradient of {name} has the length {norm}. {remedy}")

    def _measured_norms(self) -> Mapping[str, float]:
        every = self.config.gradient_norms_every
        return gradient_norms(self.model) if every is not None and self.step % every == 0 else {}

    def _record(
        self,
        draw: Draw,
        micro_batches: Sequence[Sequence[Item]],
        parts: Mapping[str, float],
        norms: Mapping[str, float],
        seconds: float,
    ) -> None:
        items = [item for micro in micro_batches for item in micro]
        self.examples += len(items)
        record = StepRecord(
            step=self.step,
            epoch=self.epoch,
            task=draw.task.name,
            loss=sum(parts.values()),
            losses=parts,
            learning_rate=self.optimizer.base_rate,
            planned_learning_rate=planned_rate(self.config, self.step),
            gradient_norms=norms,
            batch_size=len(items),
            tokens=sum(len(encoding.ids) for item in items for encoding in item.encodings),
            seconds=seconds,
        )
        self._progress.add(record)
        self._recorder.on_step(record)

    def _shrunk(self, failed: int, fitting: int) -> None:
        self.tell(EventKind.OUT_OF_MEMORY, f"{failed} examples did not fit; the step is taken again with {fitting}")

    def _resize(self) -> None:
        if self._sizer is None or not self._sizer.is_due(self.step):
            return
        used, before = self.workers.largest(self._sizer.used_share()), self.batch_size
        self.batch_size = self._sizer.next_size(before, used)
        if self.batch_size != before:
            self.tell(EventKind.BATCH_RESIZED, f"{before} became {self.batch_size} with {used:.0%} of memory in use")

    def _is_over(self) -> bool:
        """Validate where it is due; return whether early stopping ends the run."""
        every = self.config.validate_every
        if self._validate is None or every is None or self.step % every:
            return False
        with self.evaluated() as model:
            metrics = self._validate(model)
            if self.stopping is not None and self.stopping.add(metrics):
                self.best_weights = {name: value.detach().clone() for name, value in model.named_parameters()}
        self._recorder.on_validation(ValidationRecord(step=self.step, epoch=self.epoch, metrics=metrics))
        return self._freeze_what_is_done(metrics) or (self.stopping is not None and self.stopping.is_over())

    def _freeze_what_is_done(self, metrics: Sequence[Metric]) -> bool:
        """Freeze modules that reached their sweet spot; return whether none is left to learn."""
        if self.sweet_spots is None:
            return False
        for mark in self.sweet_spots.add(metrics):
            self.tell(EventKind.SWEET_SPOT, mark.detail)
        return self.sweet_spots.is_over

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

    def _stop(self) -> Ending:
        self._keep()
        self.tell(EventKind.STOPPED, "on request")
        return Ending.STOPPED

    def _finish(self, ending: Ending) -> Ending:
        """Give the model the weights that are kept: the best validated ones, or the average, or its own."""
        if ending is Ending.EARLY_STOPPED:
            self.tell(EventKind.EARLY_STOP, f"no progress since {self._best_validation()}")
        if self.best_weights:
            with torch.no_grad():
                for name, parameter in self.model.named_parameters():
                    parameter.copy_(self.best_weights[name])
        elif self.average is not None:
            self.average.copy_to(self.model)
        self.tell(EventKind.FINISHED, f"after {self.examples:,} examples")
        return ending

    def _best_validation(self) -> str:
        if self.stopping is None:
            return "any module's sweet spot"
        best, scores = self.stopping.best, self.stopping.scores
        return f"validation {best + 1} of {len(scores)}, {scores[best]:.4f}"


def _require_together(config: TrainingConfig, workers: Workers, *, keeps_states: bool) -> None:
    """Refuse what shards of a model cannot do: their parameters are parts of tensors."""
    if not workers.is_sharded:
        return
    if keeps_states:
        raise ConfigError("The state of a sharded model cannot be kept yet. Replicate the model, or keep none.")
    for name in ("average", "early_stopping", "sweet_spots", "state_every", "gradient_norms_every"):
        if getattr(config, name) is not None:
            raise ConfigError(
                f"A sharded model cannot be trained with {name} yet. Leave it out, or replicate the model."
            )
