"""What a person who watches a run should be told without looking for it: pure decisions on one look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from redheart_core.runs.facts import Shown
from redheart_core.runs.scores import validation_scores
from redheart_core.runs.watching import Look
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig, patience_ran_out

LEAST_FREE_SHARE = 0.05
LEAST_FREE_BYTES = 2 * 1024**3
"""The disk counts as nearly full where both are undercut: 5 % of a large disk is plenty, 2 GiB of a small one too."""
FULL_MEMORY_SHARE = 0.95


class AlertKind(StrEnum):
    """What can be wrong."""

    NOT_A_NUMBER = "not_a_number"
    """A loss or a validation metric is none."""
    PLATEAU = "plateau"
    """Validations bring nothing beyond their noise (the rule of early stopping)."""
    SILENT = "silent"
    """The process exists and gives no sign of life."""
    CRASHED = "crashed"
    """The process ended without a word."""
    DISK = "disk"
    """The disk of the run is nearly full."""
    MEMORY = "memory"
    """The machine's memory is nearly full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to be told."""

    kind: AlertKind
    step: int = 0
    """First step without a number; step of the best validation at a plateau."""
    seconds: float = 0.0
    """Since the last sign of life."""
    free_bytes: int = 0
    total_bytes: int = 0


def alerts(look: Look, *, now_s: float) -> tuple[Alert, ...]:
    """Return what is wrong with a run now, the gravest first.

    Args:
        look: The run.
        now_s: Seconds since 1970.
    """
    return (*_of_numbers(look), *_of_process(look, now_s), *(_of_machine(look) if look.status.is_living else ()))


def _of_numbers(look: Look) -> Iterator[Alert]:
    missing = [row.step for row in look.validations if row.value != row.value]
    if look.first_without_loss is not None:
        missing.append(look.first_without_loss)
    if missing:
        yield Alert(kind=AlertKind.NOT_A_NUMBER, step=min(missing))
    plateau = plateau_since(look) if look.status.shown is Shown.RUNNING else None
    if plateau is not None:
        yield Alert(kind=AlertKind.PLATEAU, step=plateau)


def plateau_since(look: Look) -> int | None:
    """Return the step of the best validation where patience has run out since, or None."""
    scores = validation_scores(look.validations)
    if not patience_ran_out([-score for score in scores.values()], EarlyStoppingConfig()):
        return None
    return max(scores, key=lambda step: (scores[step], -step))


def _of_process(look: Look, now_s: float) -> Iterator[Alert]:
    attempt = look.status.attempt
    if look.status.shown is Shown.SILENT and attempt is not None:
        yield Alert(kind=AlertKind.SILENT, seconds=now_s - attempt.heartbeat_s)
    if look.status.shown is Shown.CRASHED:
        yield Alert(kind=AlertKind.CRASHED, step=look.status.step)


def _of_machine(look: Look) -> Iterator[Alert]:
    if not look.samples:
        return
    sample = look.samples[-1]
    free, total = sample.disk_free_bytes, sample.disk_total_bytes
    if free < LEAST_FREE_BYTES and free < LEAST_FREE_SHARE * total:
        yield Alert(kind=AlertKind.DISK, free_bytes=free, total_bytes=total)
    if sample.used_bytes > FULL_MEMORY_SHARE * sample.total_bytes:
        free = sample.total_bytes - sample.used_bytes
        yield Alert(kind=AlertKind.MEMORY, free_bytes=free, total_bytes=sample.total_bytes)
