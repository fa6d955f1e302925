"""The latest attributions, by key. Shared by threads, bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict

from redheart_core.explain.attribution.result import Attribution, AttributionKey


class AttributionCache:
    """Keeps the attributions that were asked for last."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[AttributionKey, Attribution] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def get(self, key: AttributionKey) -> Attribution | None:
        """Return what was kept for a key, which counts as asked for."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, attribution: Attribution) -> None:
        """Keep an attribution, and let go of the one that was asked for longest ago."""
        with self._lock:
            self._entries[attribution.key] = attribution
            self._entries.move_to_end(attribution.key)
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)
