"""Stops that are under way: each goes through its stages in a thread, so that leaving the page does not break it off.

The threads know nothing of Streamlit; pages look at the stages reached so far.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import streamlit as st

from redheart_core.errors import RunError
from redheart_core.runs.audit import Outcome
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader
from redheart_core.runs.stopping import Patience, Progress, Stage, prompt_patience, stop_run

logger = logging.getLogger(__name__)

_OUTCOMES = {
    Stage.NOT_RUNNING: Outcome.ALREADY, Stage.ENDED: Outcome.DONE, Stage.STILL_THERE: Outcome.STILL_THERE,
}  # fmt: skip
LAST = frozenset(_OUTCOMES)
_MOST_KEPT = 50


class Stops:
    """Stages of stops by run, shared by all sessions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages: dict[str, list[Progress]] = {}
        self._problems: dict[str, RunError] = {}
        self._going: set[str] = set()

    def begin(self, folder: RunFolder, *, then: Callable[[Outcome], object]) -> bool:
        """Begin to stop a run, and say whether this began it: one that is being stopped goes on as it is.

        Args:
            folder: The run.
            then: Hears how it ended, in the thread that stopped it.
        """
        with self._lock:
            if folder.run_id in self._going:
                return False
            self._going.add(folder.run_id)
            self.forget(folder.run_id)
            while len(self._stages) >= _MOST_KEPT:
                self._stages.pop(next(iter(self._stages)))
            self._stages[folder.run_id] = []
        threading.Thread(target=self._stop, args=(folder, then), name=f"stop {folder.run_id}", daemon=True).start()
        return True

    def forget(self, run_id: str) -> None:
        """Forget what was told of an earlier stop."""
        self._stages.pop(run_id, None)
        self._problems.pop(run_id, None)

    def stages(self, run_id: str) -> tuple[Progress, ...]:
        """Return the stages reached so far.

        Raises:
            RunError: It could not be stopped.
        """
        if run_id in self._problems:
            raise self._problems[run_id]
        return tuple(self._stages.get(run_id, ()))

    def is_going(self, run_id: str) -> bool:
        """Say whether a stop is under way."""
        return run_id in self._going

    def _stop(self, folder: RunFolder, then: Callable[[Outcome], object]) -> None:
        outcome = Outcome.FAILED
        try:
            for progress in stop_run(folder, patience=_patience(folder)):
                self._stages[folder.run_id].append(progress)
                outcome = _OUTCOMES.get(progress.stage, outcome)
        except RunError as problem:
            logger.info("A run could not be stopped: %s", problem)
            self._problems[folder.run_id] = problem
        finally:
            self._going.discard(folder.run_id)
            then(outcome)


def _patience(folder: RunFolder) -> Patience:
    """A person waits in front of it; whoever wants to wait longer uses the command line."""
    with RunReader(folder) as reader:
        return prompt_patience(reader.status().seconds_per_step)


@st.cache_resource(max_entries=1, show_spinner=False)
def stops() -> Stops:
    """Return the stops of this server."""
    return Stops()
