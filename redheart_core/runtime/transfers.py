"""Brings the weights of a module from its store to the device, at once or in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.runtime.stores import ModuleStore

PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrival:
    """Weights on the device, or on their way there."""

    tensors: Mapping[str, Tensor]
    copied: torch.cuda.Event | None = None
    """Reached when a GPU has copied them."""

    def claim(self) -> Mapping[str, Tensor]:
        """Return the weights for use on the current stream, which waits for the copy; the host does not."""
        if self.copied is not None and self.tensors:
            stream = torch.cuda.current_stream(next(iter(self.tensors.values())).device)
            stream.wait_event(self.copied)
            for tensor in self.tensors.values():
                tensor.record_stream(stream)
        return self.tensors


class Mover:
    """Fetches from a store to one device. Safe to call from a background thread."""

    def __init__(self, device: torch.device, store: ModuleStore) -> None:
        self._device = device
        self._store = store
        self._stream: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def fetch(self, name: str) -> Arrival:
        """Start to bring weights in. On the processor mapped pages are read when they are first used."""
        tensors = self._store.load(name)
        if self._stream is None:
            return Arrival(tensors={key: tensor.to(self._device) for key, tensor in tensors.items()})
        with torch.cuda.stream(self._stream):
            copies = {key: tensor.to(self._device, non_blocking=True) for key, tensor in tensors.items()}
            copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
            copied.record(self._stream)
        return Arrival(tensors=copies, copied=copied)

    def fetch_ahead(self, name: str) -> Arrival:
        """Bring weights in before they are needed: on the processor, read the mapped pages now."""
        arrival = self.fetch(name)
        if self._stream is None:
            for tensor in arrival.tensors.values():
                _touch(tensor)
        return arrival


def _touch(tensor: Tensor) -> None:
    if tensor.numel() and tensor.is_contiguous():
        tensor.detach().view(-1).view(torch.uint8)[::PAGE_BYTES].max()
