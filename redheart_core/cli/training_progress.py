"""What a training in the foreground prints: one line that is renewed, events as they come, and what was reached."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader
from redheart_core.runs.scores import best_model
from redheart_core.training.observer import Event, SilentObserver, StepRecord, ValidationRecord
from redheart_core.training.summary import RunSummary

_RENEW_S = {True: 0.5, False: 10.0}
"""Seconds between two lines of progress, on a terminal and elsewhere."""
_MEMORY = 0.98
"""Share of the shown loss that stays with each step."""


class TrainingProgress(SilentObserver):
    """Prints to standard error, so that standard output carries the result alone."""

    def __init__(self, planned_steps: int) -> None:
        self._planned_steps = planned_steps
        self._is_terminal = sys.stderr.isatty()
        self._shown_s = 0.0
        self._loss: float | None = None
        self._seconds: float | None = None

    def on_step(self, record: StepRecord) -> None:
        """Renew the line now and then."""
        self._loss = _smoothed(self._loss, record.loss)
        self._seconds = _smoothed(self._seconds, record.seconds)
        now_s = time.monotonic()
        if now_s - self._shown_s < _RENEW_S[self._is_terminal]:
            return
        self._shown_s = now_s
        left_s = self._seconds * (self._planned_steps - record.step)
        self._print(
            f"step {record.step}/{self._planned_steps}  loss {self._loss:.4f}  {self._seconds:.3f} s per step  "
            f"{left_s / 60:.1f} minutes left",
            stays=not self._is_terminal,
        )

    def on_validation(self, record: ValidationRecord) -> None:
        """Print each metric."""
        for metric in record.metrics:
            self._print(
                f"step {record.step}: {metric.task}, {metric.name}: {metric.value:.4f} "
                f"(baseline {metric.baseline:.4f})",
                stays=True,
            )

    def on_event(self, event: Event) -> None:
        """Print the event."""
        self._print(f"step {event.step}, {event.kind.value}: {event.detail}", stays=True)

    def _print(self, line: str, *, stays: bool) -> None:
        start = "\r\x1b[2K" if self._is_terminal else ""
        click.echo(start + line, err=True, nl=stays)


def outcome_values(folder: RunFolder, summary: RunSummary | None) -> dict[str, Any]:
    """Return how a run ended, for JSON."""
    with RunReader(folder) as reader:
        status, facts = reader.status(), reader.facts()
    metrics = () if summary is None else summary.metrics
    return {
        "run": folder.run_id,
        "folder": str(folder.path),
        "state": status.shown.value,
        "step": status.step,
        "planned_steps": status.planned_steps,
        "model": None if summary is None else facts.out_dir,
        "best_step": best_model(folder),
        "metrics": [
            {"task": each.task, "name": each.name, "value": each.value, "baseline": each.baseline} for each in metrics
        ],
    }


def outcome_text(values: dict[str, Any]) -> str:
    """Return how a run ended, for a person."""
    where = f"model in {values['model']}" if values["model"] else f"go on with: redheart runs resume {values['run']}"
    return f"run {values['run']} {values['state']} at step {values['step']} of {values['planned_steps']}; {where}"


def _smoothed(before: float | None, value: float) -> float:
    return value if before is None else _MEMORY * before + (1 - _MEMORY) * value
