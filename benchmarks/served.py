"""The workbench served for a measurement that needs a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redheart_core.runs.folder import ROOT_VARIABLE

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE_S = 300.0


@contextmanager
def served(root: Path, data_dir: Path) -> Iterator[str]:
    """Serve the workbench on a free port of this machine, with these runs and data; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    environment = os.environ | {ROOT_VARIABLE: str(root), "REDHEART_DATA": str(data_dir), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [*command, "--server.headless", "true"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for_health(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=20)


def _wait_for_health(address: str, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        if process.poll() is not None:
            raise SystemExit(f"The workbench ended with {process.returncode} before it was served.")
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except urllib.error.URLError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"The workbench did not answer within {PATIENCE_S:.0f} s.")
