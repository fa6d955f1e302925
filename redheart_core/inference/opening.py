"""Opening a checkpoint in a precision, on a device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast as as_type

import torch

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint, read_manifest
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.manifest import Manifest
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.devices import CPU
from redheart_core.runtime.packed import can_pack, own_memory, pack, return_free_memory
from redheart_core.runtime.precision import Precision, cast, default_precision

AUTO = "auto"
"""Precision that fits the size of the model and the device."""
PRECISIONS = (AUTO, *(precision.value for precision in Precision))


def open_checkpoint(directory: Path, *, precision: Precision | str = AUTO, device: str = CPU) -> LoadedCheckpoint:
    """Load a checkpoint folder for reading.

    Args:
        directory: Folder of the checkpoint.
        precision: What the model computes in; ``auto`` decides by its size and the device.
        device: Where the model lies afterwards.

    Raises:
        CheckpointError: See ``load_checkpoint``.
        ConfigError: There is no such precision.
    """
    wanted = chosen_precision(directory, precision, device)
    _, manifest = read_manifest(directory)
    checkpoint = load_checkpoint(directory, dtype=_loaded_dtype(wanted, manifest))
    model = cast(checkpoint.model, wanted).to(device)
    if wanted is Precision.BF16 and device == CPU and can_pack():
        model = pack(model)
    if wanted is not Precision.FP32:
        model = own_memory(model)  # what was quantised or packed would otherwise stay mapped a second time
    opened = replace(checkpoint, model=as_type(RedHeartModel, model))
    del checkpoint, model
    return_free_memory()
    return opened


def chosen_precision(directory: Path, precision: Precision | str, device: str) -> Precision:
    """Return the precision that is asked for, or the one that fits a checkpoint's size and the device.

    Raises:
        CheckpointError, ConfigError: See ``open_checkpoint``.
    """
    if precision != AUTO:
        return parse_precision(precision)
    return default_precision(device, _num_parameters(read_manifest(directory)[1]))


def parse_precision(name: str) -> Precision:
    """Return the precision of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in list(Precision):
        raise ConfigError(f"There is no precision {name!r}. Known: {', '.join(PRECISIONS)}.")
    return Precision(name)


def _num_parameters(manifest: Manifest) -> int:
    return count_parameters(meta_model(manifest.model))


def _loaded_dtype(precision: Precision, manifest: Manifest) -> torch.dtype:
    """Return the type in which nothing is lost and, where the files hold it, nothing copied."""
    if precision is Precision.BF16 or (precision is Precision.INT8 and manifest.stored_dtype == "bfloat16"):
        return torch.bfloat16
    return torch.float32
