"""Scores of a population on the disk, under the hash of everything they depend on, so that nothing is scored twice."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from redheart_core.errors import DataError
from redheart_core.explain.surd.populations.components import components
from redheart_core.explain.surd.populations.scenes import Scene
from redheart_core.explain.surd.populations.scoring import Scored
from redheart_core.inference.engine import RedHeart

VERSION = 1
"""Raised when scoring changes what it computes."""


def scenes_sha256(scenes: Sequence[Scene]) -> str:
    """Return the hash of what is scored: every text with its group and labels."""
    content = [[scene.group, scene.situation, list(scene.options), list(scene.labels)] for scene in scenes]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def cached_path(folder: Path, scenes: Sequence[Scene], model: RedHeart) -> Path:
    """Return where the scores of these scenes by this model lie."""
    rests_on = [
        VERSION,
        scenes_sha256(scenes),
        model.checkpoint_sha256,
        str(model.precision),
        list(model.refused),
        list(components()),
    ]
    return folder / f"scores-{hashlib.sha256(json.dumps(rests_on).encode()).hexdigest()[:32]}.npz"


def load_scored(path: Path) -> Scored | None:
    """Read scores, or return None where there are none.

    Raises:
        DataError: The file is damaged.
    """
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Scored(
                names=tuple(stored["names"].tolist()),
                values_NC=stored["values"],
                scene_N=stored["scenes"],
                num_unread=int(stored["unread"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as problem:
        raise DataError(f"{path}: not stored scores ({problem}). Remove the file; it is computed again.") from problem


def save_scored(path: Path, scored: Scored) -> None:
    """Write scores, put in place by one rename.

    Raises:
        DataError: They cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                names=np.array(scored.names),
                values=scored.values_NC,
                scenes=scored.scene_N,
                unread=np.array(scored.num_unread),
            )
        part.replace(path)
    except OSError as problem:
        raise DataError(f"{path}: cannot be written ({problem.strerror}). Choose another place.") from problem
