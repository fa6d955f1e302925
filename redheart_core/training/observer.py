"""What a training tells whoever watches it: steps, validations, events. The trainer knows nothing of files or pages."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import EventKind, Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One optimiser step."""

    step: int
    """Optimiser steps done, this one included."""
    epoch: float
    """Examples trained on so far, as a share of all training examples."""
    task: str
    loss: float
    """Nats; the sum of what was minimised, weights included."""
    losses: Mapping[str, float]
    """By part of the loss: "task", "r_drop", "recovery"."""
    learning_rate: float
    """Base rate that the optimiser used."""
    planned_learning_rate: float
    """Base rate that the planned curve gives for this step."""
    gradient_norms: Mapping[str, float]
    """By module, before clipping; empty on steps where it is not measured."""
    batch_size: int
    """Examples, micro-batches together."""
    tokens: int
    """Positions without padding, micro-batches together."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRecord:
    """Metrics measured on data that the training does not learn from."""

    step: int
    epoch: float
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something beside the ordinary step."""

    step: int
    what: Happening

    @property
    def kind(self) -> EventKind:
        """What it means for the run."""
        return self.what.kind

    @property
    def detail(self) -> str:
        """One line in English, for logs and the command line."""
        return self.what.detail


class GivenUp(Exception):  # noqa: N818  # it is none
    """Raised inside work that may be left undone, by an observer that cannot wait for its end."""


class Observer(Protocol):
    """Hears of a training as it goes on."""

    def on_step(self, record: StepRecord) -> None:
        """Take note of an optimiser step."""

    def on_validation(self, record: ValidationRecord) -> None:
        """Take note of a validation."""

    def on_event(self, event: Event) -> None:
        """Take note of an event."""

    def stop_requested(self) -> bool:
        """Return whether to end here. Asked after every step; the trainer then saves its state and returns."""

    def may_be_given_up(self) -> AbstractContextManager[object]:
        """Return what surrounds work that leaves no trace until it is done: a signal may raise ``GivenUp`` inside."""


class SilentObserver:
    """Hears everything, keeps nothing, never asks to stop."""

    def on_step(self, record: StepRecord) -> None:
        """Ignore the step."""

    def on_validation(self, record: ValidationRecord) -> None:
        """Ignore the validation."""

    def on_event(self, event: Event) -> None:
        """Ignore the event."""

    def stop_requested(self) -> bool:
        """Return that nobody asks to stop."""
        return False

    def may_be_given_up(self) -> AbstractContextManager[object]:
        """Never give up."""
        return nullcontext()
