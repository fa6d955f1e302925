"""A tiny training on made-up data, in this process or in one that can be killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader
from redheart_core.runs.working import RunRequest, start_run
from redheart_core.training.observer import StepRecord

ROOT = Path(__file__).parents[3]
CONFIG = """
preset = "tiny"
seed = 3
readout_rate = 0.2
weight_decay = 0.05
gradient_clip = 1.0
size_exponent = 0.6
all_parts_share = 0.4
other_part_share = 0.2
log_every = 10
save_every = {save_every}
state_every = {state_every}
gradient_norms_every = 5

[[stages]]
shallow = true
steps = 15
batch_size = 8
max_batch_tokens = 2048
learning_rate = 2e-3
warmup_steps = 3

[[stages]]
shallow = false
steps = {more_steps}
batch_size = 8
max_batch_tokens = 2048
learning_rate = 1e-3
warmup_steps = 3
"""
WORK = """
import sys
from pathlib import Path
from redheart_core.data import splits
from redheart_core.runs.folder import open_folder
from redheart_core.runs.working import prepare_resume, work_on
splits.HARD_ROWS = {}
folder = open_folder(Path(sys.argv[1]), sys.argv[2])
prepare_resume(folder)
work_on(folder)
"""


def request_of(
    tmp_path: Path, data_dir: Path, *, save_every: int = 1000, state_every: int = 7, more_steps: int = 15
) -> RunRequest:
    path = tmp_path / "tiny.toml"
    path.write_text(CONFIG.format(save_every=save_every, state_every=state_every, more_steps=more_steps))
    return RunRequest(config=str(path), data_dir=data_dir, command="redheart train tiny.toml", num_threads=1)


def tiny_run(tmp_path: Path, data_dir: Path, **changes: int) -> RunFolder:
    return start_run(tmp_path / "runs", request_of(tmp_path, data_dir, **changes))


def start_process(folder: RunFolder) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WORK, str(folder.path.parent), folder.run_id]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


def without_time(folder: RunFolder) -> list[tuple[object, ...]]:
    """Return everything about every step but how long it took."""
    with RunReader(folder) as reader:
        return [_values(record) for _, record in reader.steps()]


def _values(record: StepRecord) -> tuple[object, ...]:
    return (
        record.step, record.epoch, record.task, record.loss, record.losses, record.learning_rate,
        record.planned_learning_rate, record.gradient_norms, record.batch_size, record.tokens,
    )  # fmt: skip
