"""Weight files: written one at a time, named by the manifest, checked by hash, read by memory-mapping."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from redheart_core.errors import CheckpointError

READ_BYTES = 1 << 20
NAME_DIGITS = 12
"""Hexadecimal digits of a file's hash in its name."""
STORED_DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
"""Types that weights may be stored as, by their name in the manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a checkpoint as the manifest names it."""

    name: str
    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        if Path(self.name).name != self.name or self.name.startswith("."):
            raise ValueError(f"{self.name!r} is not a plain file name.")


def plan_shards(sizes_bytes: Mapping[str, int], max_bytes: int) -> tuple[tuple[str, ...], ...]:
    """Split parameters, in their order, into runs of at most ``max_bytes``; a larger one stands alone."""
    shards: list[list[str]] = []
    filled = 0
    for name, size in sizes_bytes.items():
        if not shards or filled + size > max_bytes:
            shards.append([])
            filled = 0
        shards[-1].append(name)
        filled += size
    return tuple(map(tuple, shards))


def write_shard(directory: Path, stem: str, tensors: Mapping[str, Tensor], dtype: torch.dtype) -> StoredFile:
    """Write one shard under a name that ends in its hash, so that it never replaces a file with other content.

    Raises:
        OSError, SafetensorError: It cannot be written; nothing stands under a final name then.
    """
    partial = directory / f".{stem}.partial"
    save_file({name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in tensors.items()}, partial)
    return put_in_place(partial, stem, ".safetensors")


def put_in_place(partial: Path, stem: str, suffix: str) -> StoredFile:
    """Flush a finished file to the disk and give it a name that ends in its hash."""
    flush(partial)
    written = describe_file(partial)
    named = replace(written, name=f"{stem}-{written.sha256[:NAME_DIGITS]}{suffix}")
    partial.replace(partial.with_name(named.name))
    return named


def describe_file(path: Path) -> StoredFile:
    """Return name, hash and size of a file, reading it piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
        size = file.tell()
    return StoredFile(name=path.name.lstrip("."), sha256=digest.hexdigest(), size_bytes=size)


def flush(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_file(directory: Path, wanted: StoredFile, *, content: bool = True) -> None:
    """Compare a file with what the manifest says of it.

    Raises:
        CheckpointError: It is missing, has another size or, with ``content``, another hash.
    """
    path = directory / wanted.name
    try:
        size = path.stat().st_size
        found = describe_file(path) if content and size == wanted.size_bytes else None
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror}). Restore the checkpoint.") from error
    if size != wanted.size_bytes:
        raise CheckpointError(
            f"{path}: truncated or not the file that was saved: {size:,} bytes instead of {wanted.size_bytes:,}. "
            "Restore the file."
        )
    if found is not None and found.sha256 != wanted.sha256:
        raise CheckpointError(
            f"{path}: at least one byte was changed since it was saved: its hash differs. Restore it."
        )


class ShardedParameters(Mapping[str, Tensor]):
    """The parameters of a checkpoint by name, each read from its memory-mapped file only when it is asked for."""

    def __init__(self, handles: Mapping[str, Any], where: Mapping[str, Path]) -> None:
        self._handles, self._where = handles, where

    def __getitem__(self, name: str) -> Tensor:
        tensor: Tensor = self._handles[name].get_tensor(name)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._handles)

    def __len__(self) -> int:
        return len(self._handles)

    def path_of(self, name: str) -> Path:
        """Return the file that holds a parameter."""
        return self._where[name]

    def below(self, prefix: str) -> dict[str, Tensor]:
        """Return the parameters of the module at ``prefix``, named as inside that module."""
        inside = f"{prefix}."
        return {name.removeprefix(inside): self[name] for name in self if name.startswith(inside)}

    def num_elements(self, prefix: str = "") -> int:
        """Return the number of numbers below ``prefix``, from the files' headers alone."""
        inside = f"{prefix}." if prefix else ""
        shapes = (self._handles[name].get_slice(name).get_shape() for name in self if name.startswith(inside))
        return sum(torch.Size(shape).numel() for shape in shapes)


@contextmanager
def open_shards(directory: Path, files: Sequence[StoredFile]) -> Iterator[ShardedParameters]:
    """Open weight files for reading by name; tensors taken from them stay valid after the block.

    Raises:
        CheckpointError: A file is missing, is no weight file, or two files hold one parameter.
    """
    with ExitStack() as stack:
        handles: dict[str, Any] = {}
        where: dict[str, Path] = {}
        for path in (directory / file.name for file in files):
            handle = stack.enter_context(_opened(path))
            for name in handle.keys():  # noqa: SIM118 - not a mapping
                if name in handles:
                    raise CheckpointError(f"{path}: {name} is also in {where[name].name}. Restore the checkpoint.")
                handles[name], where[name] = handle, path
        yield ShardedParameters(handles, where)


def _opened(path: Path) -> Any:
    try:
        return safe_open(path, framework="pt")
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror or error}). Restore the checkpoint.") from error
    except SafetensorError as error:
        raise CheckpointError(f"{path}: truncated or not a safetensors file ({error}). Restore the file.") from error
