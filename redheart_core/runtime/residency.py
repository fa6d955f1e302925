"""Keeps the modules of a network within a budget: brings them in when they are used, evicts the others.

For reading, not for training: evicting a module replaces its parameters. Where gradients are on, what was used stays
alive until the backward pass, beyond the budget. Hold a lease of the network while it is managed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from redheart_core.errors import ConfigError, OutOfDeviceMemoryError
from redheart_core.runtime.eviction import Resident, plan_eviction
from redheart_core.runtime.stores import ModuleStore
from redheart_core.runtime.timeline import Action, ResidencyEvent
from redheart_core.runtime.transfers import Arrival, Mover
from redheart_core.runtime.weights import empty_module, fill_module, is_on, place_unsaved_buffers

GIB = 1024**3
DEFAULT_MAX_EVENTS = 4096


@dataclass(slots=True, kw_only=True, eq=False)
class _Managed:
    name: str
    module: nn.Module
    size_bytes: int
    priority: int
    pinned: bool
    last_used: int = 0
    is_resident: bool = False
    coming: Future[Arrival] | None = None

    @property
    def takes_room(self) -> bool:
        return self.is_resident or self.coming is not None


class ResidencyManager:
    """Moves named modules between a store and a device.

    Args:
        device: Where modules run.
        budget_bytes: Most that the weights of managed modules may take there.
        store: Where they wait.
        max_events: Moves that are remembered, the latest.
    """

    def __init__(
        self, *, device: str, budget_bytes: int, store: ModuleStore, max_events: int = DEFAULT_MAX_EVENTS
    ) -> None:
        self.budget_bytes = budget_bytes
        self._device = _indexed(torch.device(device))
        self._store = store
        self._mover = Mover(self._device, store)
        self._managed: dict[str, _Managed] = {}
        self._events: deque[ResidencyEvent] = deque(maxlen=max_events)
        self._lock = threading.RLock()
        self._started = time.perf_counter()
        self._step = 0
        self._active: str | None = None
        self._order: tuple[str, ...] = ()
        self._worker: ThreadPoolExecutor | None = None

    @property
    def fetching_ahead_pays(self) -> bool:
        """Whether moving the next module overlaps with work: on a GPU; on the processor it takes cores from it."""
        return self._device.type == "cuda"

    @property
    def events(self) -> tuple[ResidencyEvent, ...]:
        """The moves so far, oldest first."""
        return tuple(self._events)

    @property
    def resident_bytes(self) -> int:
        """What managed modules take on the device now, those on their way included."""
        return sum(each.size_bytes for each in self._managed.values() if each.takes_room)

    @property
    def resident_names(self) -> tuple[str, ...]:
        """Modules whose weights are on the device now."""
        return tuple(each.name for each in self._managed.values() if each.is_resident)

    def manage(self, name: str, module: nn.Module, *, priority: int = 0, pinned: bool = False) -> None:
        """Take over the weights of a module; the store must hold them under ``name``.

        A module that has its weights on the device stays there while there is room.

        Raises:
            ConfigError: It shares parameters, or a buffer of it cannot be restored.
            OutOfDeviceMemoryError: The budget cannot hold the pinned modules and the largest of the others.
        """
        with self._lock:
            self._refuse_shared(name, module)
            each = _Managed(
                name=name, module=module, size_bytes=self._store.nbytes(name), priority=priority, pinned=pinned
            )
            self._require_budget((*self._managed.values(), each))
            place_unsaved_buffers(module, self._device)
            self._managed[name] = each
            each.is_resident = is_on(module, self._device)
            if each.is_resident:
                self._make_room(0)
            else:
                empty_module(module)

    def bring_in(self, name: str) -> None:
        """Make a module resident, evicting others where it must; then start on the next one of the stated order."""
        # A caller may be in inference mode; tensors made there could never take part in a gradient again.
        with self._lock, torch.inference_mode(False), torch.no_grad():
            each = self._managed[name]
            self._step += 1
            each.last_used = self._step
            if each.coming is not None:
                self._receive(each, each.coming)
            elif not each.is_resident:
                self._load(each)
            self._active = name
            self._prefetch_after(name)

    def evict(self, name: str) -> None:
        """Let go of a module's weights, or of those on their way."""
        with self._lock:
            each = self._managed[name]
            if not each.takes_room:
                return
            if each.coming is not None:
                if not each.coming.cancel():
                    wait([each.coming])
            else:
                empty_module(each.module)
            each.coming, each.is_resident = None, False
            self._active = None if self._active == name else self._active
            self._record(each, Action.EVICTED)

    @contextmanager
    def managed(self, order: Sequence[str] = (), *, prefetch: bool = True) -> Iterator[ResidencyManager]:
        """Bring in whatever managed module is called while the block runs. Pinned modules are in throughout.

        Inside a block that manages already, another changes nothing.

        Args:
            order: The order in which modules are used. The one after the present one is fetched in the background,
                as far as the budget holds both.
            prefetch: False brings every module in only when it is used.
        """
        unknown = sorted(set(order) - self._managed.keys())
        if unknown:
            raise ConfigError(f"Not managed: {', '.join(unknown)}. Managed are {', '.join(self._managed)}.")
        if self._worker is not None:
            yield self
            return
        self._order = tuple(order) if prefetch else ()
        hooks = [
            part.register_forward_pre_hook(partial(self._before_use, each.name))
            for each in self._managed.values()
            for part in each.module.modules()
        ]
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="residency") as self._worker:
            try:
                for name in [each.name for each in self._managed.values() if each.pinned and not each.is_resident]:
                    self.bring_in(name)
                yield self
            finally:
                for hook in hooks:
                    hook.remove()
                self._abandon()

    def _before_use(self, name: str, module: nn.Module, inputs: Any) -> None:
        # Parts are hooked too, because a part may be called without the whole (an embedding, for attribution).
        del module, inputs
        if self._active != name:
            self.bring_in(name)

    def _load(self, each: _Managed) -> None:
        start = time.perf_counter()
        self._make_room(each.size_bytes, keep=each.name)
        with torch.inference_mode(False):  # a store that converts would make tensors that no parameter may hold
            self._fill(each, self._mover.fetch(each.name))
        self._record(each, Action.BROUGHT_IN, waited_s=time.perf_counter() - start)

    def _receive(self, each: _Managed, coming: Future[Arrival]) -> None:
        start = time.perf_counter()
        each.coming = None
        self._fill(each, coming.result())
        self._record(each, Action.ARRIVED, waited_s=time.perf_counter() - start)

    def _fill(self, each: _Managed, arrival: Arrival) -> None:
        fill_module(each.module, arrival.claim(), name=each.name)
        each.is_resident = True

    def _prefetch_after(self, name: str) -> None:
        if self._worker is None or name not in self._order:
            return
        following = self._order[(self._order.index(name) + 1) % len(self._order)]
        each = self._managed[following]
        chosen = None if each.takes_room else self._plan(each.size_bytes, keep=name)
        if chosen is None:
            return
        for victim in chosen:
            self.evict(victim)
        each.coming = self._worker.submit(self._mover.fetch_ahead, following)
        each.last_used = self._step
        self._record(each, Action.PREFETCHED)

    def _make_room(self, needed_bytes: int, *, keep: str | None = None) -> None:
        chosen = self._plan(needed_bytes, keep=keep)
        if chosen is None:
            raise OutOfDeviceMemoryError(
                f"{self._device} has a budget of {self.budget_bytes / GIB:.2f} GiB, of which "
                f"{self.resident_bytes / GIB:.2f} GiB are taken, and {needed_bytes / GIB:.2f} GiB more are needed. "
                "Raise the budget or pin fewer modules."
            )
        for name in chosen:
            self.evict(name)

    def _plan(self, needed_bytes: int, *, keep: str | None) -> tuple[str, ...] | None:
        residents = (
            Resident(
                name=each.name,
                size_bytes=each.size_bytes,
                priority=each.priority,
                pinned=each.pinned or each.name == keep,
                last_used=each.last_used,
            )
            for each in self._managed.values()
            if each.takes_room
        )
        return plan_eviction(residents, needed_bytes=needed_bytes, budget_bytes=self.budget_bytes)

    def _record(self, each: _Managed, action: Action, *, waited_s: float = 0.0) -> None:
        self._events.append(
            ResidencyEvent(
                step=self._step,
                time_s=time.perf_counter() - self._started,
                name=each.name,
                action=action,
                bytes=each.size_bytes,
                resident_bytes_after=self.resident_bytes,
                waited_s=waited_s,
            )
        )

    def _abandon(self) -> None:
        self._worker, self._order, self._active = None, (), None
        for each in self._managed.values():
            if each.coming is not None:
                self.evict(each.name)

    def _require_budget(self, modules: Sequence[_Managed]) -> None:
        pinned = sum(each.size_bytes for each in modules if each.pinned)
        others = [each for each in modules if not each.pinned]
        largest = max(others, key=lambda each: each.size_bytes, default=None)
        needed = pinned + (largest.size_bytes if largest else 0)
        if needed > self.budget_bytes:
            largest_part = f" and {largest.size_bytes / GIB:.3f} GiB for '{largest.name}'" if largest else ""
            raise OutOfDeviceMemoryError(
                f"The budget of {self.budget_bytes / GIB:.3f} GiB cannot hold {pinned / GIB:.3f} GiB of pinned modules"
                f"{largest_part}. Raise it to {needed / GIB:.3f} GiB, pin fewer modules, or choose a smaller precision."
            )

    def _refuse_shared(self, name: str, module: nn.Module) -> None:
        own = [id(parameter) for _, parameter in module.named_parameters(remove_duplicate=False)]
        others = {id(weight) for each in self._managed.values() for weight in each.module.parameters()}
        if name in self._managed or len(set(own)) < len(own) or others & set(own):
            raise ConfigError(
                f"The module '{name}' is managed already, or shares parameters with another or within itself. "
                "Manage each module once, and modules that share parameters as one."
            )


def _indexed(device: torch.device) -> torch.device:
    """Name the GPU in full, as the tensors on it do."""
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", torch.cuda.current_device())
    return device
