"""Counts the bytes that tensors hold, live and at the peak, on any device and on none.

The counter sees every tensor that an operation returns, by its storage, and forgets it when the storage is freed. So it
measures real tensors independently of the allocator and of the process, and it simulates: on the meta device the same
program allocates nothing and has the same peak. What it cannot see is scratch memory inside one kernel.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from redheart_core.errors import OutOfDeviceMemoryError

DEFAULT_CATEGORY = "other"
WEIGHTS = "weights"


class AllocationCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While entered, counts the storages that operations create; ``track`` adds those that exist already.

    Bytes are those asked for, before an allocator rounds them. A storage that was there before, and was not tracked,
    is not counted.

    Args:
        limit_bytes: A simulated device size: an operation that exceeds it raises, as a full device would.
    """

    def __init__(self, *, limit_bytes: int | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._limit_bytes = limit_bytes
        self._seen: dict[int, _Held] = {}
        self._freed: deque[_Held] = deque()
        self._category = DEFAULT_CATEGORY
        self._live: dict[str, int] = {}
        self._at_peak: dict[str, int] = {}
        self._live_bytes = 0
        self._peak_bytes = 0

    @property
    def live_bytes(self) -> int:
        """Bytes of the counted storages that are still alive."""
        self._settle()
        return self._live_bytes

    @property
    def peak_bytes(self) -> int:
        """Highest value of ``live_bytes`` since the start or the last ``reset_peak``."""
        return self._peak_bytes

    @property
    def live_by_category(self) -> Mapping[str, int]:
        """Live bytes by the category in force when they were created."""
        self._settle()
        return {name: count for name, count in self._live.items() if count}

    @property
    def peak_by_category(self) -> Mapping[str, int]:
        """What the peak consisted of."""
        return {name: count for name, count in self._at_peak.items() if count}

    def reset_peak(self) -> None:
        """Start looking for the peak anew, from what is alive now."""
        self._settle()
        self._peak_bytes, self._at_peak = self._live_bytes, dict(self._live)

    def track(self, source: nn.Module | Iterable[Tensor], *, category: str = WEIGHTS) -> None:
        """Count tensors that exist already: a module's parameters, buffers and gradients, or any tensors.

        Raises:
            OutOfDeviceMemoryError: They exceed the limit.
        """
        tensors = _tensors_of(source) if isinstance(source, nn.Module) else source
        with self.category(category):
            for tensor in tensors:
                self._adopt(tensor)

    @contextmanager
    def category(self, name: str) -> Iterator[None]:
        """Book what is created in the block under ``name``."""
        outer, self._category = self._category, name
        try:
            yield
        finally:
            self._category = outer

    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run the operation and book what it returns."""
        del types
        # torch.tensor() builds its storage unseen and hands it to lift_fresh: that input is new.
        if func is not torch.ops.aten.lift_fresh.default:
            for tensor in _tensors_in((args, kwargs)):
                self._ignore(tensor)
        result = func(*args, **(kwargs or {}))
        for tensor in _tensors_in(result):
            self._add(tensor)
        return result

    def _ignore(self, tensor: Tensor) -> None:
        self._held(tensor.untyped_storage(), counted=False)

    def _add(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        held = self._held(storage, counted=True)
        if held.counted and held.size != storage.nbytes():
            self._book(held, storage.nbytes())

    def _adopt(self, tensor: Tensor) -> None:
        held = self._held(tensor.untyped_storage(), counted=True)
        held.counted, held.category = True, held.category if held.size else self._category
        self._add(tensor)

    def _held(self, storage: torch.UntypedStorage, *, counted: bool) -> _Held:
        self._settle()
        held = self._seen.get(id(storage))
        if held is None:
            held = self._seen[id(storage)] = _Held(storage, self._category, counted, self._freed.append)
        return held

    def _book(self, held: _Held, size: int) -> None:
        grown = size - held.size
        held.size = size
        self._live_bytes += grown
        self._live[held.category] = self._live.get(held.category, 0) + grown
        if self._live_bytes > self._peak_bytes:
            self._peak_bytes, self._at_peak = self._live_bytes, dict(self._live)
        if self._limit_bytes is not None and grown > 0 and self._live_bytes > self._limit_bytes:
            raise OutOfDeviceMemoryError(
                f"The simulated device has {self._limit_bytes:,} bytes, but {self._live_bytes:,} are wanted "
                f"(the last tensor takes {size:,}). Lower the batch size or raise the limit."
            )

    def _settle(self) -> None:
        # Storages are freed at any moment, also inside the sums here and on other threads: the callback only queues.
        while self._freed:
            held = self._freed.popleft()
            if self._seen.get(held.key) is held:
                del self._seen[held.key]
            self._live_bytes -= held.size
            self._live[held.category] = self._live.get(held.category, 0) - held.size


class _Held:
    """A storage that was seen. Its ``key`` may come again once it is freed, so ``_settle`` runs before each look-up."""

    __slots__ = ("_reference", "category", "counted", "key", "size")

    def __init__(
        self, storage: torch.UntypedStorage, category: str, counted: bool, freed: Callable[[_Held], None]
    ) -> None:
        self.key = id(storage)
        self.category = category
        self.counted = counted
        self.size = 0
        self._reference = weakref.ref(storage, lambda _: freed(self))


def _tensors_of(module: nn.Module) -> Iterator[Tensor]:
    for parameter in module.parameters():
        yield parameter
        if parameter.grad is not None:
            yield parameter.grad
    yield from module.buffers()


def _tensors_in(tree: Any) -> Iterator[Tensor]:
    return (leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor))
