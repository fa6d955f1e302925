"""Who works on a run: one process at a time, decided inside one transaction so that two starts never both win."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping

from redheart_core.errors import DataError, RunError
from redheart_core.runs.facts import Attempt, RunFacts, State, environment, git_commit
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.liveness import ENDED, ProcessMark, judge, own_mark
from redheart_core.runs.schema import create_store, open_store, store_problem


def write_facts(folder: RunFolder, facts: RunFacts) -> None:
    """Make the store of a new run.

    Raises:
        RunError: It cannot be made.
    """
    connection = create_store(folder.store)
    try:
        connection.execute(
            "INSERT INTO run VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                facts.name, facts.created_s, facts.command, facts.config, json.dumps(dict(facts.settings)),
                facts.seed, facts.planned_steps, facts.data_dir, facts.out_dir,
                facts.num_threads,
            ),
        )  # fmt: skip
    except sqlite3.Error as error:
        raise store_problem(folder.store, error) from error
    finally:
        connection.close()


def claim(folder: RunFolder, *, world_size: int = 1) -> tuple[sqlite3.Connection, int]:
    """Make this process the one that works on a run; return a writing connection and the number of the attempt.

    Raises:
        RunError: Another process works on it, the run is complete, or as many processes as now did not begin it.
    """
    mark, where = own_mark(), environment()
    commit = git_commit()
    connection = open_store(folder.store, writing=True)
    try:
        connection.execute("BEGIN IMMEDIATE")
        previous = last_attempt(connection)
        _require_free(folder, previous, world_size)
        number = 1 if previous is None else previous.number + 1
        now_s = time.time()
        connection.execute(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, '')",
            (
                number, mark.pid, mark.start, mark.host, world_size, json.dumps(where), commit, now_s, now_s,
                State.RUNNING.value,
            ),
        )  # fmt: skip
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise store_problem(folder.store, error) from error
    except RunError:
        connection.close()
        raise
    return connection, number


def last_attempt(connection: sqlite3.Connection) -> Attempt | None:
    """Return the latest attempt, or None before the first."""
    row = connection.execute("SELECT * FROM attempts ORDER BY attempt DESC LIMIT 1").fetchone()
    return None if row is None else attempt_of(row)


def attempt_of(row: sqlite3.Row) -> Attempt:
    """Return an attempt as stored."""
    return Attempt(
        number=row["attempt"],
        mark=ProcessMark(pid=row["pid"], start=row["process_start"], host=row["host"]),
        world_size=row["world_size"],
        environment=json.loads(row["environment"]),
        git_commit=row["git_commit"],
        started_s=row["started_s"],
        heartbeat_s=row["heartbeat_s"],
        ended_s=row["ended_s"],
        state=State(row["state"]),
        reason=row["reason"],
    )


def note_killed(folder: RunFolder, attempt: Attempt, reason: str) -> None:
    """Write down the end of a process that could not do so itself. Only for one that is known to be gone.

    Raises:
        RunError: The store cannot be written to.
    """
    connection = open_store(folder.store, writing=True)
    try:
        connection.execute(
            "UPDATE attempts SET state = ?, reason = ?, ended_s = ? WHERE attempt = ? AND state = ?",
            (State.STOPPED.value, reason, time.time(), attempt.number, State.RUNNING.value),
        )
    except sqlite3.Error as error:
        raise store_problem(folder.store, error) from error
    finally:
        connection.close()


def note_data(connection: sqlite3.Connection, sha256_by_name: Mapping[str, str]) -> None:
    """Write down what the run learns from; on resuming, hold it against what is written.

    Raises:
        DataError: The data are not those that the run began with.
    """
    known = {row["name"]: row["sha256"] for row in connection.execute("SELECT * FROM data_files")}
    if not known:
        rows = list(sha256_by_name.items())
        connection.executemany("INSERT INTO data_files VALUES (?, ?)", rows)
        return
    changed = sorted(name for name in known | dict(sha256_by_name) if known.get(name) != sha256_by_name.get(name))
    if changed:
        raise DataError(
            f"The data changed since this run began: {', '.join(changed[:3])} ({len(changed)} files). "
            "Restore them, or start a new run."
        )


def _require_free(folder: RunFolder, previous: Attempt | None, world_size: int) -> None:
    if previous is None:
        return
    if previous.state is State.COMPLETED:
        raise RunError(f"The run {folder.run_id} is complete; there is nothing to resume. Start a new run.")
    if previous.world_size != world_size:
        raise RunError(
            f"The run {folder.run_id} was begun by {previous.world_size} processes, and this would be {world_size}: "
            "its chances and its shares of batches would be others. "
            f"Resume it with --processes {previous.world_size}, or start a new run."
        )
    if previous.state is not State.RUNNING:
        return
    liveness = judge(previous.mark, heartbeat_s=previous.heartbeat_s, now_s=time.time())
    if liveness not in ENDED:
        raise RunError(
            f"The run {folder.run_id} is being worked on by process {previous.mark.pid} on {previous.mark.host} "
            f"({liveness.value}). Stop it first."
        )
