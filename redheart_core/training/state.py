"""The state of a training on the disk: one safetensors file with a JSON header, no pickle.

It is written beside, flushed, and renamed: whoever is killed while saving leaves the old state or the new one. A
checksum over everything is compared before anything is restored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from redheart_core.errors import CheckpointError
from redheart_core.model.shards import flush
from redheart_core.training.snapshot import Snapshot, restore_snapshot, take_snapshot

if TYPE_CHECKING:
    from redheart_core.training.trainer import Trainer

VALUES, CHECKSUM = "values", "sha256"
"""Entries of the file's header."""


def save_state(path: Path, trainer: Trainer) -> None:
    """Write everything that ``trainer`` needs to go on from here to the file ``path``.

    Raises:
        CheckpointError: It cannot be written, for one because the disk is full; ``path`` is then as it was before.
    """
    snapshot = take_snapshot(trainer)
    tensors = {name: value.detach().cpu().contiguous() for name, value in snapshot.tensors.items()}
    values = json.dumps(snapshot.values, sort_keys=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(_unshared(tensors), partial, {VALUES: values, CHECKSUM: _checksum(tensors, values)})
        flush(partial)
        partial.replace(path)
        flush(path.parent)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise CheckpointError(
            f"The state cannot be written to {path} ({error}). Free some space or choose another folder."
        ) from error


def load_state(path: Path, trainer: Trainer) -> None:
    """Bring ``trainer``, newly built from the same configuration and data, to the state in the file ``path``.

    Raises:
        CheckpointError: The file is missing or damaged, or of another configuration, model or data.
    """
    restore_snapshot(trainer, read_snapshot(path))


def read_snapshot(path: Path) -> Snapshot:
    """Read a state without restoring it.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: no state can be read from it ({error}). Resume from another one.") from error
    if VALUES not in header or _checksum(tensors, header[VALUES]) != header.get(CHECKSUM):
        raise CheckpointError(f"{path}: it was changed or damaged since it was saved. Resume from another one.")
    return Snapshot(tensors=tensors, values=json.loads(header[VALUES]))


def _checksum(tensors: Mapping[str, Tensor], values: str) -> str:
    digest = hashlib.sha256(values.encode())
    for name in sorted(tensors):
        value = tensors[name]
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _unshared(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copy tensors that lie in the memory of another one: the format knows no sharing."""
    seen: set[int] = set()
    result = {}
    for name, value in tensors.items():
        own = value.untyped_storage().data_ptr()
        result[name] = value.clone() if own in seen else value
        seen.add(own)
    return result
