"""The model card that travels with a checkpoint. It is our own Markdown, written at training time."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from redheart_core.model.checkpoint import CARD_FILE
from workbench.ui.resources import CHECKPOINT


def model_card() -> str | None:
    """Return the card of the loaded checkpoint, or None when it has none."""
    named = Path(CHECKPOINT)
    folder = named if named.is_dir() else Path(str(files("redheart_core"))) / "checkpoints" / CHECKPOINT
    card = folder / CARD_FILE
    return card.read_text(encoding="utf-8") if card.is_file() else None
