"""Where the checkpoints lie that come with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from redheart_core.model.checkpoint import read_manifest
from redheart_core.model.config import ModelConfig
from redheart_core.model.presets import preset

CHECKPOINTS = Path(str(files("redheart_core"))) / "checkpoints"


def shipped_folder(name: str) -> Path:
    """Return the folder of a shipped checkpoint, whether or not there is one of that name."""
    return CHECKPOINTS / Path(name).name


def checkpoint_folder(name_or_path: str) -> Path:
    """Return the folder that a reader means: a shipped checkpoint by its name, any other by its path."""
    shipped = shipped_folder(name_or_path)
    return shipped if shipped.name == name_or_path and shipped.is_dir() else Path(name_or_path)


def shipped_names() -> tuple[str, ...]:
    """Return the names of the checkpoints that ship."""
    return tuple(sorted(entry.name for entry in CHECKPOINTS.iterdir() if entry.is_dir()))


def built_config(preset_name: str) -> ModelConfig:
    """Return the configuration of the shipped checkpoint of that preset, or the preset where none ships.

    A checkpoint may hold more than its preset says: how many n-grams it knows is up to the data.

    Raises:
        ConfigError: There is no such preset.
        CheckpointError: The shipped checkpoint is damaged.
    """
    if preset_name in shipped_names():
        return read_manifest(shipped_folder(preset_name))[1].model
    return preset(preset_name)
