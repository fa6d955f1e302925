"""All runs for somebody who looks again every few seconds: what has not changed is not read again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.facts import RunFacts
from redheart_core.runs.folder import RunFolder, all_folders
from redheart_core.runs.notes import RunNotes, read_notes
from redheart_core.runs.reader import RunReader, Status
from redheart_core.runs.scores import validation_scores

_Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The validation with the highest score."""

    step: int
    score: float
    """Mean of all development metrics, errors with their sign changed; higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run of the list. Where its store cannot be read, the problem stands in place of what it holds."""

    folder: RunFolder
    facts: RunFacts | None
    status: Status | None
    best: Best | None
    notes: RunNotes
    problem: RunError | None = None


class Overview:
    """Reads the list of runs. Safe between threads; who asks meanwhile waits for the same answer."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Signature, RunFacts, Best | None]] = {}
        self._lock = threading.Lock()

    def look(self, root: Path) -> tuple[Entry, ...]:
        """Return every run, newest first. A damaged one never hides the others."""
        with self._lock:
            return tuple(self._entry(folder) for folder in all_folders(root))

    def _entry(self, folder: RunFolder) -> Entry:
        try:
            with RunReader(folder) as reader:
                facts, best = self._facts_and_best(folder, reader)
                return Entry(
                    folder=folder, facts=facts, status=reader.status(), best=best, notes=read_notes(folder)
                )  # fmt: skip
        except RunError as problem:
            return Entry(
                folder=folder, facts=None, status=None, best=None, notes=read_notes(folder), problem=problem
            )  # fmt: skip

    def _facts_and_best(self, folder: RunFolder, reader: RunReader) -> tuple[RunFacts, Best | None]:
        now = _signature(folder)
        known = self._known.get(str(folder.path))
        if known is not None and known[0] == now:
            return known[1], known[2]
        facts, best = reader.facts(), best_validation(reader)
        self._known[str(folder.path)] = (now, facts, best)
        return facts, best


def best_validation(reader: RunReader) -> Best | None:
    """Return the best validation of a run, the latest among equals; None before the first."""
    scores = validation_scores(reader.validations())
    if not scores:
        return None
    step = max(scores, key=lambda step: (scores[step], step))
    return Best(step=step, score=scores[step])


def _signature(folder: RunFolder) -> _Signature:
    """Return what changes whenever something is recorded: sizes and times of the store and of its log."""
    found = []
    for path in (folder.store, folder.store.with_name(f"{folder.store.name}-wal")):
        try:
            seen = path.stat()
            found.append((seen.st_mtime_ns, seen.st_size))
        except FileNotFoundError:
            found.append((0, 0))
    return tuple(found)
