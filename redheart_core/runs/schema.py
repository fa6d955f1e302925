"""The tables of a run's SQLite file, and the one way to open it for writing and for reading.

Write-ahead logging: one process writes, any number read at the same time, and none of them waits. Commits are flushed
to the disk, so that what was acknowledged survives ``kill -9`` and a power cut alike.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from redheart_core.errors import RunError

SCHEMA_VERSION = 2
"""2: events keep what happened as a name and its numbers, not only as a line of English."""
_OLDEST_VERSION = 1
APPLICATION_ID = 0x52485257
"""Marks the file as one of ours ("RHRW")."""
BUCKET_STEPS = 100
"""Steps summarised by one row of ``buckets``."""
_WAIT_S = 5.0

_TABLES = """
CREATE TABLE run (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL, created_s REAL NOT NULL, command TEXT NOT NULL, config TEXT NOT NULL, settings TEXT NOT NULL,
    seed INTEGER NOT NULL, planned_steps INTEGER NOT NULL, data_dir TEXT NOT NULL, out_dir TEXT NOT NULL,
    num_threads INTEGER NOT NULL, revision INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE data_files (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE attempts (
    attempt INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL, process_start TEXT NOT NULL, host TEXT NOT NULL, world_size INTEGER NOT NULL,
    environment TEXT NOT NULL, git_commit TEXT, started_s REAL NOT NULL, heartbeat_s REAL NOT NULL,
    ended_s REAL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE steps (
    step INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, at_s REAL NOT NULL, epoch REAL NOT NULL, task TEXT NOT NULL,
    loss REAL, losses TEXT NOT NULL, learning_rate REAL, planned_learning_rate REAL, gradient_norms TEXT NOT NULL,
    batch_size INTEGER NOT NULL, tokens INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE series (series INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE buckets (
    series INTEGER NOT NULL, bucket INTEGER NOT NULL, count INTEGER NOT NULL, total REAL NOT NULL,
    low REAL NOT NULL, low_step INTEGER NOT NULL, high REAL NOT NULL, high_step INTEGER NOT NULL,
    PRIMARY KEY (series, bucket)
) WITHOUT ROWID;
CREATE TABLE validation (
    step INTEGER NOT NULL, task TEXT NOT NULL, metric TEXT NOT NULL, attempt INTEGER NOT NULL, epoch REAL NOT NULL,
    value REAL, baseline REAL, num_rows INTEGER NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (step, task, metric)
) WITHOUT ROWID;
CREATE TABLE events (
    event INTEGER PRIMARY KEY AUTOINCREMENT, attempt INTEGER NOT NULL, at_s REAL NOT NULL, step INTEGER NOT NULL,
    kind TEXT NOT NULL, detail TEXT NOT NULL, is_superseded INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '', fields TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE telemetry (
    sample INTEGER PRIMARY KEY AUTOINCREMENT, attempt INTEGER NOT NULL, at_s REAL NOT NULL, cpu_percent REAL NOT NULL,
    process_cpu_percent REAL NOT NULL, process_bytes INTEGER NOT NULL, used_bytes INTEGER NOT NULL,
    total_bytes INTEGER NOT NULL, disk_free_bytes INTEGER NOT NULL, disk_total_bytes INTEGER NOT NULL,
    devices TEXT NOT NULL
);
"""
_FROM_VERSION_1 = """
ALTER TABLE events ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
"""


def create_store(path: Path) -> sqlite3.Connection:
    """Make the file with its tables and return a connection that writes.

    Raises:
        RunError: It cannot be made.
    """
    try:
        connection = _connect(path.absolute().as_uri())
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT"
        )
    except sqlite3.Error as error:
        raise store_problem(path, error) from error
    return connection


def open_store(path: Path, *, writing: bool) -> sqlite3.Connection:
    """Return a connection to an existing file. A reading one cannot change it; a writing one brings it up to date.

    Raises:
        RunError: It is missing, damaged, none of ours, or of another version.
    """
    if not path.is_file():
        raise RunError(f"{path}: there is no such record of a run. The folder is incomplete; delete it or restore it.")
    try:
        connection = _connect(f"{path.absolute().as_uri()}?mode={'rw' if writing else 'ro'}")
        if writing:
            connection.execute("PRAGMA synchronous = FULL")
        version = _checked_version(connection, path)
        if writing and version < SCHEMA_VERSION:
            connection.executescript(f"BEGIN; {_FROM_VERSION_1} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT")
    except sqlite3.Error as error:
        raise store_problem(path, error) from error
    return connection


def store_problem(path: Path, error: sqlite3.Error) -> RunError:
    """Return our error for one of SQLite's."""
    if is_disk_full(error):
        return RunError(f"{path}: the disk is full ({error}). Free some space, then resume the run.")
    return RunError(f"{path}: the record of the run cannot be used ({error}). Restore the file from a copy.")


def is_disk_full(error: sqlite3.Error) -> bool:
    """Say whether SQLite failed for want of space. Writing the log may fail as an input/output error instead."""
    code = getattr(error, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


def _connect(uri: str) -> sqlite3.Connection:
    # One thread uses it at a time; which one is the writer's business, so SQLite's own check is off.
    connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise RunError(f"{path}: an SQLite file, but not the record of a run. Restore the file from a copy.")
    if not _OLDEST_VERSION <= found <= SCHEMA_VERSION:
        remedy = "Update the program." if found > SCHEMA_VERSION else "Read it with the version that wrote it."
        known = f"{_OLDEST_VERSION} to {SCHEMA_VERSION}"
        raise RunError(f"{path}: written in version {found}; this program reads versions {known}. {remedy}")
    return int(found)
