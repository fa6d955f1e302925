"""Writes down what a visitor does with the runs: who, what, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from redheart_core.errors import InputError, RedHeartError, RunError
from redheart_core.runs.audit import LOCAL, AuditEntry, Deed, Outcome, add_entry
from redheart_core.runs.folder import runs_root
from workbench.ui.access import has_login, signed_in_as

logger = logging.getLogger(__name__)

NOT_SIGNED_IN = "–"
"""Stands for whoever reaches an action without having signed in, where a login is configured."""


@dataclass(slots=True)
class Underway:
    """An action that is under way: what is known of it so far."""

    root: Path
    deed: Deed
    run_id: str
    who: str
    outcome: Outcome = Outcome.DONE
    detail: str = ""

    def write(self) -> None:
        """Write it down as it now stands.

        Raises:
            RunError: The file cannot be written.
        """
        entry = AuditEntry(
            at=datetime.now(UTC), who=self.who, deed=self.deed, run_id=self.run_id, outcome=self.outcome,
            detail=self.detail,
        )  # fmt: skip
        add_entry(self.root, entry)


@contextmanager
def written_down(deed: Deed, run_id: str, *, detail: str = "") -> Iterator[Underway]:
    """Write an action down once it is done, refused or failed.

    Args:
        deed: What is done inside.
        run_id: With which run; what is known better later is set on the value that this yields.
        detail: What else it is about.

    Raises:
        RunError: It was done and cannot be written down.
    """
    action = Underway(root=runs_root(), deed=deed, run_id=run_id, who=visitor(), detail=detail)
    try:
        yield action
    except RedHeartError as problem:
        action.outcome = Outcome.REFUSED if isinstance(problem, InputError) else Outcome.FAILED
        action.detail = problem.code if isinstance(problem, InputError) else type(problem).__name__
        action.write()
        raise
    action.write()


def then(action: Underway, outcome: Outcome) -> None:
    """Write down how an action ended that took a while. Called from a thread, which has nobody to tell of a problem."""
    action.outcome = outcome
    try:
        action.write()
    except RunError as problem:
        logger.warning("%s", problem)


def visitor() -> str:
    """Return who does it."""
    return signed_in_as() or (NOT_SIGNED_IN if has_login() else LOCAL)
