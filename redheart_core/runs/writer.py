"""The one writer of a run: entries wait in memory for half a second, and are then committed together by a thread.

What ``flush`` returned from, or ``acknowledged_step`` counts, is on the disk. A process that is killed loses at most
what waited. Every commit renews the sign of life, and is made even when there is nothing to write.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.facts import State
from redheart_core.runs.inserts import Entry, TimedEntry, insert
from redheart_core.runs.schema import is_disk_full, store_problem
from redheart_core.training.observer import StepRecord

COMMIT_EVERY_S = 0.5
MOST_WAITING = 5_000
"""Entries in memory at which whoever adds another waits for the disk."""


class StoreWriter:
    """Writes entries of one attempt. Any thread may add; one thread commits."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        attempt: int,
        *,
        free_space: Callable[[], None],
        commit_every_s: float = COMMIT_EVERY_S,
    ) -> None:
        """Start the thread.

        Args:
            connection: Open for writing; belongs to the writer from now on.
            path: Of the file, for messages.
            attempt: Whose entries these are.
            free_space: Called once when the disk is full, before trying again.
            commit_every_s: How long entries may wait.
        """
        self._connection, self._path, self._attempt = connection, path, attempt
        self._free_space, self._commit_every_s = free_space, commit_every_s
        self._waiting: list[TimedEntry] = []
        self._changed = threading.Condition()
        self._using = threading.Lock()
        """Held by the thread that uses the connection."""
        self._added, self._committed = 0, 0
        self._is_hurried, self._is_closing, self._has_ended = False, False, False
        self._problem: RunError | None = None
        self._acknowledged_step = 0
        self._thread = threading.Thread(target=self._work, name="run store", daemon=True)
        self._thread.start()

    @property
    def acknowledged_step(self) -> int:
        """Last step that is on the disk; 0 before the first of this attempt."""
        return self._acknowledged_step

    def add(self, entry: Entry) -> None:
        """Let an entry wait for the next commit.

        Raises:
            RunError: An earlier entry could not be written.
        """
        with self._changed:
            self._raise_problem()
            self._waiting.append((time.time(), entry))
            self._added += 1
            is_full = len(self._waiting) >= MOST_WAITING
        if is_full:
            self.flush()

    def flush(self) -> None:
        """Wait until everything added so far is on the disk.

        Raises:
            RunError: It could not be written.
        """
        with self._changed:
            wanted = self._added
            self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._committed >= wanted or self._has_ended)
            self._raise_problem()

    def run(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Commit what waits, then make another change to the store in this thread.

        Raises:
            RunError: It could not be written.
        """
        self.flush()
        with self._using:
            try:
                change(self._connection)
            except sqlite3.Error as error:
                raise store_problem(self._path, error) from error

    def close(self, state: State, reason: str) -> None:
        """Commit what waits, note how the attempt ended, and let go of the file.

        Raises:
            RunError: Something could not be written. The end is noted all the same where there is any space.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        try:
            self._note_end(state, reason)
        except sqlite3.Error as error:
            self._problem = self._problem or store_problem(self._path, error)
        self._connection.close()
        self._raise_problem()

    def _note_end(self, state: State, reason: str) -> None:
        self._connection.execute(
            "UPDATE attempts SET state = ?, reason = ?, ended_s = ?, heartbeat_s = ? WHERE attempt = ?",
            (state.value, reason, time.time(), time.time(), self._attempt),
        )
        with contextlib.suppress(sqlite3.Error):  # a reader may hold it open; the file is whole either way
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _raise_problem(self) -> None:
        if self._problem is not None:
            raise self._problem
        if self._has_ended and not self._is_closing:
            raise RunError(f"{self._path}: recording broke off. See the log of the run, then resume it.")

    def _work(self) -> None:
        try:
            self._work_until_closed()
        finally:  # whoever waits must not wait for a thread that a mistake of ours ended
            with self._changed:
                self._has_ended = True
                self._changed.notify_all()

    def _work_until_closed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._is_hurried or self._is_closing,
                    timeout=self._commit_every_s,
                )
                entries, self._waiting = self._waiting, []
                self._is_hurried = False
                is_last = self._is_closing
            problem = self._try_commit(entries)
            with self._changed:
                self._problem = problem
                self._committed += len(entries)
                self._changed.notify_all()
            if is_last or problem is not None:
                return

    def _try_commit(self, entries: list[TimedEntry]) -> RunError | None:
        try:
            with self._using:
                self._commit(entries)
        except sqlite3.Error as error:
            if not is_disk_full(error):
                return store_problem(self._path, error)
            self._free_space()
            # The training ends here either way: what was freed is for writing down its end.
            with contextlib.suppress(sqlite3.Error), self._using:
                self._commit(entries)
            return store_problem(self._path, error)
        return None

    def _commit(self, entries: list[TimedEntry]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            insert(self._connection, self._attempt, entries)
            self._connection.execute(
                "UPDATE attempts SET heartbeat_s = ? WHERE attempt = ?", (time.time(), self._attempt)
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._connection.execute("ROLLBACK")
            raise
        steps = [entry.step for _, entry in entries if isinstance(entry, StepRecord)]
        self._acknowledged_step = steps[-1] if steps else self._acknowledged_step
