"""Encoding a file of cases into a chunk store, so that a run that was broken off is taken up where it stopped.

A chunk that is in the store, undamaged and made of the same cases by the same encoder is kept; every other is encoded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from redheart_core.data.chunks.cases import Case, cases_sha256
from redheart_core.data.chunks.chunk_file import chunk_path, open_chunk_file
from redheart_core.data.chunks.disk import remove_leftovers
from redheart_core.data.chunks.identity import EncoderIdentity
from redheart_core.data.chunks.source import count_cases, read_cases
from redheart_core.data.chunks.survey import survey
from redheart_core.data.chunks.writer import ChunkWriter
from redheart_core.errors import DataError
from redheart_core.inference.embedding import PassageEncoder, encoder_identity, open_encoder
from redheart_core.inference.shipped import checkpoint_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """What is encoded with what, and where it goes."""

    source: Path
    """JSON lines, CSV or lines of text; see ``data.chunks.source``."""
    directory: Path
    model: str = "compact"
    """Name of a shipped checkpoint, or a path."""
    workers: int = 1
    """Processes that encode, each with the model loaded and one thread."""
    chunk_items: int | None = None
    """Items per chunk; see ``ChunkWriter``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkDone:
    """A chunk that is now in the store."""

    number: int
    num_items: int
    kept: bool
    """Whether it was there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    num_items: int
    num_chunks: int
    num_kept: int
    """Chunks that were in the store already."""
    num_leftovers: int
    """Unfinished files of killed writers that were removed."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    directory: Path
    number: int
    cases: tuple[Case, ...]


def build_chunks(request: BuildRequest, *, on_chunk: Callable[[ChunkDone, int], None]) -> BuildReport:
    """Make the store hold the cases of the source.

    Args:
        request: What to do.
        on_chunk: Told of every chunk as it is done, with the number of items that the whole store will have.

    Raises:
        DataError: The source or the store cannot be used, a worker died, or the disk refuses. Finished chunks stay.
        CheckpointError: The model cannot be loaded or was never trained.
    """
    start = time.monotonic()
    num_items = count_cases(request.source)
    identity = encoder_identity(checkpoint_folder(request.model))
    writer = ChunkWriter(request.directory, identity, num_items=num_items, chunk_items=request.chunk_items)
    _require_no_shorter(request, num_items)
    leftovers = remove_leftovers(request.directory)
    num_chunks, num_kept = 0, 0
    for done in _chunks_done(request, writer):
        num_chunks, num_kept = num_chunks + 1, num_kept + done.kept
        on_chunk(done, num_items)
    return BuildReport(
        num_items=num_items,
        num_chunks=num_chunks,
        num_kept=num_kept,
        num_leftovers=leftovers,
        seconds=time.monotonic() - start,
    )


def _require_no_shorter(request: BuildRequest, num_items: int) -> None:
    """Refuse to leave old items behind the end of a source that has become shorter."""
    stored = survey(request.directory).metadata.num_items
    if stored > num_items:
        raise DataError(
            f"{request.directory} holds {stored:,} items, but {request.source} has {num_items:,}. "
            "Build into a new folder; items are never removed."
        )


def _chunks_done(request: BuildRequest, writer: ChunkWriter) -> Iterator[ChunkDone]:
    """Yield every chunk once it is in the store; those that were there already are looked at first."""
    lacking: list[int] = []
    for job in _jobs(request, writer):
        if _is_there(job, writer.encoder):
            yield ChunkDone(number=job.number, num_items=len(job.cases), kept=True)
        else:
            lacking.append(job.number)
    if not lacking:
        return
    wanted = frozenset(lacking)
    jobs = (job for job in _jobs(request, writer) if job.number in wanted)
    yield from _encoded_here(request, jobs) if request.workers == 1 else _encoded_in_processes(request, jobs)


def _jobs(request: BuildRequest, writer: ChunkWriter) -> Iterator[_Job]:
    cases = read_cases(request.source)
    for number in count():
        held = tuple(islice(cases, writer.chunk_items))
        if not held:
            return
        yield _Job(directory=request.directory, number=number, cases=held)


def _is_there(job: _Job, encoder: EncoderIdentity) -> bool:
    """Return whether the chunk holds these cases, undamaged. Whatever is wrong with it, encoding it again cures it."""
    try:
        opened = open_chunk_file(chunk_path(job.directory, job.number))
        opened.require_fit(job.number, encoder)
    except DataError:
        return False
    return opened.record.cases_sha256 == cases_sha256(job.cases)


def _encoded_here(request: BuildRequest, jobs: Iterator[_Job]) -> Iterator[ChunkDone]:
    encoder = open_encoder(request.model)
    for job in jobs:
        with _one_thread():
            done = _encode(encoder, job)
        yield done


def _encoded_in_processes(request: BuildRequest, jobs: Iterator[_Job]) -> Iterator[ChunkDone]:
    """Keep every worker busy, with few chunks of texts in memory at a time."""
    pool = ProcessPoolExecutor(request.workers, mp_context=get_context("spawn"))
    try:
        running: set[Future[ChunkDone]] = set()
        for job in jobs:
            running.add(pool.submit(_encode_in_worker, request.model, job))
            if len(running) > request.workers:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        for future in as_completed(running):
            yield future.result()
    except BrokenProcessPool as error:
        raise DataError(
            f"{request.directory}: a worker process was killed, perhaps for memory. Finished chunks are kept; run the "
            f"same command again, with fewer than {request.workers} workers."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _encode_in_worker(model: str, job: _Job) -> ChunkDone:
    torch.set_num_threads(1)
    return _encode(_worker_encoder(model), job)


@lru_cache(maxsize=1)
def _worker_encoder(model: str) -> PassageEncoder:
    return open_encoder(model)


def _encode(encoder: PassageEncoder, job: _Job) -> ChunkDone:
    vectors_ND = np.stack([encoder.embed(case.text) for case in job.cases])
    ChunkWriter(job.directory, encoder.identity).write_chunk(job.number, job.cases, vectors_ND)
    return ChunkDone(number=job.number, num_items=len(job.cases), kept=False)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute with one thread, as workers do: the number of threads may move the last bit of a sum."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
