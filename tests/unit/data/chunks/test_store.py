"""Writing and reading stores: order, growth, identity, and what happens to damaged files."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from redheart_core.data.chunks import store as store_module
from redheart_core.data.chunks.check import check_store
from redheart_core.data.chunks.chunk_file import open_chunk_file
from redheart_core.data.chunks.codec import dequantise, quantise
from redheart_core.data.chunks.metadata import read_metadata
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.data.chunks.writer import ChunkWriter
from redheart_core.errors import DataError
from tests.chunk_stores import (
    CHUNK_ITEMS,
    cases,
    chunk_files,
    encoder,
    vectors,
    write_store,
    writer,
)

ROOT = Path(__file__).parents[4]


def test_10460_items_are_eleven_chunks_the_last_of_460(tmp_path: Path) -> None:
    ChunkWriter(tmp_path, encoder(2)).append(cases(10_460), vectors(10_460, dimension=2))
    sizes = [open_chunk_file(path).record.num_items for path in chunk_files(tmp_path)]
    assert sizes == [1000] * 10 + [460]
    assert len(ChunkStore(tmp_path)) == 10_460


def test_random_rows_equal_a_full_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MAX_OPEN_CHUNKS", 2)
    expected = dequantise(quantise(write_store(tmp_path)))
    store = ChunkStore(tmp_path)
    np.testing.assert_array_equal(np.stack(list(store)), expected)
    order = np.random.default_rng(1).integers(0, len(store), 200).tolist()
    np.testing.assert_array_equal(store.vectors(order), expected[order])
    np.testing.assert_array_equal(np.stack(list(store.rows(order))), expected[order])
    assert store.vectors([]).shape == (0, 24)
    np.testing.assert_array_equal(store[45], expected[45])
    made = cases(46)
    assert store.cases(order) == tuple(made[index] for index in order)


def test_only_the_chunks_that_are_asked_for_are_read(tmp_path: Path) -> None:
    write_store(tmp_path)
    store = ChunkStore(tmp_path)
    for path in chunk_files(tmp_path)[1:4]:
        path.unlink()
    assert store.vectors([3, 44]).shape == (2, 24)


def test_a_data_loader_reads_a_store_and_takes_it_to_other_processes(tmp_path: Path) -> None:
    expected = torch.from_numpy(dequantise(quantise(write_store(tmp_path))))
    store: ChunkStore = pickle.loads(pickle.dumps(ChunkStore(tmp_path, encoder=encoder())))
    assert torch.equal(torch.cat(list(DataLoader(store, batch_size=16))), expected)  # type: ignore[arg-type]


def test_appending_fills_the_last_chunk_and_rounds_nothing_twice(tmp_path: Path) -> None:
    made = vectors(37)
    for start, stop in ((0, 4), (4, 9), (9, 31), (31, 37)):
        writer(tmp_path).append(cases(stop - start, first=start), made[start:stop])
    store = ChunkStore(tmp_path)
    assert [len(store.chunk(number).cases()) for number in range(store.num_chunks)] == [10, 10, 10, 7]
    np.testing.assert_array_equal(np.stack(list(store)), dequantise(quantise(made)))
    assert store.cases(range(37)) == cases(37)


def test_two_processes_write_different_chunks_of_one_store(tmp_path: Path) -> None:
    call = "import pathlib, tests.chunk_stores as t; t.write_every_second(pathlib.Path({!r}), {})"
    commands = [[sys.executable, "-c", call.format(str(tmp_path / "both"), first)] for first in (0, 1)]
    processes = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    assert [process.wait(240) for process in processes] == [0, 0]
    write_store(tmp_path / "one")
    for both, one in zip(chunk_files(tmp_path / "both"), chunk_files(tmp_path / "one"), strict=True):
        assert both.read_bytes() == one.read_bytes()
    assert len(ChunkStore(tmp_path / "both")) == 46


@pytest.mark.parametrize("place", [0, 9, 0.1, 0.2, 0.5, 0.9, -1])
def test_any_flipped_byte_is_found_and_the_chunk_named(tmp_path: Path, place: float) -> None:
    write_store(tmp_path)
    path = chunk_files(tmp_path)[2]
    content = bytearray(path.read_bytes())
    where = int(place * len(content)) if isinstance(place, float) else place
    content[where] ^= 0x20
    path.write_bytes(content)
    store = ChunkStore(tmp_path)
    assert store.vectors([5, 35]).shape == (2, 24)
    with pytest.raises(DataError, match=r"chunk-00002.safetensors: the chunk 2 is damaged"):
        store.vectors([25])
    check = check_store(tmp_path)
    assert len(check.problems) == 1
    assert "chunk-00002" in check.problems[0]
    assert check.num_items == 36


def test_every_single_byte_of_a_chunk_is_covered(tmp_path: Path) -> None:
    writer(tmp_path).append(cases(1), vectors(1))
    (path,) = chunk_files(tmp_path)
    content = path.read_bytes()
    for where in range(len(content)):
        changed = bytearray(content)
        changed[where] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DataError, match="chunk 0 is damaged"):
            open_chunk_file(path)


def test_a_truncated_or_empty_chunk_is_named(tmp_path: Path) -> None:
    write_store(tmp_path)
    first, last = chunk_files(tmp_path)[0], chunk_files(tmp_path)[-1]
    first.write_bytes(first.read_bytes()[:-7])
    with pytest.raises(DataError, match="chunk 0 is damaged"):
        ChunkStore(tmp_path).vectors([0])
    last.write_bytes(b"")
    with pytest.raises(DataError, match="chunk 4 is damaged"):
        ChunkStore(tmp_path)


@pytest.mark.parametrize("number", [0, 2, 4])
def test_a_missing_chunk_is_named_also_when_it_is_the_last(tmp_path: Path, number: int) -> None:
    write_store(tmp_path)
    chunk_files(tmp_path)[number].unlink()
    message = rf"chunk-0000{number}.safetensors: the chunk {number} is missing \(1 of 5 are\)"
    with pytest.raises(DataError, match=message):
        ChunkStore(tmp_path)
    with pytest.raises(DataError, match=message):
        writer(tmp_path).append(cases(1), vectors(1))
    assert f"chunk {number} is missing" in check_store(tmp_path).problems[0]


def test_chunks_of_another_place_or_store_are_refused(tmp_path: Path) -> None:
    write_store(tmp_path / "a")
    files = chunk_files(tmp_path / "a")
    other = ChunkWriter(tmp_path / "b", encoder(digit="b"), chunk_items=CHUNK_ITEMS)
    other.append(cases(46), vectors(46))
    files[1].write_bytes(files[0].read_bytes())
    files[2].write_bytes(chunk_files(tmp_path / "b")[2].read_bytes())
    store = ChunkStore(tmp_path / "a")
    with pytest.raises(DataError, match=r"chunk 1 is damaged .it was written as chunk 0"):
        store.vectors([10])
    with pytest.raises(DataError, match=r"chunk 2 is damaged .its vectors come from another encoder"):
        store.vectors([20])


def test_a_middle_chunk_with_too_few_items_is_refused(tmp_path: Path) -> None:
    write_store(tmp_path)
    writer(tmp_path).write_chunk(1, cases(4), vectors(4))
    with pytest.raises(DataError, match=r"chunk 1 is damaged .it holds 4 of 10 items"):
        ChunkStore(tmp_path).vectors([12])
    writer(tmp_path).write_chunk(4, cases(4), vectors(4))
    with pytest.raises(DataError, match=r"chunk 4 is damaged .it holds 4 of 6 items"):
        ChunkStore(tmp_path)


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (encoder(digit="b"), "checkpoint_sha256 'aaaa.*, not 'bbbb"),
        (encoder(384), "dimension 24, not 384"),
        (encoder().model_copy(update={"pooling": "max"}), "pooling 'mean', not 'max'"),
        (encoder().model_copy(update={"precision": "bf16"}), "precision 'fp32', not 'bf16'"),
    ],
)
def test_another_encoder_is_refused_on_reading_and_on_writing(tmp_path: Path, other: object, difference: str) -> None:
    write_store(tmp_path)
    with pytest.raises(DataError, match=difference):
        ChunkStore(tmp_path, encoder=other)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=difference):
        ChunkWriter(tmp_path, other)  # type: ignore[arg-type]


def test_the_same_encoder_under_another_name_is_the_same(tmp_path: Path) -> None:
    write_store(tmp_path)
    assert len(ChunkStore(tmp_path, encoder=encoder(name="elsewhere"))) == 46


@pytest.mark.parametrize("dimension", [23, 25, 48])
def test_vectors_of_another_dimension_are_never_padded(tmp_path: Path, dimension: int) -> None:
    with pytest.raises(DataError, match="do not fit a store of dimension 24"):
        writer(tmp_path).append(cases(2), vectors(2, dimension=dimension))


def test_cases_and_vectors_must_be_as_many(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 cases but 2 vectors"):
        writer(tmp_path).append(cases(3), vectors(2))
    with pytest.raises(DataError, match="cannot hold 11 items"):
        writer(tmp_path).write_chunk(0, cases(11), vectors(11))
    with pytest.raises(DataError, match="chunks hold 10 items, not 20"):
        ChunkWriter(tmp_path, encoder(), chunk_items=20)


def test_places_outside_a_store_are_refused(tmp_path: Path) -> None:
    write_store(tmp_path, 3)
    for index in (-1, 3):
        with pytest.raises(DataError, match=r"there is no item -?\d; it holds 3, counted from 0"):
            ChunkStore(tmp_path).vectors([index])


def test_a_folder_without_a_store_and_a_damaged_description_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no chunk store here"):
        ChunkStore(tmp_path)
    (tmp_path / "store.json").write_text('{"format_version": 7}')
    with pytest.raises(DataError, match=r"store.json: not a valid store description"):
        read_metadata(tmp_path)
