"""Reading a store: any rows in any order, without loading the rest.

``store[7]`` is a vector and ``len(store)`` the number of items, which is all that a torch ``DataLoader`` asks of a data
set. A store is what lay in the folder when it was opened; items appended later are seen by opening it again.

Dimensions: N items, D numbers of a vector.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.chunk_file import OpenChunk, chunk_path, open_chunk_file
from redheart_core.data.chunks.codec import Floats, dequantise
from redheart_core.data.chunks.identity import EncoderIdentity, require_same_encoder
from redheart_core.data.chunks.survey import survey
from redheart_core.errors import DataError

MAX_OPEN_CHUNKS = 64
"""Chunks that stay mapped; about 50 MB of a store of dimension 768, which the system may drop at any time."""


class ChunkStore:
    """A whole store, open for reading. Safe to share between threads."""

    def __init__(self, directory: Path, *, encoder: EncoderIdentity | None = None) -> None:
        """Open a store. Chunks are checked byte by byte when they are first used.

        Args:
            directory: Folder of the store.
            encoder: The encoder whose vectors the store must hold; None takes it as it is.

        Raises:
            DataError: There is no store, a chunk is missing, or another encoder made the vectors.
        """
        found = survey(directory)
        if encoder is not None:
            require_same_encoder(directory, found.metadata.encoder, encoder)
        found.require_whole()
        self.directory = directory
        self.encoder = found.metadata.encoder
        self.chunk_items = found.metadata.chunk_items
        self.num_chunks = found.num_chunks
        self._survey = found
        self._open: OrderedDict[int, OpenChunk] = OrderedDict()
        self._verified: set[int] = set()
        self._lock = Lock()
        self._num_items = self._count()

    def __len__(self) -> int:
        return self._num_items

    def __getitem__(self, index: int) -> Floats:
        """Return one vector (D,)."""
        return next(self.rows([index]))

    def __iter__(self) -> Iterator[Floats]:
        return self.rows(range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the folder: mapped files do not."""
        return _reopened, (self.directory, self.encoder)

    def rows(self, indices: Sequence[int]) -> Iterator[Floats]:
        """Yield the vectors (D,) at ``indices``, in that order. Only those rows are read.

        Raises:
            DataError: There is no such item, or its chunk is damaged.
        """
        for index in indices:
            yield self.vectors([index])[0]

    def vectors(self, indices: Sequence[int] | npt.NDArray[np.intp]) -> Floats:
        """Return the vectors (N, D) at ``indices``; see ``rows``. Each chunk is opened once, whatever the order."""
        numbers_N, offsets_N = self._places(indices)
        found_ND = np.empty((len(numbers_N), self.encoder.dimension), dtype=np.float32)
        for number in np.unique(numbers_N).tolist():
            here_N = np.flatnonzero(numbers_N == number)
            found_ND[here_N] = dequantise(self.chunk(number).rows(offsets_N[here_N]))
        return found_ND

    def cases(self, indices: Sequence[int]) -> tuple[Case, ...]:
        """Return the cases at ``indices``. The cases of a chunk are unpacked once for each run of its items."""
        places = zip(*(part.tolist() for part in self._places(indices)), strict=True)
        found: list[Case] = []
        for number, run in groupby(places, key=itemgetter(0)):
            held = self.chunk(number).cases()
            found += [held[offset] for _, offset in run]
        return tuple(found)

    def chunk(self, number: int) -> OpenChunk:
        """Return one chunk, checked.

        Raises:
            DataError: It is missing or damaged, or is not of this store.
        """
        with self._lock:
            opened = self._open.pop(number, None) or self._checked(number)
            self._open[number] = opened
            if len(self._open) > MAX_OPEN_CHUNKS:
                self._open.popitem(last=False)
            return opened

    def _checked(self, number: int) -> OpenChunk:
        opened = open_chunk_file(chunk_path(self.directory, number), verify=number not in self._verified)
        opened.require_fit(number, self.encoder)
        opened.require_items(self._survey.items_wanted(number))
        self._verified.add(number)
        return opened

    def _count(self) -> int:
        if not self.num_chunks:
            return 0
        last = self.num_chunks - 1
        return last * self.chunk_items + self.chunk(last).record.num_items

    def _places(self, indices: Sequence[int] | npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], ...]:
        """Return the chunk of each index, and the place in it."""
        wanted_N = np.asarray(indices, dtype=np.intp)
        outside_N = wanted_N[(wanted_N < 0) | (wanted_N >= self._num_items)]
        if len(outside_N):
            raise DataError(
                f"{self.directory}: there is no item {outside_N[0]:,}; it holds {self._num_items:,}, counted from 0."
            )
        return np.divmod(wanted_N, self.chunk_items)


def _reopened(directory: Path, encoder: EncoderIdentity) -> ChunkStore:
    return ChunkStore(directory, encoder=encoder)
