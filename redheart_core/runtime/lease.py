"""One user at a time: hooks, gradients and managed weights belong to whoever leases the module."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

_REGISTRY_LOCK = threading.Lock()
_LOCKS: weakref.WeakKeyDictionary[object, threading.RLock] = weakref.WeakKeyDictionary()


@contextmanager
def lease(module: object) -> Iterator[None]:
    """Hold ``module`` alone while the block runs; other threads wait, the same thread may lease it again.

    The lock belongs to the object, not to a copy or to its parts: whoever hooks a part leases the whole. It disappears
    with the object.

    Args:
        module: An ``nn.Module``, or any object that is compared by identity and can be referred to weakly.
    """
    with _lock_of(module):
        yield


def is_leased(module: object) -> bool:
    """Return whether another thread holds ``module`` at this moment."""
    lock = _lock_of(module)
    if not lock.acquire(blocking=False):
        return True
    lock.release()
    return False


def _lock_of(module: object) -> threading.RLock:
    with _REGISTRY_LOCK:
        return _LOCKS.setdefault(module, threading.RLock())
