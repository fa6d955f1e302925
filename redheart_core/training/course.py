"""A whole training: pre-training where there is one, then the tasks, then crossover of what was saved on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item
from redheart_core.training.config import TrainingConfig
from redheart_core.training.crossover.candidates import CandidateFolder
from redheart_core.training.crossover.cross import cross
from redheart_core.training.crossover.result_file import RESULT_FILE, write_result
from redheart_core.training.distributed import ALONE, Workers
from redheart_core.training.happenings import Happening, Pretrained
from redheart_core.training.keeping import go_on, keep_state
from redheart_core.training.loop import train
from redheart_core.training.observer import Event, Observer, SilentObserver
from redheart_core.training.pretraining.run import pretrain
from redheart_core.training.tasks import Task
from redheart_core.training.together import require_alone
from redheart_core.training.trainer import CPU, Ending, Trained
from redheart_core.training.validation_watch import Validate

logger = logging.getLogger(__name__)

Sequences = Callable[[], Sequence[Sequence[int]]]
HeldLoss = Callable[[RedHeartModel], float]


def run_course(
    model: RedHeartModel,
    tasks: Sequence[Task],
    items: Mapping[str, Sequence[Item]],
    config: TrainingConfig,
    *,
    sequences: Sequences,
    held_loss: HeldLoss,
    work_dir: Path,
    keeps_state: bool = False,
    observer: Observer | None = None,
    validate: Validate | None = None,
    save: Callable[[int], object] | None = None,
    device: torch.device = CPU,
    workers: Workers = ALONE,
) -> Trained:
    """Train ``model`` in place, with everything that ``config`` asks for.

    Args:
        model: Freshly built, embedding set, on ``device``.
        tasks: What is learned.
        items: Tokenized training examples by task name.
        config: The run.
        sequences: Gives the token ids of the texts for pre-training; called only where there is one.
        held_loss: Mean loss on rows that are not trained on; what crossover chooses by.
        work_dir: Where pre-training and crossover keep what a resumed run needs.
        keeps_state: Whether the state of training on the tasks is kept in ``work_dir`` too, and gone on from.
        observer: Hears of every step on the tasks; of pre-training and crossover as events.
        validate: See ``Trainer``.
        save: See ``Trainer``.
        device: Where the model is. Pre-training runs on the processor only.
        workers: The processes that train it together on the tasks.

    Returns:
        How far it came on the tasks; no step where pre-training was stopped.

    Raises:
        ConfigError: Several processes are asked for pre-training or crossover, which one alone does.
        DataError: A loss is not finite.
        CheckpointError: What ``work_dir`` holds is damaged or of another run.
    """
    require_alone(config, workers)
    watcher = observer or SilentObserver()
    if not _pretrained(model, config, sequences, work_dir, watcher):
        return Trained(ending=Ending.STOPPED, steps_done=0)
    checkpoints = _Checkpoints(model, config, held_loss, work_dir, save)
    trained = train(
        model,
        tasks,
        items,
        config,
        save=checkpoints.save,
        observer=observer,
        validate=validate,
        device=device,
        workers=workers,
        prepare=partial(go_on, work_dir) if keeps_state else None,
        keep_state=partial(keep_state, work_dir) if keeps_state else None,
    )
    if config.crossover is None or trained.ending is Ending.STOPPED:
        return trained
    checkpoints.cross(trained.steps_done, watcher)
    return replace(trained, best_step=None)


def _pretrained(
    model: RedHeartModel, config: TrainingConfig, sequences: Sequences, work_dir: Path, observer: Observer
) -> bool:
    """Pre-train where it is asked for; return whether the run goes on."""
    if config.pretraining is None:
        return True
    result = pretrain(
        model,
        sequences(),
        config.pretraining,
        seed=config.seed,
        observer=_WithoutSteps(observer),
        state_dir=work_dir / "pretraining",
    )
    counts = result.counts
    ended = Pretrained(
        steps=counts.steps,
        tokens=counts.tokens,
        tokens_per_s=result.tokens_per_s,
        before=counts.held_out_loss_before,
        after=result.held_out_loss_after,
    )
    _tell(observer, ended, step=0)
    return result.finished


class _Checkpoints:
    """What is saved on the way: the model by whoever writes it, and candidates where they are crossed in the end."""

    def __init__(
        self,
        model: RedHeartModel,
        config: TrainingConfig,
        held_loss: HeldLoss,
        work_dir: Path,
        save: Callable[[int], object] | None,
    ) -> None:
        self._model, self._config, self._held_loss, self._save = model, config.crossover, held_loss, save
        self._work_dir = work_dir
        self._kept = (
            None
            if config.crossover is None
            else CandidateFolder(work_dir / "candidates", limit=config.crossover.candidates)
        )

    def save(self, step: int) -> None:
        """Save the model as it is after ``step``."""
        if self._save is not None:
            self._save(step)
        self._add_candidate(step)

    def cross(self, steps_done: int, observer: Observer) -> None:
        """Leave the best combination of the kept checkpoints and the final weights in the model."""
        assert self._config is not None, "crossover is off"
        assert self._kept is not None, "crossover is off"
        self._add_candidate(steps_done)
        result = cross(
            self._model,
            self._kept.candidates(),
            lambda: self._held_loss(self._model),
            include_average=self._config.include_average,
        )
        write_result(self._work_dir / RESULT_FILE, result)
        _tell(observer, result.told, step=steps_done)

    def _add_candidate(self, step: int) -> None:
        if self._kept is not None:
            self._kept.add(self._model, step=step, validation_loss=self._held_loss(self._model))


def _tell(observer: Observer, what: Happening, *, step: int) -> None:
    logger.info("%s", what.detail)
    observer.on_event(Event(step=step, what=what))


class _WithoutSteps(SilentObserver):
    """Passes on only the wish to stop: steps of pre-training are not steps of the run."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def stop_requested(self) -> bool:
        """Return what the observer says."""
        return self._observer.stop_requested()
