"""Where a run keeps the state to go on from: the last one, and the one before it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from redheart_core.training.happenings import StateKept
from redheart_core.training.state import load_state, save_state
from redheart_core.training.trainer import Trainer

STATE_FILE, PREVIOUS_STATE_FILE = "state.safetensors", "previous.safetensors"


def keep_state(state_dir: Path, trainer: Trainer) -> None:
    """Keep the state. It is told first: whoever records has then written all steps before it.

    Raises:
        CheckpointError: It cannot be written; the state that was there is.
    """
    trainer.tell(StateKept(file=STATE_FILE))
    latest, previous = state_dir / STATE_FILE, state_dir / PREVIOUS_STATE_FILE
    if latest.exists():
        previous.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a disk without links: there is no previous one then
            previous.hardlink_to(latest)
    save_state(latest, trainer)


def go_on(state_dir: Path, trainer: Trainer) -> None:
    """Bring a new trainer to the state that is kept, where there is one.

    Raises:
        CheckpointError: The state is damaged or of another run.
    """
    if (state_dir / STATE_FILE).exists():
        load_state(state_dir / STATE_FILE, trainer)
