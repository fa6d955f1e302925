"""Where the checkpoints lie that come with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

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
