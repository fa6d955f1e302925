"""What lies in the folder of a store, without reading the chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from redheart_core.data.chunks.chunk_file import chunk_number, chunk_path, missing
from redheart_core.data.chunks.metadata import StoreMetadata, read_metadata

CHUNK_NAME = re.compile(r"chunk-\d{5,9}\.safetensors", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The chunks that a store should have, and those it has."""

    directory: Path
    metadata: StoreMetadata
    present: tuple[int, ...]
    """Numbers of the chunks in the folder, ascending."""

    @property
    def num_chunks(self) -> int:
        """Return how many chunks there should be: a writer may have been killed before it counted its last one."""
        return max(self.metadata.num_chunks, self.present[-1] + 1 if self.present else 0)

    @property
    def missing(self) -> tuple[int, ...]:
        """Return the numbers of chunks that are not there."""
        there = frozenset(self.present)
        return tuple(number for number in range(self.num_chunks) if number not in there)

    def items_wanted(self, number: int) -> int:
        """Return how many items a chunk must hold at least: all chunks are full but the last, which has the rest."""
        if number < self.num_chunks - 1:
            return self.metadata.chunk_items
        return max(1, self.metadata.num_items - number * self.metadata.chunk_items)

    def require_whole(self) -> None:
        """Refuse a store with gaps.

        Raises:
            DataError: A chunk is missing; the first one and its file are named.
        """
        if self.missing:
            raise missing(chunk_path(self.directory, self.missing[0]), len(self.missing), self.num_chunks)


def survey(directory: Path) -> Survey:
    """List the chunks of a store.

    Raises:
        DataError: There is no store.
    """
    metadata = read_metadata(directory)
    names = (path for path in directory.glob("chunk-*.safetensors") if CHUNK_NAME.fullmatch(path.name))
    numbers = sorted(map(chunk_number, names))
    return Survey(directory=directory, metadata=metadata, present=tuple(numbers))
