"""Where runs live and what is inside the folder of one.

RUN_ID/
├── config.toml   the configuration as it was given, byte for byte
├── run.sqlite    everything recorded (``schema``)
├── log.txt       what the trainer logged
├── place         held by the process that keeps a run which was started detached (``keeper``); says since when
├── turn          exists once that process has started the trainer
├── keeper.json   which process that is
├── exit.json     how the trainer ended, as that process saw it
├── working       held by the process that records
├── stop          exists while somebody asks the run to stop
├── reserve       space given back when the disk is full, so that the end can still be written down
├── state/        what the trainer needs to go on
├── checkpoint/   the model as written last
└── kept/         earlier models that are still needed: the best, candidates of a crossover

A folder's name is made here and nowhere else: what a person types is looked up, never joined to a path.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from redheart_core.errors import RunError
from redheart_core.runs.keeper import LOG, STOP, WORKING

ROOT_VARIABLE = "REDHEART_RUNS"
RESERVE_BYTES = 1024**2
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """The paths of one run. Made by the functions below, which check that it lies inside the root."""

    path: Path

    @property
    def run_id(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def config_file(self) -> Path:
        """The configuration, byte for byte."""
        return self.path / "config.toml"

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.path / "run.sqlite"

    @property
    def log(self) -> Path:
        """What was logged, UTF-8."""
        return self.path / LOG

    @property
    def working(self) -> Path:
        """Held by the process that records."""
        return self.path / WORKING

    @property
    def stop_flag(self) -> Path:
        """Exists while somebody asks the run to stop."""
        return self.path / STOP

    @property
    def state(self) -> Path:
        """Folder of the resumable state."""
        return self.path / "state"

    @property
    def checkpoint(self) -> Path:
        """Folder of the model as written last."""
        return self.path / "checkpoint"

    @property
    def kept(self) -> Path:
        """Folder of earlier models that are still needed."""
        return self.path / "kept"

    @property
    def reserve(self) -> Path:
        """Space to give back when the disk is full."""
        return self.path / "reserve"


def runs_root(given: Path | None = None) -> Path:
    """Return the folder that holds all runs: ``given``, else ``REDHEART_RUNS``, else one below the user's data folder.

    The default does not depend on the working directory, so that the page and the command line see the same runs.
    """
    if given is not None:
        return given
    if chosen := os.environ.get(ROOT_VARIABLE):
        return Path(chosen)
    data_home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data_home) / "redheart" / "runs"


def new_run_id() -> str:
    """Return an identifier that sorts by time of creation (UTC)."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


def create_folder(root: Path, run_id: str | None = None) -> RunFolder:
    """Make the folder of a new run. An identifier drawn beforehand lets two requests of one click make one run.

    Raises:
        RunError: It exists already, the identifier is none of ours, or the root cannot be written to.
    """
    chosen = new_run_id() if run_id is None else run_id
    folder = RunFolder(path=root / _require_id(chosen))
    if folder.path.exists():
        raise RunError(f"The run {chosen} exists already. Open or resume it instead of starting it again.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder.path.mkdir()  # of two that come here at once, one fails
        folder.reserve.write_bytes(bytes(RESERVE_BYTES))
    except OSError as error:
        raise RunError(
            f"{root}: no run can be created here ({error.strerror}). Free some space, or set {ROOT_VARIABLE} to a "
            "folder that can be written to."
        ) from error
    return folder


def open_folder(root: Path, run_id: str) -> RunFolder:
    """Return the folder of an existing run, given its whole identifier.

    Raises:
        RunError: There is none, or its place is taken by a link that leads elsewhere.
    """
    path = root / _require_id(run_id)
    if not path.is_dir():
        raise RunError(f"There is no run {run_id} in {root}. See the list of runs.")
    if path.is_symlink() or path.resolve().parent != root.resolve():
        raise RunError(f"{path} leads out of {root} and is not used as a run. Remove the link.")
    return RunFolder(path=path)


def all_folders(root: Path) -> tuple[RunFolder, ...]:
    """Return the runs below ``root``, newest first. Anything that is not named like a run is not ours."""
    if not root.is_dir():
        return ()
    paths = sorted((path for path in root.iterdir() if _ID.fullmatch(path.name)), reverse=True)
    return tuple(RunFolder(path=path) for path in paths if path.is_dir() and not path.is_symlink())


def shortened(text: str) -> str:
    """Return text of any origin in a form that fits in a message."""
    return ascii(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!a}… ({len(text)} characters)"


def _require_id(run_id: str) -> str:
    if not _ID.fullmatch(run_id):
        raise RunError(f"{shortened(run_id)} is no identifier of a run; they look like 20260131-094500-0a1b2c.")
    return run_id
