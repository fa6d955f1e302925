"""A disk that is really full: a small file system of its own, where the system allows one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SIZE = "6m"
FILL_AND_TRAIN = """
import os, sys
from pathlib import Path
from redheart_core.data import splits
from redheart_core.errors import RedHeartError
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.runs.facts import Shown
from redheart_core.runs.reader import RunReader
from redheart_core.runs.working import prepare_resume, work_on
from redheart_core.training.observer import SilentObserver
from tests.datasets import write_small_data
from tests.unit.runs.trained import tiny_run

class Fills(SilentObserver):
    def on_step(self, record):
        if record.step == 9:
            with open(disk / "ballast", "wb", buffering=0) as file:
                try:
                    while file.write(bytes(4096)): pass
                except OSError:
                    pass

elsewhere, disk = Path(sys.argv[1]), Path(sys.argv[2])
splits.HARD_ROWS = {}
folder = tiny_run(disk, write_small_data(elsewhere / "data"), save_every=6, state_every=6)
try:
    work_on(folder, watchers=(Fills(),))
    raise SystemExit("it ended well on a full disk")
except RedHeartError as error:
    print(type(error).__name__, error)
with RunReader(folder) as reader:
    assert reader.status().shown is Shown.FAILED, reader.status()
    assert "space" in reader.status().reason, reader.status()
    assert reader.status().step >= 6
assert load_checkpoint(folder.checkpoint).manifest.provenance.steps == 6
(disk / "ballast").unlink()
prepare_resume(folder)
assert work_on(folder).steps_done == 30
with RunReader(folder) as reader:
    assert reader.status().shown is Shown.COMPLETED
    assert [record.step for _, record in reader.steps()] == list(range(1, 31))
print("resumed")
"""


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_the_reason_and_it_goes_on_when_there_is_space(tmp_path: Path) -> None:
    disk, elsewhere = tmp_path / "disk", tmp_path / "elsewhere"
    disk.mkdir()
    elsewhere.mkdir()
    mounting = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o size={SIZE} none "$1" && shift && exec "$@"', "sh"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*mounting, str(disk), "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets no user mount a file system of their own")
    result = subprocess.run(
        [*mounting, str(disk), sys.executable, "-c", FILL_AND_TRAIN, str(elsewhere), str(disk)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("resumed\n")
