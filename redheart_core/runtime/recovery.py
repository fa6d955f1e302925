"""Finishes work that does not fit at once: halves the piece until it fits, loses nothing, keeps the order."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from redheart_core.errors import OutOfDeviceMemoryError

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

_CPU_MESSAGES = (
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
)
"""How torch's allocator for the processor begins its RuntimeError, on Linux and macOS, and on Windows."""


@dataclass(slots=True, kw_only=True)
class PieceSize:
    """How many items are worked on at once. Remembers the size that worked from one call to the next."""

    items: int | None = None
    """None until something was learned: everything at once."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out, and nothing else.

    On a GPU torch raises ``torch.OutOfMemoryError``. On the processor it raises a bare ``RuntimeError`` that only its
    message tells apart; other RuntimeErrors (shapes, types, overflowing sizes) are mistakes and must not be retried.
    """
    if isinstance(error, torch.OutOfMemoryError | OutOfDeviceMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(message in str(error) for message in _CPU_MESSAGES)


def run_in_pieces(
    work: Callable[[Sequence[Item]], Sequence[Result]],
    items: Sequence[Item],
    *,
    size: PieceSize | None = None,
    on_shrink: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Return one result per item, in order, working on as many items at once as memory allows.

    Args:
        work: Maps a piece to as many results. A piece that ran out of memory is asked for again in halves, so it must
            leave nothing behind when it fails.
        items: What to work on.
        size: Where the size that worked is remembered; pass the same object again to start from it.
        on_shrink: Told the size that failed and the next one.

    Raises:
        OutOfDeviceMemoryError: Not even one item fits.
        ValueError: ``work`` returned another number of results than it was given items.
    """
    size = size or PieceSize()
    results: list[Result] = []
    while len(results) < len(items):
        piece = items[len(results) : len(results) + _next(size, len(items) - len(results))]
        done = _attempt(work, piece)
        if done is None:
            _shrink(size, len(piece), on_shrink)
        else:
            results.extend(done)
    return results


def _next(size: PieceSize, remaining: int) -> int:
    return remaining if size.items is None else min(size.items, remaining)


def _attempt(work: Callable[[Sequence[Item]], Sequence[Result]], piece: Sequence[Item]) -> Sequence[Result] | None:
    try:
        done = work(piece)
    except (RuntimeError, OutOfDeviceMemoryError) as error:
        if not is_out_of_memory(error):
            raise
        if len(piece) == 1:
            raise OutOfDeviceMemoryError(
                f"Not even one item fits into memory ({error}). "
                "Shorten it, choose a smaller preset or precision, or another device."
            ) from error
    else:
        if len(done) != len(piece):
            raise ValueError(f"The work returned {len(done)} results for {len(piece)} items.")
        return done
    # Only here, after the exception is gone, are the tensors of its frames free.
    release_memory()
    return None


def _shrink(size: PieceSize, failed: int, on_shrink: Callable[[int, int], None] | None) -> None:
    size.items = failed // 2
    logger.info("out of memory with %d items at once; going on with %d", failed, size.items)
    if on_shrink is not None:
        on_shrink(failed, size.items)


def release_memory() -> None:
    """Give back what is held without use, on the processor and on GPUs."""
    gc.collect()
    torch.cuda.empty_cache()
