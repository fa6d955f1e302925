"""The model card that travels with a checkpoint. It is our own Markdown, written at training time."""

from __future__ import annotations

from redheart_core.errors import CheckpointError
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.model.checkpoint import read_manifest
from workbench.ui.checkpoint_choice import checkpoint_in_use


def model_card() -> str | None:
    """Return the card of the loaded checkpoint, or None when it has none."""
    folder = checkpoint_folder(checkpoint_in_use())
    try:
        card = folder / read_manifest(folder)[1].card
    except CheckpointError:
        return None  # the identity above on the page already says what is wrong with the checkpoint
    return card.read_text(encoding="utf-8") if card.is_file() else None
