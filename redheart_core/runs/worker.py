"""``python -m redheart_core.runs.worker ROOT RUN``: the trainer of a run that was started detached."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from redheart_core.errors import RedHeartError
from redheart_core.runs.folder import open_folder
from redheart_core.runs.working import work_on

FAILED = 1

logger = logging.getLogger(__name__)


def main(root: str, run_id: str) -> int:
    """Work on a run until it ends, and return the exit code. Why it failed is in its store and its log.

    Logging is not set up here: what is printed goes to the log that the run itself writes, and would be there twice.
    """
    try:
        work_on(open_folder(Path(root), run_id))
    except RedHeartError as problem:
        logger.error("%s", problem)  # where it was noted already it is told twice, where not it would be lost
        return FAILED
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
