"""All runs at a glance, and finding one by what a person calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.facts import RunFacts
from redheart_core.runs.folder import RunFolder, all_folders, shortened
from redheart_core.runs.reader import RunReader, Status

LATEST = "latest"
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One run of a list. Where its store cannot be read, the problem stands in place of what it holds."""

    folder: RunFolder
    facts: RunFacts | None
    status: Status | None
    problem: RunError | None = None


def list_runs(root: Path) -> Iterator[Listed]:
    """Yield every run, newest first. A damaged one never hides the others."""
    for folder in all_folders(root):
        try:
            with RunReader(folder) as reader:
                yield Listed(folder=folder, facts=reader.facts(), status=reader.status())
        except RunError as problem:
            yield Listed(folder=folder, facts=None, status=None, problem=problem)


def find_run(root: Path, reference: str) -> RunFolder:
    """Return the run with this identifier, this beginning of one, this name, or the ``latest``.

    Raises:
        RunError: There is none, or more than one.
    """
    folders = all_folders(root)
    if reference == LATEST and folders:
        return folders[0]
    found = [folder for folder in folders if reference and folder.run_id.startswith(reference)]
    found = found or [folder for folder in folders if _name(folder) == reference]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(folder.run_id for folder in found[:_NAMED])
        raise RunError(f"{shortened(reference)} stands for {len(found)} runs: {several}. Give the whole identifier.")
    known = ", ".join(folder.run_id for folder in folders[:_NAMED]) or "none yet"
    raise RunError(f"There is no run {shortened(reference)} in {root}. The latest ones: {known}.")


def _name(folder: RunFolder) -> str | None:
    try:
        with RunReader(folder) as reader:
            return reader.facts().name
    except RunError:
        return None
