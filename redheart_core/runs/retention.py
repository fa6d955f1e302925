"""Which earlier models of a run stay: the newest, the best, and the others that a crossover may want.

A model that was just written is taken over by hard links: its files are never changed in place, only replaced, so that
a link costs nothing and stays what it was. The folder appears in one step; whoever is killed leaves no half of one.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.folder import RunFolder
from redheart_core.training.crossover.candidates import Saved, kept

NUM_CANDIDATES = 4
"""Best models that stay; among them is the best."""
NUM_LATEST = 1
_NAME = re.compile(r"step-([0-9]{8})")


def keep_model(folder: RunFolder, model_dir: Path, step: int, scores: Mapping[int, float]) -> None:
    """Take over the model that was written at ``step``, and delete those that nothing needs any more.

    Args:
        folder: The run.
        model_dir: Where the model was written.
        step: Optimiser steps done.
        scores: Validation score by step, higher is better.

    Raises:
        RunError: It cannot be written or deleted.
    """
    target, partial = folder.kept / f"step-{step:08d}", folder.kept / ".partial"
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(exist_ok=True)
        shutil.copytree(model_dir, partial, copy_function=_link)
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
        forget_models(folder, steps=_unneeded(kept_models(folder), scores))
    except (OSError, shutil.Error) as error:
        raise RunError(
            f"{target}: the model cannot be kept ({error}). Free some space, then resume the run."
        ) from error


def kept_models(folder: RunFolder) -> dict[int, Path]:
    """Return the folders of the models that are kept, by step, oldest first."""
    if not folder.kept.is_dir():
        return {}
    named = ((_NAME.fullmatch(path.name), path) for path in folder.kept.iterdir())
    return dict(sorted((int(match[1]), path) for match, path in named if match))


def forget_models(folder: RunFolder, *, steps: Iterable[int]) -> None:
    """Delete the models kept at these steps."""
    models = kept_models(folder)
    for step in steps:
        if step in models:
            shutil.rmtree(models[step])


def best_step(steps: Iterable[int], scores: Mapping[int, float]) -> int | None:
    """Return the step with the highest score, the latest among equals; without any score the latest."""
    known = sorted(steps)
    scored = [step for step in known if step in scores]
    if scored:
        return max(scored, key=lambda step: (scores[step], step))
    return known[-1] if known else None


def _unneeded(models: Iterable[int], scores: Mapping[int, float]) -> set[int]:
    steps = set(models)
    saved = [Saved(name=str(step), step=step, validation_loss=_loss(scores.get(step))) for step in steps]
    return steps - set(map(int, kept(saved, latest=NUM_LATEST, candidates=NUM_CANDIDATES)))


def _loss(score: float | None) -> float | None:
    return None if score is None else -score


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)
