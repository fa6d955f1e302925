"""One chunk as one file: a safetensors file that carries a record and the checksum of all its bytes.

The checksum stands inside the file, so that content and checksum are put in place together; while it is computed, its
own sixty-four digits count as zeros. Every other byte is covered, the header included.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from redheart_core.data.chunks.cases import Bytes, Case, cases_sha256, pack_cases, unpack_cases
from redheart_core.data.chunks.codec import QuantisedRows, num_runs
from redheart_core.data.chunks.disk import replace_file
from redheart_core.data.chunks.identity import EncoderIdentity, Sha256
from redheart_core.errors import DataError

MARK = b"checksum:"
NO_DIGITS = b"0" * 64
CODES, SCALES, CASES = "codes", "scales", "cases"
RECORD = "record"
ROWS_PER_READ = 20
"""Rows of a whole chunk that are copied in the time that one row takes by itself; measured at 768 numbers."""


class ChunkRecord(BaseModel):
    """What a chunk says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format_version: Literal[1] = 1
    chunk: int = Field(ge=0)
    num_items: int = Field(ge=1)
    encoder_sha256: Sha256
    """``EncoderIdentity.sha256`` of the vectors' encoder."""
    cases_sha256: Sha256
    checksum: str = Field(default=(MARK + NO_DIGITS).decode(), pattern="^checksum:[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chunk:
    """A chunk as it is written."""

    number: int
    cases: tuple[Case, ...]
    rows: QuantisedRows
    encoder_sha256: str


class OpenChunk:
    """A checked chunk, memory-mapped: rows are read from it as they are asked for."""

    def __init__(self, path: Path, record: ChunkRecord, handle: Any) -> None:
        self.path = path
        self.record = record
        self._codes, self._scales = handle.get_slice(CODES), handle.get_slice(SCALES)
        self._handle = handle

    def require_fit(self, number: int, encoder: EncoderIdentity) -> None:
        """Refuse a chunk that came from another place or another store.

        Raises:
            DataError: Its number, its encoder or the shape of its vectors is another one.
        """
        items, dimension = self.record.num_items, encoder.dimension
        shapes = (self._codes.get_shape(), self._scales.get_shape())
        if self.record.chunk != number:
            raise damaged(self.path, f"it was written as chunk {self.record.chunk}")
        if self.record.encoder_sha256 != encoder.sha256:
            raise damaged(self.path, f"its vectors come from another encoder than the store's, {encoder.name!r}")
        if shapes != ([items, dimension], [items, num_runs(dimension)]):
            raise damaged(self.path, f"its arrays have the shapes {shapes}, not those of dimension {dimension}")

    def require_items(self, wanted: int) -> None:
        """Refuse a chunk with fewer items than the store counts in it."""
        if self.record.num_items < wanted:
            raise damaged(self.path, f"it holds {self.record.num_items:,} of {wanted:,} items")

    def rows(self, offsets_N: npt.NDArray[np.intp]) -> QuantisedRows:
        """Return rows in any order: read one by one, or with the whole chunk where that takes less time."""
        if len(offsets_N) * ROWS_PER_READ >= self.record.num_items:
            return self.span()[offsets_N]
        pieces = [self.span(offset, offset + 1) for offset in offsets_N.tolist()]
        return QuantisedRows(
            codes_ND=np.concatenate([piece.codes_ND for piece in pieces]),
            scales_NG=np.concatenate([piece.scales_NG for piece in pieces]),
        )

    def span(self, start: int = 0, stop: int | None = None) -> QuantisedRows:
        """Return the rows from ``start`` up to ``stop``."""
        end = self.record.num_items if stop is None else stop
        return QuantisedRows(codes_ND=self._codes[start:end], scales_NG=self._scales[start:end])

    def cases(self) -> tuple[Case, ...]:
        """Return all cases of the chunk."""
        packed: Bytes = self._handle.get_tensor(CASES)
        return unpack_cases(packed)


def write_chunk_file(path: Path, chunk: Chunk) -> None:
    """Put a chunk in place in one step.

    Raises:
        DataError: It cannot be written; what stood there stays.
    """
    record = ChunkRecord(
        chunk=chunk.number,
        num_items=len(chunk.rows),
        encoder_sha256=chunk.encoder_sha256,
        cases_sha256=cases_sha256(chunk.cases),
    )
    tensors: dict[str, npt.NDArray[Any]] = {
        CODES: chunk.rows.codes_ND,
        SCALES: chunk.rows.scales_NG,
        CASES: pack_cases(chunk.cases),
    }
    content = save(tensors, metadata={RECORD: record.model_dump_json()})
    replace_file(path, content.replace(MARK + NO_DIGITS, MARK + _digest(content), 1))


def open_chunk_file(path: Path, *, verify: bool = True) -> OpenChunk:
    """Open a chunk, by default after comparing every byte with its checksum.

    Raises:
        DataError: The chunk is missing, truncated or altered; the message names the file.
    """
    if verify:
        verify_chunk_file(path)
    try:
        handle: Any = safe_open(path, framework="np")
        record = ChunkRecord.model_validate_json((handle.metadata() or {}).get(RECORD, ""))
        return OpenChunk(path, record, handle)
    except (OSError, SafetensorError, ValidationError) as error:
        raise damaged(path, " ".join(str(error).split())[:150]) from error


def verify_chunk_file(path: Path) -> None:
    """Compare every byte of a chunk with its checksum; see ``open_chunk_file``."""
    content = _read(path)
    start = content.find(MARK) + len(MARK)
    if start < len(MARK) or content[start : start + len(NO_DIGITS)] != _digest(content):
        raise damaged(path, "its checksum differs: at least one byte was changed or lost")


def damaged(path: Path, problem: str) -> DataError:
    """Build the error for a chunk that cannot be used."""
    return DataError(
        f"{path}: the chunk {chunk_number(path)} is damaged ({problem}). Restore the file, or build again: only this "
        "chunk is encoded again."
    )


def missing(path: Path, num_missing: int = 1, num_chunks: int | None = None) -> DataError:
    """Build the error for a chunk that is not there."""
    extent = f" ({num_missing} of {num_chunks} are)" if num_chunks else ""
    return DataError(
        f"{path}: the chunk {chunk_number(path)} is missing{extent}. Restore the file, or build again: only what is "
        "missing is encoded."
    )


def chunk_path(directory: Path, number: int) -> Path:
    """Return where a chunk lies."""
    return directory / f"chunk-{number:05d}.safetensors"


def chunk_number(path: Path) -> int:
    """Return the number in a chunk's file name."""
    return int(path.stem.removeprefix("chunk-"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check the folder's permissions.") from error


def _digest(content: bytes) -> bytes:
    """Hash all bytes, the digits of the checksum as zeros."""
    start = content.find(MARK) + len(MARK)
    view = memoryview(content)
    digest = hashlib.sha256(view[:start])
    digest.update(NO_DIGITS)
    digest.update(view[start + len(NO_DIGITS) :])
    return digest.hexdigest().encode()
