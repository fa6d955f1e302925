"""A training that outlives its server: started, watched, adopted, stopped and resumed in front of a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder, all_folders
from redheart_core.runs.stopping import Patience, stop_run
from tests.browser.conftest import FIRST_VISIT_MS, ROOT, Visitor, _free_port, _wait_for_health
from tests.datasets import write_small_data
from tests.unit.runs.launches import status, wait_for
from workbench.copy import say

STOPS_WITHIN_S = 10.0
START_S = 240.0
SERVES = """
import sys
from redheart_core.runs import launching
from streamlit.web import cli
launching.TRAINER = (sys.executable, "-c", {trains!r})
sys.argv = ["streamlit", "run", "streamlit_app.py", "--server.port", sys.argv[1], "--server.headless", "true"]
cli.main()
"""
TRAINS = """
import sys
from redheart_core.data import splits
from redheart_core.runs.worker import main
splits.HARD_ROWS = {}
sys.exit(main(*sys.argv[1:]))
"""


@contextmanager
def server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the app on small data; its trainings take their development rows from anywhere in a file."""
    log = folder / "streamlit.log"
    environment = os.environ | {
        "REDHEART_RUNS": str(folder / "runs"), "REDHEART_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", SERVES.format(trains=TRAINS), str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait_for_health(port, process, log, timeout_s=START_S)
            yield process
        finally:
            process.kill()
            process.wait(timeout=20)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write_small_data(tmp_path / "data")
    yield tmp_path
    for run in all_folders(tmp_path / "runs"):
        list(stop_run(run, patience=Patience(asked_s=0.5, terminated_s=0.5)))


def shown_step(page: Page, language_word: str) -> int:
    """Return the step that the list shows, as a person reads it."""
    text = page.locator("[class*='st-key-training_entry_chosen']").inner_text()
    found = re.search(rf"(\d[\d,]*) of [\d,]+ {language_word}", text)
    return int(found.group(1).replace(",", "")) if found else 0


def newest(folder: Path) -> RunFolder:
    return all_folders(folder / "runs")[0]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_training_outlives_its_server_and_is_stopped_and_resumed_from_the_page(
    browser: Browser, folder: Path
) -> None:
    port = _free_port()
    page = browser.new_page(locale="en-US")
    page.set_default_timeout(FIRST_VISIT_MS)
    visitor = Visitor(page=page, url=f"http://127.0.0.1:{port}")
    with server(folder, port) as first_server:
        visitor.open("training?lang=en")
        page.get_by_text(say("launch.form.stages", "en")).click()
        steps = page.locator(".st-key-training-field-tiny-stages-1-steps input")
        steps.fill("200000")
        steps.press("Enter")
        visitor.expect("200,200")
        page.locator(".st-key-training-start button").dblclick()
        wait_for(lambda: len(all_folders(folder / "runs")) == 1)
        run = newest(folder)
        wait_for(lambda: shown_step(page, "steps") > 0)
        before = shown_step(page, "steps")
        wait_for(lambda: shown_step(page, "steps") > before)
        first_server.kill()
        first_server.wait(timeout=20)
    at_the_kill = status(run).step
    wait_for(lambda: status(run).step > at_the_kill)
    with server(folder, port):
        visitor.open(f"training?lang=en&run={run.run_id}")
        wait_for(lambda: shown_step(page, "steps") > at_the_kill)
        assert status(run).shown is Shown.RUNNING
        asked_s = time.monotonic()
        page.locator(".st-key-training-stop button").first.click()
        visitor.expect(say("actions.stage.ended", "en"))
        assert time.monotonic() - asked_s < STOPS_WITHIN_S
        assert status(run).shown is Shown.STOPPED
        stopped_at = status(run).step
        page.locator(".st-key-training-resume button").first.click()
        wait_for(lambda: status(run).step > stopped_at)
        wait_for(lambda: shown_step(page, "steps") > stopped_at)
        assert len(all_folders(folder / "runs")) == 1
    page.close()
