"""The observer that records a training, and what surrounds it: claim, log file, signals, telemetry, the end."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.attempts import claim, note_data
from redheart_core.runs.facts import State
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.inserts import last_epoch
from redheart_core.runs.locks import hold
from redheart_core.runs.reader import RunReader
from redheart_core.runs.retention import forget_models, keep_model, kept_models
from redheart_core.runs.scores import validation_scores
from redheart_core.runs.signals import signals_to
from redheart_core.runs.telemetry import SAMPLE_EVERY_S, Sampler
from redheart_core.runs.writer import COMMIT_EVERY_S, StoreWriter
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind, Failed, ModelWritten
from redheart_core.training.observer import Event, GivenUp, StepRecord, ValidationRecord

logger = logging.getLogger(__name__)

OUR_LOGGER = "redheart_core"
_LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


class RunRecorder:
    """Writes what a training tells into the run's store, and tells the training when somebody asks it to stop."""

    def __init__(
        self,
        folder: RunFolder,
        *,
        world_size: int = 1,
        commit_every_s: float = COMMIT_EVERY_S,
        sample_every_s: float = SAMPLE_EVERY_S,
    ) -> None:
        """Claim the run for this process and begin to record.

        Raises:
            RunError: Another process works on it, it is complete, or its store cannot be used.
        """
        self._folder = folder
        self._connection, attempt = claim(folder, world_size=world_size)
        self._working = hold(folder.working)  # tells runs that wait for the device; the claim above decides
        self._is_interrupted = threading.Event()
        self._was_stopped, self._has_failed, self._may_give_up = False, False, False
        self._epoch = last_epoch(self._connection)
        self._writer = StoreWriter(
            self._connection, folder.store, attempt, free_space=self._free_space, commit_every_s=commit_every_s
        )
        self._sampler = Sampler(folder.path, self._writer.add, now_s=time.time, every_s=sample_every_s)

    @property
    def acknowledged_step(self) -> int:
        """Last step that is on the disk."""
        return self._writer.acknowledged_step

    @property
    def has_failed(self) -> bool:
        """Whether the training itself told that it failed."""
        return self._has_failed

    @property
    def was_stopped(self) -> bool:
        """Whether the training ended because somebody asked it to."""
        return self._was_stopped

    def on_data(self, sha256_by_name: Mapping[str, str]) -> None:
        """Note what the run learns from; a resumed run must learn from the same.

        Raises:
            DataError: The data changed since the run began.
        """
        self._writer.run(lambda connection: note_data(connection, sha256_by_name))

    def on_step(self, record: StepRecord) -> None:
        """Record an optimiser step."""
        self._epoch = record.epoch
        self._writer.add(record)

    def on_validation(self, record: ValidationRecord) -> None:
        """Record a validation."""
        self._writer.add(record)

    def on_event(self, event: Event) -> None:
        """Record an event. Steps are on the disk before a state that lies behind them, so no curve ever has a hole."""
        self._writer.add(event)
        self._was_stopped = self._was_stopped or event.kind is EventKind.STOPPED
        self._has_failed = self._has_failed or event.kind is EventKind.FAILED
        if event.kind is EventKind.RESUMED:
            later = [step for step in kept_models(self._folder) if step > event.step]
            forget_models(self._folder, steps=later)
        if event.kind in (EventKind.CHECKPOINT, EventKind.STOPPED):
            self._writer.flush()

    def on_saved(self, model_dir: Path, step: int, metrics: tuple[Metric, ...]) -> None:
        """Record the metrics of a model that was written; keep it as long as it is the newest or among the best.

        Raises:
            RunError: It cannot be kept.
        """
        self.on_validation(ValidationRecord(step=step, epoch=self._epoch, metrics=metrics))
        self._writer.add(Event(step=step, what=ModelWritten(folder=str(model_dir))))
        self._writer.flush()
        with RunReader(self._folder) as reader:
            scores = validation_scores(reader.validations())
        keep_model(self._folder, model_dir, step, scores)

    def stop_requested(self) -> bool:
        """Return whether the flag file exists or this process got a signal to end."""
        return self._is_interrupted.is_set() or self._folder.stop_flag.exists()

    def interrupt(self, *, at_once: bool = False) -> None:
        """Ask the training to stop, from a signal in its own thread.

        Raises:
            GivenUp: It is to stop at once, and what it does just now may be left undone.
        """
        self._is_interrupted.set()
        if at_once and self._may_give_up:
            self._may_give_up = False
            raise GivenUp

    @contextlib.contextmanager
    def may_be_given_up(self) -> Iterator[None]:
        """Let a signal give up what is done inside."""
        self._may_give_up = True
        try:
            yield
        finally:
            self._may_give_up = False

    def close(self, state: State, reason: str = "") -> None:
        """Stop recording and note how the run ended.

        Raises:
            RunError: Something could not be written.
        """
        self._sampler.close()
        try:
            self._writer.close(state, reason)
        finally:
            if self._working is not None:
                os.close(self._working)
                self._working = None
        self._folder.stop_flag.unlink(missing_ok=True)

    def _free_space(self) -> None:
        self._folder.reserve.unlink(missing_ok=True)


@contextlib.contextmanager
def recording(folder: RunFolder, *, world_size: int = 1) -> Iterator[RunRecorder]:
    """Record whatever happens inside: on the way out the run is completed, stopped, or failed with the reason.

    Raises:
        RunError: See ``RunRecorder``.
    """
    recorder = RunRecorder(folder, world_size=world_size)
    with _logging_to(folder), signals_to(recorder.interrupt):
        try:
            yield recorder
        except BaseException as error:
            failed = _failed(error)
            logger.error("the run ends: %s", failed.detail, exc_info=not isinstance(error, RunError))
            with contextlib.suppress(RunError):  # the error on its way is the one to be told
                if not recorder.has_failed:
                    recorder.on_event(Event(step=recorder.acknowledged_step, what=failed))
            with contextlib.suppress(RunError):
                recorder.close(State.FAILED, failed.detail)
            raise
        recorder.close(State.STOPPED if recorder.was_stopped else State.COMPLETED)


def _failed(error: BaseException) -> Failed:
    """Return what is told of an error; where it ends the attempt, its line is the reason that is kept."""
    interrupted = "interrupted from the keyboard before the state was saved"
    message = interrupted if isinstance(error, KeyboardInterrupt) else str(error)
    return Failed(error=type(error).__name__, message=message)


@contextlib.contextmanager
def _logging_to(folder: RunFolder) -> Iterator[None]:
    ours = logging.getLogger(OUR_LOGGER)
    handler = logging.FileHandler(folder.log, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_LOG_FORMAT))
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)
        handler.close()
