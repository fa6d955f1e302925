"""What each process of ``test_several_processes`` runs: ``torchrun ... -m tests.two_recorded work|cli ARGUMENTS``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from redheart_core.cli import main
from redheart_core.data import splits
from redheart_core.errors import RunError
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.working import prepare_resume, work_on
from redheart_core.training.distributed import joined
from redheart_core.training.observer import SilentObserver


class AsksAtTheStep(SilentObserver):
    """Asks to stop after a step. It counts how often it is asked, since it may watch a process that is told nothing."""

    def __init__(self, step: int) -> None:
        self._step, self._asked = step, 0

    def stop_requested(self) -> bool:
        self._asked += 1
        return self._asked >= self._step


def work(straight: Path, stopped: Path) -> None:
    """Work on one run to its end; on another one until the process that does not record asks to stop, then go on.

    A third call for the same run is refused, in both processes.
    """
    with joined(2) as workers:
        work_on(RunFolder(path=straight), workers=workers)
        folder = RunFolder(path=stopped)
        watchers = () if workers.records else (AsksAtTheStep(9),)
        assert work_on(folder, watchers=watchers, workers=workers) is None
        workers.from_first(lambda: prepare_resume(folder))
        summary = work_on(folder, workers=workers)
        assert (summary is not None) == workers.records
        with pytest.raises(RunError) as refusal:
            work_on(folder, workers=workers)
    (folder.path / f"refused-{workers.rank}").write_text(str(refusal.value), encoding="utf-8")


if __name__ == "__main__":
    splits.HARD_ROWS = {}
    if sys.argv[1] == "work":
        work(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(sys.argv[2:])
