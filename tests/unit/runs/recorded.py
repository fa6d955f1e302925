"""Made-up runs for the tests of this folder."""

from __future__ import annotations

import math
import time
from pathlib import Path

from redheart_core.runs.attempts import write_facts
from redheart_core.runs.facts import RunFacts
from redheart_core.runs.folder import RunFolder, create_folder
from redheart_core.training.evaluation import Metric
from redheart_core.training.observer import StepRecord, ValidationRecord

TASKS = ("kote", "virtue")


def new_run(root: Path, name: str = "a run", **changes: object) -> RunFolder:
    folder = create_folder(root)
    folder.config_file.write_text("seed = 1\n")
    facts = dict(
        name=name, created_s=time.time(), command="train tiny", config="seed = 1\n", settings={"seed": "1"}, seed=1,
        planned_steps=1000, data_dir="data", out_dir="out", num_threads=1,
    )  # fmt: skip
    write_facts(folder, RunFacts(**(facts | changes)))  # type: ignore[arg-type]
    return folder


def step(number: int, *, loss: float | None = None) -> StepRecord:
    return StepRecord(
        step=number,
        epoch=number / 100,
        task=TASKS[number % 2],
        loss=1 / 3 + math.sin(number) if loss is None else loss,
        losses={"task": 0.1 * number, "recovery": 0.01},
        learning_rate=1e-3,
        planned_learning_rate=1e-3,
        gradient_norms={"backbone": 2.0} if number % 10 == 0 else {},
        batch_size=8,
        tokens=100,
        seconds=0.5,
    )


def validation(number: int, *, value: float) -> ValidationRecord:
    metric = Metric(task="kote", name="accuracy", value=value, baseline=0.5, num_rows=10)
    return ValidationRecord(step=number, epoch=number / 100, metrics=(metric,))
