"""The 730 M model itself: the same bytes in ten processes, whole after the plug is pulled, apart from its neighbours.

Several gigabytes of disk and memory and some minutes: run with ``make test-slow``.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from redheart_core.errors import CheckpointError
from redheart_core.inference.opening import open_checkpoint
from redheart_core.inference.precision_study import ReadOutputs, batch_difference
from redheart_core.inference.untrained import write_untrained_checkpoint
from redheart_core.model.checkpoint import load_checkpoint, read_manifest
from redheart_core.model.presets import FULL
from tests.checkpoints import SENTENCES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]
NUM_PROCESSES = 10
NUM_KILLS = 6
BATCH_TOLERANCE = {"fp32": 1e-5, "bf16": 0.02, "int8": 0.05}
"""Largest difference of any output of an untrained ``full`` between a text alone and the text in a batch of eight."""

READ = """
import hashlib, sys, torch
from pathlib import Path
from redheart_core.inference.opening import open_checkpoint
torch.set_num_threads(2)
checkpoint = open_checkpoint(Path(sys.argv[1]), precision="bf16")
digest = hashlib.sha256()
for text in sys.argv[2:]:
    ids = torch.tensor([checkpoint.tokenizer.encode(text, context="", max_tokens=256).ids])
    with torch.inference_mode():
        output = checkpoint.model(ids, torch.ones_like(ids, dtype=torch.bool), torch.zeros_like(ids))
    for family in sorted(output.logits):
        digest.update(output.logits[family].numpy().tobytes())
print(digest.hexdigest())
"""
SAVE = """
import sys, torch
from pathlib import Path
from redheart_core.inference.untrained import write_untrained_checkpoint
from redheart_core.model.presets import FULL
print("ready", flush=True)
write_untrained_checkpoint(Path(sys.argv[1]), FULL, seed=1, dtype=torch.float32)
"""


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def full(scratch: Path) -> Path:
    write_untrained_checkpoint(scratch / "full", FULL, seed=0, dtype=torch.bfloat16)
    return scratch / "full"


def test_ten_processes_say_the_same_bytes(full: Path) -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", READ, str(full), *SENTENCES], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
        for _ in range(NUM_PROCESSES)
    }
    assert len(said) == 1


@pytest.mark.parametrize("precision", list(BATCH_TOLERANCE))
def test_a_text_does_not_depend_on_the_texts_beside_it(full: Path, precision: str) -> None:
    checkpoint = open_checkpoint(full, precision=precision)
    encodings = [checkpoint.tokenizer.encode(text, context="", max_tokens=256) for text in SENTENCES]
    difference = batch_difference(checkpoint.model, encodings, ReadOutputs.everything())
    assert difference <= BATCH_TOLERANCE[precision]


def test_a_flipped_byte_and_a_short_shard_of_the_large_model_are_named(full: Path) -> None:
    shard = full / read_manifest(full)[1].shards[1].name
    with shard.open("r+b") as file:
        file.seek(1_000_003)
        byte = file.read(1)
        file.seek(1_000_003)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(CheckpointError, match=shard.name):
        load_checkpoint(full, dtype=torch.bfloat16)
    with shard.open("r+b") as file:
        file.seek(1_000_003)
        file.write(byte)
    size = shard.stat().st_size
    kept = scratch_copy(shard)
    with shard.open("r+b") as file:
        file.truncate(size - 1)
    with pytest.raises(CheckpointError, match=f"{shard.name}: truncated"):
        load_checkpoint(full, dtype=torch.bfloat16)
    kept.replace(shard)
    load_checkpoint(full, dtype=torch.bfloat16)


def scratch_copy(path: Path) -> Path:
    """Copy a file out of the checkpoint's folder, on the same disk."""
    return Path(shutil.copy(path, path.parent.parent / f"{path.name}.kept"))


def test_killed_while_writing_three_gigabytes_the_previous_one_still_loads(scratch: Path) -> None:
    directory = scratch / "plug"
    write_untrained_checkpoint(directory, FULL, seed=0, dtype=torch.float32)
    before = read_manifest(directory)[0]
    instants = random.Random(3)
    for _ in range(NUM_KILLS):
        process = subprocess.Popen([sys.executable, "-c", SAVE, str(directory)], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        process.stdout.readline()
        wait_for_writing(directory, process)
        time.sleep(instants.uniform(0.0, 4.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        manifest_bytes, manifest = read_manifest(directory)
        assert manifest_bytes == before or manifest.provenance.seed == 1
        assert load_checkpoint(directory).manifest == manifest
    shutil.rmtree(directory)


def wait_for_writing(directory: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the first shard is being written: building the model comes before that."""
    while process.poll() is None and not list(directory.glob(".model*.partial")):
        time.sleep(0.02)
