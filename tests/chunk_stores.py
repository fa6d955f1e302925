"""Small stores of made-up vectors, for tests of the store itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.codec import Floats
from redheart_core.data.chunks.identity import EncoderIdentity
from redheart_core.data.chunks.writer import ChunkWriter

DIMENSION = 24
CHUNK_ITEMS = 10


def encoder(dimension: int = DIMENSION, *, digit: str = "a", name: str = "made up") -> EncoderIdentity:
    return EncoderIdentity(name=name, checkpoint_sha256=digit * 64, dimension=dimension, pooling="mean")


def vectors(count: int, *, dimension: int = DIMENSION, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def cases(count: int, *, first: int = 0) -> tuple[Case, ...]:
    return tuple(Case(id=f"id{n:04d}", text=f"경우 {n}\u2028second line") for n in range(first, first + count))


def writer(directory: Path) -> ChunkWriter:
    return ChunkWriter(directory, encoder(), chunk_items=CHUNK_ITEMS)


def write_store(directory: Path, count: int = 46) -> Floats:
    """Write a store of chunks of ten and return what went in."""
    made = vectors(count)
    writer(directory).append(cases(count), made)
    return made


def write_every_second(directory: Path, first: int) -> None:
    """Write chunk ``first`` and every second one after it of what ``write_store`` writes."""
    made = vectors(46)
    for number in range(first, 5, 2):
        part = slice(number * CHUNK_ITEMS, (number + 1) * CHUNK_ITEMS)
        writer(directory).write_chunk(number, cases(46)[part], made[part])


def chunk_files(directory: Path) -> Sequence[Path]:
    return sorted(directory.glob("chunk-*"))
