"""Opening a checkpoint in a precision, on a device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast as as_type

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.devices import CPU
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
    wanted = None if precision == AUTO else parse_precision(precision)
    checkpoint = load_checkpoint(directory)
    num_parameters = sum(parameter.numel() for parameter in checkpoint.model.parameters())
    model = cast(checkpoint.model, wanted or default_precision(device, num_parameters)).to(device)
    return replace(checkpoint, model=as_type(RedHeartModel, model))


def parse_precision(name: str) -> Precision:
    """Return the precision of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in list(Precision):
        raise ConfigError(f"There is no precision {name!r}. Known: {', '.join(PRECISIONS)}.")
    return Precision(name)
