"""Where the weights of a module wait while it is not on the device."""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from redheart_core.errors import CheckpointError

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


class ModuleStore(Protocol):
    """Hands out the weights of modules by name, always the same ones."""

    def load(self, name: str) -> Mapping[str, Tensor]:
        """Return the module's state by the keys of its state dict, on the host."""

    def nbytes(self, name: str) -> int:
        """Return what ``load`` gives in bytes, without loading it."""


PAGE_BYTES = mmap.PAGESIZE
"""What is smaller than a page is copied out of its file."""


class MappedStore:
    """Memory-mapped safetensors files: pages are read when they are touched, and can be dropped when unused.

    Args:
        files: One file, or the shards of one. A module's weights are the keys that begin with its name and a dot.
        dtype: Type of the floating-point weights handed out; as stored when absent. Another one costs a copy.

    Raises:
        CheckpointError: A file is missing or damaged.
    """

    def __init__(self, files: Sequence[Path], *, dtype: torch.dtype | None = None) -> None:
        self._dtype = dtype
        self._keys: dict[str, Path] = {}
        self._bytes: dict[str, int] = {}
        for path in files:
            self._index(path)

    def load(self, name: str) -> Mapping[str, Tensor]:
        """Map the module's weights. Each call maps the files anew, so that dropping the tensors unmaps them."""
        keys = self._keys_of(name)
        tensors: dict[str, Tensor] = {}
        for path in dict.fromkeys(self._keys[key] for key in keys):
            with _opened(path) as file:
                for key in (key for key in keys if self._keys[key] == path):
                    tensors[key.removeprefix(f"{name}.")] = self._converted(file.get_tensor(key))
        return tensors

    def nbytes(self, name: str) -> int:
        """Return the size of the module's weights as they are handed out."""
        return sum(self._bytes[key] for key in self._keys_of(name))

    def _keys_of(self, name: str) -> tuple[str, ...]:
        keys = tuple(key for key in self._keys if key.startswith(f"{name}."))
        if not keys:
            known = ", ".join(sorted({key.partition(".")[0] for key in self._keys}))
            raise CheckpointError(f"No weights are stored for the module '{name}'; stored are: {known}.")
        return keys

    def _index(self, path: Path) -> None:
        with _opened(path) as file:
            for key in file.keys():  # noqa: SIM118 - a safetensors file is no mapping
                entry = file.get_slice(key)
                dtype = self._type(_DTYPES[entry.get_dtype()])
                self._keys[key] = path
                self._bytes[key] = math.prod(entry.get_shape()) * dtype.itemsize

    def _type(self, stored: torch.dtype) -> torch.dtype:
        return self._dtype if self._dtype is not None and stored.is_floating_point else stored

    def _converted(self, tensor: Tensor) -> Tensor:
        converted = tensor.to(self._type(tensor.dtype))
        # Small weights at an odd address would be summed in another order, and mapping saves nothing below a page.
        return converted.clone() if converted.nbytes < PAGE_BYTES else converted


class HostStore:
    """Tensors in the host's memory.

    Args:
        modules: Whose present weights to keep.
        pin: Copy them into page-locked memory, from which a GPU can copy while it calculates.
    """

    def __init__(self, modules: Mapping[str, nn.Module], *, pin: bool = False) -> None:
        self._tensors = {name: _host_state(module, pin=pin) for name, module in modules.items()}

    def load(self, name: str) -> Mapping[str, Tensor]:
        """Return the kept tensors themselves: on the processor the module shares them."""
        if name not in self._tensors:
            raise CheckpointError(f"No weights are kept for the module '{name}'; kept are: {', '.join(self._tensors)}.")
        return self._tensors[name]

    def nbytes(self, name: str) -> int:
        """Return the size of the kept tensors."""
        return sum(tensor.nbytes for tensor in self.load(name).values())


def _host_state(module: nn.Module, *, pin: bool) -> dict[str, Tensor]:
    state = {key: value.detach().to("cpu") for key, value in module.state_dict().items()}
    return {key: value.pin_memory() for key, value in state.items()} if pin else state


def _opened(path: Path) -> safe_open:
    try:
        return safe_open(path, framework="pt")
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: missing, truncated or not a safetensors file ({error}). Restore it.") from error
