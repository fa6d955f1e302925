"""What a trainer tells: events, steps and validations, to the log in every process, to the observer in one."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

from redheart_core.training.config import TrainingConfig
from redheart_core.training.happenings import Happening
from redheart_core.training.observer import (
    Event,
    Observer,
    SilentObserver,
    StepRecord,
    ValidationRecord,
)
from redheart_core.training.progress import ProgressLog

logger = logging.getLogger(__name__)


class Reporter:
    """Passes on what happens.

    Args:
        config: The run.
        observer: Hears of everything, and may ask to stop.
        records: Whether this process is the one that tells; any process may be asked to stop.
    """

    def __init__(self, config: TrainingConfig, observer: Observer | None, *, records: bool) -> None:
        self._observer: Observer = observer or SilentObserver()
        self._told: Observer = self._observer if records else SilentObserver()
        self._progress = ProgressLog(config)

    def event(self, step: int, what: Happening) -> None:
        """Tell an event."""
        logger.info("step %d, %s: %s", step, what.kind.value, what.detail)
        self._told.on_event(Event(step=step, what=what))

    def step(self, record: StepRecord) -> None:
        """Tell a step."""
        self._progress.add(record)
        self._told.on_step(record)

    def validation(self, record: ValidationRecord) -> None:
        """Tell a validation."""
        self._told.on_validation(record)

    def stop_requested(self) -> bool:
        """Return whether somebody asks this process to stop."""
        return self._observer.stop_requested()

    def may_be_given_up(self) -> AbstractContextManager[object]:
        """Return what surrounds work that leaves no trace until it is done."""
        return self._observer.may_be_given_up()
