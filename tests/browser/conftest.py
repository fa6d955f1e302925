"""The real app on a free port of this machine, and a browser that talks to nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from redheart_core.runs.folder import ROOT_VARIABLE

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_TIMEOUT_S = 60.0
FIRST_VISIT_MS = 120_000
"""Whoever comes first waits until the model and its libraries are loaded."""
VISIT_MS = 60_000
"""On two cores that other tests use as well; how fast a page is, is measured elsewhere."""


@dataclass(slots=True)
class Visitor:
    """A page of the app, the address it is served from, and every address it asked for."""

    page: Page
    url: str
    requested: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the app has drawn what it was asked for."""
        self.page.wait_for_selector("h1.rh-question")
        self.page.wait_for_timeout(150)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        )
        self.page.wait_for_timeout(100)

    def open(self, path: str) -> None:
        """Open an address of the app."""
        self.page.goto(f"{self.url}/{path}")
        self.settle()

    def press(self, key: str) -> None:
        """Press the button with this key."""
        self.page.locator(f".st-key-{key.replace('.', '-')} button").click()
        self.settle()

    def write(self, key: str, text: str) -> None:
        """Type into the field with this key."""
        self.page.locator(f".st-key-{key.replace('.', '-')} textarea").fill(text)

    def expect(self, text: str) -> None:
        """Wait until the page shows ``text``."""
        self.page.locator("[data-testid=stMain]").get_by_text(text).first.wait_for()

    def read(self) -> str:
        """Return all text on the page."""
        return self.page.locator("[data-testid=stMain]").inner_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, and skip it where Chromium is missing unless CI insists."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if not CHROMIUM.exists() and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is missing: apt-get install chromium"))


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the runs that the served app shows."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def served_app(tmp_path_factory: pytest.TempPathFactory, runs_folder: Path) -> Iterator[str]:
    """Serve the app and return its address."""
    port = _free_port()
    log = tmp_path_factory.mktemp("app") / "streamlit.log"
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"),
        "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    with log.open("wb") as output:
        settings = os.environ | {ROOT_VARIABLE: str(runs_folder)}
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=settings)
        try:
            _wait_for_health(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_health(
    port: int, process: subprocess.Popen[bytes], log: Path, *, timeout_s: float = START_TIMEOUT_S
) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"The app did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def ready_app(browser: Browser, served_app: str) -> str:
    """Return the address of the app after its first visit."""
    page = browser.new_page()
    page.set_default_timeout(FIRST_VISIT_MS)
    first = Visitor(page=page, url=served_app)
    for path in ("", "attribution?lang=en&method=input_x_gradient"):
        first.open(path)
    page.close()
    return served_app


@pytest.fixture
def visitor(browser: Browser, ready_app: str) -> Iterator[Visitor]:
    """A fresh visitor with a Korean browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="ko-KR", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(VISIT_MS)
    found = Visitor(page=page, url=ready_app)
    page.on("request", lambda request: found.requested.append(request.url))
    page.on("websocket", lambda socket_: found.requested.append(socket_.url))
    yield found
    context.close()
