"""Checking a store: every byte of every chunk, with all that is wrong, not only the first thing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from redheart_core.data.chunks.chunk_file import chunk_path, missing, open_chunk_file
from redheart_core.data.chunks.survey import Survey, survey
from redheart_core.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    """What was found."""

    num_chunks: int
    """Chunks that there should be."""
    num_items: int
    """Items in sound chunks."""
    num_bytes: int
    """Bytes of the chunk files, cases included."""
    num_vector_bytes: int
    """Bytes that codes and scales of the sound chunks take."""
    problems: tuple[str, ...]
    """One sentence for each chunk that is missing or damaged, with its file."""


def check_store(directory: Path) -> StoreCheck:
    """Read every byte of a store.

    Raises:
        DataError: There is no store. Damaged chunks do not raise, they are listed.
    """
    found = survey(directory)
    num_items, num_bytes, num_vector_bytes, problems = 0, 0, 0, []
    for number in range(found.num_chunks):
        try:
            items, size, vector_size = _check_chunk(found, number)
        except DataError as problem:
            problems.append(str(problem))
        else:
            num_items, num_bytes, num_vector_bytes = num_items + items, num_bytes + size, num_vector_bytes + vector_size
    return StoreCheck(
        num_chunks=found.num_chunks,
        num_items=num_items,
        num_bytes=num_bytes,
        num_vector_bytes=num_vector_bytes,
        problems=tuple(problems),
    )


def _check_chunk(found: Survey, number: int) -> tuple[int, int, int]:
    """Return items, bytes of the file and bytes of the vectors."""
    path = chunk_path(found.directory, number)
    if number not in found.present:
        raise missing(path)
    opened = open_chunk_file(path)
    opened.require_fit(number, found.metadata.encoder)
    opened.require_items(found.items_wanted(number))
    return opened.record.num_items, path.stat().st_size, opened.span().num_bytes
