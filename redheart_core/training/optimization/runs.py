"""The series of runs that telemetry comes from, recorded one by one into a folder so that it can be interrupted."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from safetensors.torch import load_file, save_file
from torch import Tensor

from redheart_core.errors import DataError
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.optimization.model import narrow_embedding, run_data, run_model
from redheart_core.training.optimization.recording import Recording, Snapshot, make_optimizer, record_run
from redheart_core.training.optimization.telemetry import RunRecord, RunSpec
from redheart_core.training.tasks import Task, load_tasks

logger = logging.getLogger(__name__)

TASKS = ("utilitarianism", "moral_stories", "goemotions_en", "commonsense", "emobank", "goemotions_ko")
NUM_RUNS = 10
STEPS = 144
SEED = 20
_RATES = (1e-3, 2e-3, 4e-3, 8e-3)
_SIZES = (128, 256, 512, 1024, 2048)
_DROPOUTS = (0.0, 0.2)
_BATCHES = (8, 16, 32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """What all runs share."""

    tasks: Mapping[str, Task]
    tokenizer: Tokenizer
    table_VD: Tensor

    @property
    def data_sha256(self) -> dict[str, str]:
        """Hashes of the files that the runs read, by name."""
        return {file.name: file.sha256 for name in TASKS for file in self.tasks[name].files}


def run_specs(num_runs: int = NUM_RUNS) -> tuple[RunSpec, ...]:
    """Return the series: tasks in turn, everything else drawn."""
    state = random.Random(SEED)
    return tuple(
        RunSpec(
            index=index,
            task=TASKS[index % len(TASKS)],
            seed=SEED + index,
            learning_rate=state.choice(_RATES),
            num_examples=state.choice(_SIZES),
            dropout=state.choice(_DROPOUTS),
            batch_size=state.choice(_BATCHES),
            steps=STEPS,
        )
        for index in range(num_runs)
    )


def load_bench(data_dir: Path) -> Bench:
    """Read the data, and the shipped tokenizer and embedding that every run starts from."""
    shipped = load_checkpoint(shipped_folder("compact"))
    return Bench(
        tasks={task.name: task for task in load_tasks(data_dir)},
        tokenizer=shipped.tokenizer,
        table_VD=narrow_embedding(shipped.model.backbone.embedding.token.weight.detach()),
    )


def record_missing(bench: Bench, work_dir: Path, *, limit: int) -> int:
    """Record up to ``limit`` runs that the folder lacks; return how many are still missing."""
    work_dir.mkdir(parents=True, exist_ok=True)
    missing = [spec for spec in run_specs() if not _record_file(work_dir, spec).exists()]
    for spec in missing[:limit]:
        recording = record_run(spec, bench.tasks[spec.task], bench.tokenizer, bench.table_VD)
        save_recording(work_dir, recording)
        logger.info("run %d (%s) recorded", spec.index, spec.task)
    return max(len(missing) - limit, 0)


def recorded_runs(work_dir: Path) -> tuple[RunRecord, ...]:
    """Return the records in the folder, in the order of the series."""
    adapter = TypeAdapter(RunRecord)
    paths = [_record_file(work_dir, spec) for spec in run_specs()]
    found = tuple(adapter.validate_json(path.read_bytes()) for path in paths if path.exists())
    if not found:
        raise DataError(f"{work_dir} holds no recorded runs. Record some first.")
    return found


def load_recording(bench: Bench, work_dir: Path, record: RunRecord) -> Recording:
    """Return a recorded run with its weights and data."""
    spec = record.spec
    tensors = load_file(_weights_file(work_dir, spec))
    model = run_model(spec, bench.table_VD)
    model.load_state_dict(_below(tensors, "model"))
    model.train()
    return Recording(
        record=record,
        data=run_data(spec, bench.tasks[spec.task], bench.tokenizer),
        saved=tuple(_below(tensors, f"saved.{number}") for number in range(_num_saved(tensors))),
        snapshot=Snapshot(model=model, optimizer=_optimizer_state(model, spec, tensors)),
    )


def save_recording(work_dir: Path, recording: Recording) -> None:
    """Write a run's weights and, last, its record."""
    spec, snapshot = recording.record.spec, recording.snapshot
    parts: dict[str, Mapping[str, Tensor]] = {"model": snapshot.model.state_dict()}
    parts |= {f"saved.{number}": weights for number, weights in enumerate(recording.saved)}
    parts |= {f"optimizer.{place}": moments for place, moments in snapshot.optimizer["state"].items()}
    tensors = {f"{part}/{name}": value.contiguous() for part, each in parts.items() for name, value in each.items()}
    save_file(tensors, _weights_file(work_dir, spec))
    # The record comes last: where it exists, the weights do.
    _record_file(work_dir, spec).write_bytes(TypeAdapter(RunRecord).dump_json(recording.record))


def _below(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{part}/"): value for name, value in tensors.items() if name.startswith(f"{part}/")}


def _num_saved(tensors: Mapping[str, Tensor]) -> int:
    return len({name.partition("/")[0] for name in tensors if name.startswith("saved.")})


def _optimizer_state(model: RedHeartModel, spec: RunSpec, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return the moments as they were; the groups follow from the specification."""
    fresh = make_optimizer(model, spec.learning_rate).state_dict()
    places = sorted({int(name.partition("/")[0].split(".")[1]) for name in tensors if name.startswith("optimizer.")})
    return fresh | {"state": {place: _below(tensors, f"optimizer.{place}") for place in places}}


def _record_file(work_dir: Path, spec: RunSpec) -> Path:
    return work_dir / f"run-{spec.index:03d}.json"


def _weights_file(work_dir: Path, spec: RunSpec) -> Path:
    return work_dir / f"run-{spec.index:03d}.safetensors"
