"""Answers that take a while, worked out in a thread of the server while pages look whether they are there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Background(Generic[Answer]):
    """Works out one answer at a time and keeps the latest. The work must know nothing of Streamlit."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._lock = Lock()
        self._futures: OrderedDict[Hashable, Future[Answer]] = OrderedDict()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer | None:
        """Return the answer to ``key``, or None while it is being worked out; what went wrong is raised again."""
        with self._lock:
            future = self._futures.get(key)
            if future is None:
                future = self._futures[key] = self._pool.submit(make)
            self._futures.move_to_end(key)
            while len(self._futures) > self._max_entries:
                _, oldest = self._futures.popitem(last=False)
                oldest.cancel()
        return future.result() if future.done() else None
