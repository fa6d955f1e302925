"""Deleting a run: first what would go is looked at, then it is deleted by a token that stands for exactly that.

A token is void as soon as the run changes, so that nobody deletes what they have not seen. A run that lives is never
deleted, nothing outside the folder of all runs is, and links are not followed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.folder import RunFolder, open_folder
from redheart_core.runs.launching import LAUNCH_LOCK
from redheart_core.runs.locks import exclusive, hold
from redheart_core.runs.reader import RunReader

_DOOMED = ".deleting-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What would go."""

    run_id: str
    num_files: int
    size_bytes: int
    model_elsewhere: str | None
    """A model that lies outside the run's folder and stays."""
    token: str


def plan_deletion(root: Path, run_id: str) -> Deletion:
    """Look at what deleting a run would take away.

    Raises:
        RunError: There is no such run, or it lives.
    """
    folder = open_folder(root, run_id)
    _require_ended(folder)
    files = sorted(path for path in folder.path.rglob("*") if path.is_file() and not path.is_symlink())
    sizes = [path.stat().st_size for path in files]
    content = "\n".join(f"{path.relative_to(folder.path)} {size}" for path, size in zip(files, sizes, strict=True))
    return Deletion(
        run_id=run_id,
        num_files=len(files),
        size_bytes=sum(sizes),
        model_elsewhere=_model_elsewhere(folder),
        token=hashlib.sha256(f"{folder.path.resolve()}\n{content}".encode()).hexdigest()[:16],
    )


def delete_run(root: Path, run_id: str, token: str) -> Deletion:
    """Delete a run that was looked at.

    Raises:
        RunError: The token does not belong to the run as it is now, the run lives, or something cannot be deleted.
    """
    with exclusive(root.resolve() / LAUNCH_LOCK):
        planned = plan_deletion(root, run_id)
        if not secrets.compare_digest(planned.token, token):
            raise RunError(f"The run {run_id} is not what was to be deleted: it changed. Look at it again.")
        doomed = _set_aside(root, open_folder(root, run_id))
    try:
        shutil.rmtree(doomed)
    except OSError as error:
        raise RunError(
            f"{doomed}: could not be deleted whole ({error.strerror}). The run is gone from the list; delete the rest."
        ) from error
    return planned


def _set_aside(root: Path, folder: RunFolder) -> Path:
    """Rename the folder in one step, so that nobody sees half a run."""
    working = hold(folder.working)
    if working is None:
        raise RunError(f"The run {folder.run_id} is being worked on. Stop it first.")
    try:
        doomed = root / f"{_DOOMED}{folder.run_id}-{secrets.token_hex(3)}"
        return folder.path.rename(doomed)
    except OSError as error:
        raise RunError(f"{folder.path}: cannot be deleted ({error.strerror}). Check who may write there.") from error
    finally:
        os.close(working)


def _require_ended(folder: RunFolder) -> None:
    """Refuse a run that lives. One whose store cannot be read may go: it can do nothing any more."""
    try:
        with RunReader(folder) as reader:
            status = reader.status()
    except RunError:
        return
    if status.is_living:
        raise RunError(f"The run {folder.run_id} is {status.shown.value}. Stop it before deleting it.")


def _model_elsewhere(folder: RunFolder) -> str | None:
    try:
        with RunReader(folder) as reader:
            out_dir = Path(reader.facts().out_dir)
    except RunError:
        return None
    return str(out_dir) if out_dir.exists() and folder.path.resolve() not in out_dir.parents else None
