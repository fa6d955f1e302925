"""How long the training page takes to draw a long run among ten of 100,000 steps, in a real browser.

    python benchmarks/redraw.py [--rounds 10] [--json]

The first visit opens one run. Then another part of a run, and another run, are asked for by a click, and the clock
stops when the page shows that figure drawn and the script that drew it has ended. Each is done ``--rounds`` times;
medians are told. Needs ``.[dev]`` and Chromium.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from runs import LONG_RUNS, LONG_STEPS, make_long_runs
from served import CHROMIUM, FLAGS, served

VISIT_MS = 120_000
LEARNING, OPTIMISER = 0, 2
"""Places of two parts of a run that are mostly curves."""
DRAWN = ".st-key-run-{figure}-0 .js-plotly-plot .xtick"
RESTS = "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = measure(Path(scratch), arguments.rounds)
    if arguments.json:
        print(json.dumps(report, indent=2))
        return
    print(f"{LONG_RUNS} runs of {LONG_STEPS:,} steps, {arguments.rounds} rounds, medians in seconds")
    for name, seconds in report.items():
        print(f"{name.replace('_', ' ')}: {seconds:.2f}")


def measure(scratch: Path, rounds: int) -> dict[str, float]:
    """Return seconds until a part of a run is drawn."""
    root = scratch / "runs"
    folders = make_long_runs(root)
    with served(root, scratch) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(VISIT_MS)
        page.goto(f"{url}/training?lang=en&run={folders[0].run_id}")
        _wait_for(page, "loss")
        times: dict[str, list[float]] = {"another_part_of_a_run": [], "another_run": []}
        for number in range(rounds):
            times["another_part_of_a_run"].append(_part(page, OPTIMISER, "rate"))
            _part(page, LEARNING, "loss")
            other = folders[1 + number % (len(folders) - 1)]
            times["another_run"].append(_run(page, other.run_id))
        browser.close()
    return {name: statistics.median(each) for name, each in times.items()}


def _part(page: Page, place: int, figure: str) -> float:
    button = page.locator("[class*='st-key-run_layers'] button").nth(place)
    started_s = time.perf_counter()
    button.click()
    _wait_for(page, figure)
    return time.perf_counter() - started_s


def _run(page: Page, run_id: str) -> float:
    button = page.locator(f".st-key-training-open-{run_id} button")
    started_s = time.perf_counter()
    button.click()
    page.locator(f"[class*='st-key-training_entry_chosen_{run_id}']").wait_for()
    _wait_for(page, "loss")
    return time.perf_counter() - started_s


def _wait_for(page: Page, figure: str) -> None:
    page.locator(DRAWN.format(figure=figure)).first.wait_for()
    page.wait_for_function(RESTS)


if __name__ == "__main__":
    main()
