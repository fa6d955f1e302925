"""The models that a run leaves: which there are, and taking one into use or making it a shipped one.

A model is named by the run and by a name that is looked up among the run's own folders. No path ever comes from whoever
asks, and none that leads out of the run is used.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import CheckpointError, RunError
from redheart_core.inference.engine import RULES_ONLY
from redheart_core.inference.shipped import CHECKPOINTS
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint, read_manifest
from redheart_core.runs.folder import RunFolder, open_folder, shortened
from redheart_core.runs.reader import RunReader
from redheart_core.runs.retention import best_step, kept_models
from redheart_core.runs.scores import validation_scores

NEWEST = "checkpoint"
"""Name of the model as written last, where no kept one stands for it."""
_SHIPPED_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunModel:
    """A model in the folder of a run."""

    run_id: str
    name: str
    """Of its folder: ``step-00000120``, or ``NEWEST``."""
    path: Path
    step: int | None
    """Optimiser steps done; None where only the folder of the newest is there."""
    score: float | None
    """Validation score, higher is better (``Best``)."""
    is_best: bool


def models_of(folder: RunFolder) -> tuple[RunModel, ...]:
    """Return the models of a run, oldest first. What is no whole checkpoint, or lies elsewhere, is left out.

    Raises:
        RunError: The store cannot be read.
    """
    with RunReader(folder) as reader:
        scores = validation_scores(reader.validations())
    kept = {step: path for step, path in kept_models(folder).items() if _is_own(folder, path)}
    best = best_step(kept, scores)
    found = [
        RunModel(
            run_id=folder.run_id, name=path.name, path=path, step=step, score=scores.get(step), is_best=step == best
        )
        for step, path in kept.items()
    ]
    if not found and _is_own(folder, folder.checkpoint):
        newest = folder.checkpoint
        found = [RunModel(run_id=folder.run_id, name=NEWEST, path=newest, step=None, score=None, is_best=True)]
    return tuple(found)


def find_model(root: Path, run_id: str, name: str) -> RunModel:
    """Return a model of a run by its name.

    Raises:
        RunError: There is no such run, or no such model any more.
    """
    models = {model.name: model for model in models_of(open_folder(root, run_id))}
    if name not in models:
        known = ", ".join(models) or "none"
        raise RunError(f"The run {run_id} has no model {shortened(name)}. It has: {known}.")
    return models[name]


def best_of(folder: RunFolder) -> RunModel:
    """Return the best model of a run.

    Raises:
        RunError: It has none.
    """
    for model in models_of(folder):
        if model.is_best:
            return model
    raise RunError(f"The run {folder.run_id} has no model yet. Let it go on until one is written.")


def promote(model: RunModel, name: str, *, replace: bool = False, shipped: Path = CHECKPOINTS) -> LoadedCheckpoint:
    """Make a run's model a shipped checkpoint, after every byte of it was read.

    Args:
        model: What is promoted.
        name: Of the shipped checkpoint: small letters, digits, ``-`` and ``_``.
        replace: Whether one of that name may be replaced.
        shipped: Folder of the shipped checkpoints.

    Raises:
        CheckpointError: The model is damaged.
        RunError: The name cannot be used, is taken, or the files cannot be written.
    """
    if not _SHIPPED_NAME.fullmatch(name) or name == RULES_ONLY:
        raise RunError(
            f"{shortened(name)} cannot name a checkpoint. Use up to 32 small letters, digits, - and _; {RULES_ONLY} "
            "stands for no checkpoint at all."
        )
    target = shipped / name
    if target.exists() and not replace:
        raise RunError(f"There is a shipped checkpoint {name} already. Replace it with --replace, or use another name.")
    loaded = load_checkpoint(model.path)
    try:
        with tempfile.TemporaryDirectory(dir=shipped, prefix=".promoting-") as scratch:
            fresh, old = Path(scratch) / "new", Path(scratch) / "old"
            shutil.copytree(model.path, fresh)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
    except OSError as error:
        raise RunError(f"{target}: the model cannot be written ({error}). Check the folder and its space.") from error
    return loaded


def _is_own(folder: RunFolder, path: Path) -> bool:
    """Say whether a folder lies where it seems to, and begins like a checkpoint."""
    if path.is_symlink() or not path.resolve().is_relative_to(folder.path.resolve()):
        return False
    try:
        read_manifest(path)
    except CheckpointError:
        return False
    return True
