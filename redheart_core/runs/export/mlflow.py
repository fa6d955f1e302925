"""A run in an MLflow database: parameters, every step of every curve, validations, tags."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from redheart_core.runs.export.extras import load_extra
from redheart_core.runs.facts import Shown
from redheart_core.runs.reader import RunReader
from redheart_core.runs.series import series_values

Thing = TypeVar("Thing")

EXTRA = "mlflow"
EXPERIMENT = "redheart"
DATABASE = "mlflow.db"
_METRICS_AT_ONCE, _PARAMETERS_AT_ONCE, _PARAMETER_CHARACTERS = 1000, 100, 6000
"""Limits of ``log-batch`` in MLflow's REST API."""
_FORBIDDEN = re.compile(r"[^\w\-. /]")
_ENDINGS = {Shown.COMPLETED: "FINISHED", Shown.STOPPED: "KILLED", Shown.FAILED: "FAILED", Shown.CRASHED: "FAILED"}


def export_mlflow(reader: RunReader, target: Path) -> int:
    """Write a run into the database ``mlflow.db`` in the folder ``target``, in the experiment ``redheart``.

    Returns:
        Numbers written.

    Raises:
        ConfigError: MLflow or the library of its database is not installed.
    """
    entities = load_extra("mlflow.entities", extra=EXTRA)
    tracking = load_extra("mlflow.tracking", extra=EXTRA)
    load_extra("sqlalchemy", extra=EXTRA)
    target.mkdir(parents=True, exist_ok=True)
    client = tracking.MlflowClient(tracking_uri=f"sqlite:///{(target / DATABASE).absolute()}")
    facts = reader.facts()
    run_id = client.create_run(
        _experiment(client),
        start_time=int(facts.created_s * 1000),
        tags={"redheart.run": reader.folder.run_id, "redheart.command": facts.command},
        run_name=facts.name,
    ).info.run_id
    settings = [entities.Param(_name(name), value[:_PARAMETER_CHARACTERS]) for name, value in facts.settings.items()]
    for several in _portions(settings, _PARAMETERS_AT_ONCE):
        client.log_batch(run_id, params=several)
    count = 0
    for metrics in _portions((entities.Metric(*each) for each in _numbers(reader)), _METRICS_AT_ONCE):
        client.log_batch(run_id, metrics=metrics)
        count += len(metrics)
    client.set_terminated(run_id, _ENDINGS.get(reader.status().shown, "RUNNING"))
    return count


def _numbers(reader: RunReader) -> Iterator[tuple[str, float, int, int]]:
    """Yield name, value, time in milliseconds, step. MLflow's database keeps no number that is none."""
    for at_s, record in reader.steps():
        for name, value in series_values(record):
            if math.isfinite(value):
                yield _name(f"train/{name}"), value, int(at_s * 1000), record.step
    created_ms = int(reader.facts().created_s * 1000)
    for row in reader.validations():
        if math.isfinite(row.value):
            yield _name(f"validation/{row.task}/{row.metric}"), row.value, created_ms, row.step


def _experiment(client: Any) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    return str(client.create_experiment(EXPERIMENT) if known is None else known.experiment_id)


def _name(name: str) -> str:
    """Return a name of the characters that MLflow allows."""
    return _FORBIDDEN.sub("_", name)


def _portions(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    remaining = iter(things)
    while portion := list(islice(remaining, size)):
        yield portion
