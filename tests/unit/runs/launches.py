"""Detached runs whose trainers are a few lines without torch, so that what keeps them can be tested in milliseconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.launching import Launched, launch_run
from redheart_core.runs.reader import RunReader, Status
from redheart_core.runs.working import RunRequest
from tests.unit.runs.trained import CONFIG

SOON_S = 120.0
UNTIL_TOLD = """
import sys, time, pathlib
folder = pathlib.Path(sys.argv[1], sys.argv[2])
print("working", flush=True)
while not (folder / "go").exists(): time.sleep(0.02)
"""
CRASHES = "import sys\nprint('about to fail')\nsys.exit('no such thing')"
HANGS = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
time.sleep(60)
"""


def trainer(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def request(data_dir: Path, *, seed: int = 3, run_id: str | None = None, name: str = "a run") -> RunRequest:
    text = CONFIG.format(save_every=1000, state_every=7, more_steps=15).replace("seed = 3", f"seed = {seed}")
    return RunRequest(
        config="form", text=text, data_dir=data_dir, command="test", name=name, num_threads=1, run_id=run_id
    )


def launch(root: Path, code: str, **changes: object) -> RunFolder:
    return launched(root, code, **changes).folder


def launched(root: Path, code: str, **changes: object) -> Launched:
    root.mkdir(exist_ok=True)
    return launch_run(root, request(root, **changes), trainer=trainer(code))  # type: ignore[arg-type]


def status(folder: RunFolder) -> Status:
    with RunReader(folder) as reader:
        return reader.status()


def wait_for(is_so: Callable[[], bool], what: str = "") -> None:
    deadline = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < deadline, what or "it never came to that"
        time.sleep(0.02)


def wait_shown(folder: RunFolder, shown: Shown) -> None:
    wait_for(lambda: status(folder).shown is shown, f"not {shown}: {status(folder)}")


def let_go(folder: RunFolder) -> None:
    (folder.path / "go").touch()
