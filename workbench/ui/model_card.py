"""The model card that travels with a checkpoint. It is our own Markdown, written at training time."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from workbench.ui.resources import CHECKPOINT

_LIMITS = re.compile(r"^##+ [^\n]*limit[^\n]*\n(.*?)(?=^##? |\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)


def model_card() -> str | None:
    """Return the card of the loaded checkpoint, or None when it has none."""
    named = Path(CHECKPOINT)
    folder = named if named.is_dir() else Path(str(files("redheart_core"))) / "checkpoints" / CHECKPOINT
    card = folder / "MODEL_CARD.md"
    return card.read_text(encoding="utf-8") if card.is_file() else None


def measured_limits() -> str | None:
    """Return the card's section on limits, if it has one."""
    card = model_card()
    found = _LIMITS.search(card) if card else None
    return found.group(1).strip() if found else None
