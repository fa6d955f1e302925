"""Building stores: what is there is kept, what is missing, damaged or changed is encoded again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from redheart_core.data.chunks.check import check_store
from redheart_core.data.chunks.codec import dequantise, quantise
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.errors import DataError
from redheart_core.inference.chunk_build import BuildReport, BuildRequest, ChunkDone, build_chunks
from redheart_core.inference.embedding import open_encoder
from tests.checkpoints import SENTENCES, make_tiny_checkpoint

Build = Callable[..., BuildReport]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a store of chunks of four from as many sentences as are asked for."""
    make_tiny_checkpoint(tmp_path / "model")

    def run(
        count: int, on_chunk: Callable[[ChunkDone, int], None] = lambda done, total: None, **more: int
    ) -> BuildReport:
        texts = [f"{SENTENCES[n % len(SENTENCES)]} {n}" for n in range(count)]
        source = tmp_path / "cases.txt"
        source.write_text("\n".join(texts), encoding="utf-8")
        request = BuildRequest(
            source=source, directory=tmp_path / "store", model=str(tmp_path / "model"), chunk_items=4, **more
        )
        return build_chunks(request, on_chunk=on_chunk)

    return run


def test_a_store_holds_the_vectors_of_its_cases(build: Build, tmp_path: Path) -> None:
    report = build(10)
    assert (report.num_items, report.num_chunks, report.num_kept) == (10, 3, 0)
    encoder = open_encoder(str(tmp_path / "model"))
    store = ChunkStore(tmp_path / "store", encoder=encoder.identity)
    for vector, case in zip(store, store.cases(range(10)), strict=True):
        np.testing.assert_array_equal(vector, dequantise(quantise(encoder.embed(case.text)[None]))[0])


def test_a_build_that_was_broken_off_is_taken_up(build: Build, tmp_path: Path) -> None:
    def stop(done: ChunkDone, total: int) -> None:
        assert total == 10
        if done.number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(10, stop)
    with pytest.raises(DataError, match=r"the chunk 2 is missing \(1 of 3 are\)"):
        ChunkStore(tmp_path / "store")
    assert build(10).num_kept == 2
    assert build(10).num_kept == 3
    assert not check_store(tmp_path / "store").problems


def test_only_what_is_damaged_missing_or_changed_is_encoded_again(build: Build, tmp_path: Path) -> None:
    build(14)
    files = sorted((tmp_path / "store").glob("chunk-*"))
    before = [path.read_bytes() for path in files]
    files[0].unlink()
    files[1].write_bytes(before[1][:-1] + b"x")
    told: list[ChunkDone] = []
    build(15, lambda done, total: told.append(done))
    assert {done.number for done in told if done.kept} == {2}
    assert [path.read_bytes() for path in files[:3]] == before[:3]
    assert len(ChunkStore(tmp_path / "store")) == 15


def test_a_source_that_lost_items_is_refused(build: Build) -> None:
    build(9)
    with pytest.raises(DataError, match=r"holds 9 items, but .*cases.txt has 5"):
        build(5)


def test_a_store_of_another_encoder_is_refused(build: Build, tmp_path: Path) -> None:
    build(3)
    make_tiny_checkpoint(tmp_path / "model", seed=1)
    with pytest.raises(DataError, match="the vectors come from the encoder 'model'"):
        build(3)


@pytest.mark.slow
def test_workers_write_the_bytes_that_one_process_writes(build: Build, tmp_path: Path) -> None:
    build(22)
    alone = {path.name: path.read_bytes() for path in (tmp_path / "store").glob("chunk-*")}
    (tmp_path / "store").rename(tmp_path / "alone")
    build(22, workers=2)
    assert {path.name: path.read_bytes() for path in (tmp_path / "store").glob("chunk-*")} == alone
