"""Killed writers and full disks: at most the chunk being written is lost."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from redheart_core.data.chunks import disk
from redheart_core.data.chunks.check import check_store
from redheart_core.data.chunks.codec import dequantise, quantise
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.errors import DataError
from tests.chunk_stores import cases, chunk_files, vectors, write_store, writer

ROOT = Path(__file__).parents[4]
APPENDING = """
import sys
from pathlib import Path
from tests.chunk_stores import cases, vectors, writer
made = vectors(20_000)
for start in range(0, 20_000, 7):
    writer(Path(sys.argv[1])).append(cases(7, first=start), made[start:start + 7])
    print(start + 7, flush=True)
"""


MOMENTS_S = [
    0.013,
    *(pytest.param(0.0037 * number, marks=pytest.mark.slow) for number in range(20)),
]


@pytest.mark.parametrize("delay_s", MOMENTS_S)
def test_a_writer_killed_at_any_moment_loses_nothing_that_was_finished(tmp_path: Path, delay_s: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", APPENDING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    acknowledged = [int(line) for line in child.stdout.read().split()]
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert not check_store(tmp_path).problems
    kept = len(ChunkStore(tmp_path))
    assert kept >= max(acknowledged, default=7)
    writer(tmp_path).append(cases(5, first=kept), vectors(20_000)[kept : kept + 5])
    store = ChunkStore(tmp_path)
    np.testing.assert_array_equal(np.stack(list(store)), dequantise(quantise(vectors(20_000)[: kept + 5])))
    assert store.cases(range(kept + 5)) == cases(kept + 5)


def test_a_writer_killed_between_chunk_and_count_is_counted(tmp_path: Path) -> None:
    write_store(tmp_path, 20)
    before = (tmp_path / "store.json").read_bytes()
    writer(tmp_path).append(cases(3, first=20), vectors(3))
    (tmp_path / "store.json").write_bytes(before)
    assert len(ChunkStore(tmp_path)) == 23
    writer(tmp_path).append(cases(2, first=23), vectors(2))
    assert ChunkStore(tmp_path).cases(range(25)) == cases(25)


class FullDisk:
    """Stands for the module ``os``: the file reaches the disk half, then the disk is full."""

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def fsync(self, handle: int) -> None:
        os.ftruncate(handle, os.fstat(handle).st_size // 2)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_earlier_chunks_and_no_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_store(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", FullDisk())
        with pytest.raises(
            DataError, match=r"chunk-00004.safetensors: could not be written \(No space left on device\)"
        ):
            writer(tmp_path).append(cases(9), vectors(9))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    np.testing.assert_array_equal(np.stack(list(ChunkStore(tmp_path))), dequantise(quantise(made)))


def test_leftovers_of_killed_writers_are_removed_but_not_files_being_written(tmp_path: Path) -> None:
    write_store(tmp_path, 3)
    left = tmp_path / f".chunk-00007.safetensors.1-1{disk.PARTIAL}"
    written = tmp_path / f".chunk-00008.safetensors.2-1{disk.PARTIAL}"
    left.write_bytes(b"half")
    written.write_bytes(b"half")
    with disk.exclusive(written):
        assert disk.remove_leftovers(tmp_path) == 1
    assert not left.exists()
    assert written.exists()
    assert [path.name for path in chunk_files(tmp_path)] == ["chunk-00000.safetensors"]
