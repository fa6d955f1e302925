"""Writing chunks: any chunk at any time, from several processes, or appended at the end.

Dimensions: N items, D numbers of a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.chunk_file import Chunk, chunk_path, open_chunk_file, write_chunk_file
from redheart_core.data.chunks.codec import Floats, QuantisedRows, joined, quantise
from redheart_core.data.chunks.disk import exclusive
from redheart_core.data.chunks.identity import EncoderIdentity
from redheart_core.data.chunks.metadata import APPEND_LOCK_FILE, create_or_check, promise
from redheart_core.data.chunks.survey import survey
from redheart_core.errors import DataError


class ChunkWriter:
    """Writes to one store with one encoder. Processes may share a store; each needs a writer of its own."""

    def __init__(
        self, directory: Path, encoder: EncoderIdentity, *, num_items: int = 0, chunk_items: int | None = None
    ) -> None:
        """Make the store or check that it has this encoder.

        Args:
            directory: Folder of the store.
            encoder: Where the vectors come from.
            num_items: Items that the finished store will hold, where that is known: until then it is incomplete.
            chunk_items: Items per chunk; 1,000 in a new store, and what it has in an old one.

        Raises:
            DataError: See ``create_or_check``.
        """
        self.directory = directory
        self.encoder = encoder
        metadata = create_or_check(directory, encoder, num_items=num_items, chunk_items=chunk_items)
        self.chunk_items = metadata.chunk_items

    def write_chunk(self, number: int, cases: Sequence[Case], vectors_ND: Floats) -> None:
        """Put one whole chunk in place. Of two writers of the same chunk the later one wins, whole.

        Raises:
            DataError: Cases and vectors do not fit each other, the encoder or the chunk; or the disk refuses.
        """
        rows = self._quantised(cases, vectors_ND)
        if not 1 <= len(cases) <= self.chunk_items:
            raise DataError(f"Chunk {number} cannot hold {len(cases):,} items; give it 1 to {self.chunk_items:,}.")
        self._put(number, tuple(cases), rows)

    def append(self, cases: Sequence[Case], vectors_ND: Floats) -> None:
        """Add items behind the last one, filling its chunk first. Other writers that append wait.

        Raises:
            DataError: See ``write_chunk``. Chunks that were finished stay: the store's length says how far it came.
        """
        rows = self._quantised(cases, vectors_ND)
        with exclusive(self.directory / APPEND_LOCK_FILE):
            number, kept_cases, kept = self._end()
            all_cases = (*kept_cases, *cases)
            all_rows = rows if kept is None else joined(kept, rows)
            for start in range(0, len(all_cases), self.chunk_items):
                stop = start + self.chunk_items
                self._put(number, all_cases[start:stop], all_rows[start:stop])
                number += 1

    def _end(self) -> tuple[int, tuple[Case, ...], QuantisedRows | None]:
        """Return the chunk that takes the next item, with what it holds."""
        found = survey(self.directory)
        found.require_whole()
        if not found.present:
            return 0, (), None
        last = open_chunk_file(chunk_path(self.directory, found.present[-1]))
        if last.record.num_items == self.chunk_items:
            return found.num_chunks, (), None
        return last.record.chunk, last.cases(), last.span()

    def _put(self, number: int, cases: tuple[Case, ...], rows: QuantisedRows) -> None:
        """Write the chunk first and count it afterwards: a reader never waits for a chunk that cannot be there yet."""
        chunk = Chunk(number=number, cases=cases, rows=rows, encoder_sha256=self.encoder.sha256)
        write_chunk_file(chunk_path(self.directory, number), chunk)
        promise(self.directory, number * self.chunk_items + len(cases))

    def _quantised(self, cases: Sequence[Case], vectors_ND: Floats) -> QuantisedRows:
        if vectors_ND.ndim != 2 or vectors_ND.shape[1] != self.encoder.dimension:
            raise DataError(
                f"{self.directory}: vectors of shape {vectors_ND.shape} do not fit a store of dimension "
                f"{self.encoder.dimension}. Encode with {self.encoder.name!r}; vectors are never padded or cut."
            )
        if len(cases) != len(vectors_ND):
            raise DataError(f"{len(cases):,} cases but {len(vectors_ND):,} vectors. Give one vector for each case.")
        return quantise(vectors_ND)
