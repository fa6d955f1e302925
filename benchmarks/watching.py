"""Whether a training becomes slower while three browser tabs watch it.

    python benchmarks/watching.py --data DIR [--windows 20] [--seconds 10] [--json]

A detached ``tiny`` training on real data, the served workbench, and Chromium with three tabs that show the run live
(losses, gradients and machine). Windows with the tabs open and windows in which they show an empty page take turns
(open, shut, shut, open); the steps of each are counted by the times that the trainer wrote beside them, and the cost is
one less the mean ratio of neighbouring windows, with a 95 % interval over the pairs. Where there are two cores or more
the training has the first to itself: what is measured is what watching does to a training, not that two programs share
one processor. Needs ``.[dev]`` and Chromium.
"""

from __future__ import annotations

import argparse
import bisect
import json
import math
import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from scipy import stats
from served import CHROMIUM, FLAGS, served

from redheart_core.runs.folder import RunFolder
from redheart_core.runs.launching import launch_run
from redheart_core.runs.reader import RunReader
from redheart_core.runs.stopping import stop_run
from redheart_core.runs.working import RunRequest
from redheart_core.training.config import config_text

LAYERS = (0, 2, 3)
"""Places of the layers that the three tabs show: losses, optimiser, machine."""
EMPTY = "about:blank"
PATIENCE_S = 300.0
VISIT_MS = 120_000
SETTLE_S = 2.0
ORDER = (True, False, False, True)
STEPS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What watching cost."""

    windows: int
    seconds_each: float
    steps_per_s_watched: float
    steps_per_s_alone: float
    cost: float
    """One less the mean ratio of neighbouring windows; below zero where the watched ones were faster."""
    low: float
    high: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=20, help="a multiple of four")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cost = measure(Path(scratch) / "runs", arguments.data, arguments.windows, arguments.seconds)
    if arguments.json:
        print(json.dumps(asdict(cost), indent=2))
        return
    print(
        f"{cost.windows} windows of {cost.seconds_each:.0f} s: {cost.steps_per_s_watched:.2f} steps/s watched, "
        f"{cost.steps_per_s_alone:.2f} alone\n"
        f"cost of {len(LAYERS)} watching tabs: {cost.cost:+.2%} (95 %: {cost.low:+.2%} to {cost.high:+.2%})"
    )


def measure(root: Path, data_dir: Path, num_windows: int, seconds: float) -> Cost:
    """Train, watch by turns, and compare."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])  # inherited by the training
    run = _launch(root, data_dir)
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        with served(root, data_dir) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            tabs = [browser.new_page(locale="en-US") for _ in LAYERS]
            _wait_for_steps(run)
            spans = [_window(tabs, url, run, ORDER[number % 4], seconds) for number in range(num_windows)]
            browser.close()
        return _compare(_recorded_s(run), spans, seconds)
    finally:
        list(stop_run(run))


def _launch(root: Path, data_dir: Path) -> RunFolder:
    text = config_text("tiny").replace("steps = 400", f"steps = {STEPS}")
    request = RunRequest(config="tiny", text=text, data_dir=data_dir, command="benchmark", num_threads=1)
    return launch_run(root, request).folder


def _wait_for_steps(run: RunFolder) -> None:
    """Wait until the first stage, whose steps are lighter, is over."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        with RunReader(run) as reader:
            status = reader.status()
        if status.step > 250:
            return
        if not status.is_living:
            break
        time.sleep(1.0)
    raise SystemExit(f"The training {run.run_id} is at step {status.step} and {status.shown}: nothing to measure.")


def _window(tabs: list[Page], url: str, run: RunFolder, is_watched: bool, seconds: float) -> tuple[bool, float, float]:
    for tab, layer in zip(tabs, LAYERS, strict=True):
        tab.goto(f"{url}/training?lang=en&run={run.run_id}" if is_watched else EMPTY, timeout=VISIT_MS)
        if is_watched:
            tab.locator("[class*='st-key-run_layers'] button").nth(layer).click(timeout=VISIT_MS)
            tab.locator("[class*='st-key-run'] .js-plotly-plot").first.wait_for(timeout=VISIT_MS)
    time.sleep(SETTLE_S)
    begun_s = time.time()
    tabs[0].wait_for_timeout(seconds * 1000)
    return is_watched, begun_s, time.time()


def _recorded_s(run: RunFolder) -> list[float]:
    with RunReader(run) as reader:
        return [at_s for at_s, _ in reader.steps()]


def _compare(recorded_s: list[float], spans: list[tuple[bool, float, float]], seconds: float) -> Cost:
    paces = [(is_watched, _pace(recorded_s, begun_s, ended_s)) for is_watched, begun_s, ended_s in spans]
    ratios = []
    for first, second in zip(paces[::2], paces[1::2], strict=True):
        watched, alone = (first, second) if first[0] else (second, first)
        ratios.append(math.log(watched[1] / alone[1]))
    mean = statistics.fmean(ratios)
    reach = float(stats.t.ppf(0.975, len(ratios) - 1)) * statistics.stdev(ratios) / math.sqrt(len(ratios))
    return Cost(
        windows=len(paces),
        seconds_each=seconds,
        steps_per_s_watched=statistics.fmean(pace for is_watched, pace in paces if is_watched),
        steps_per_s_alone=statistics.fmean(pace for is_watched, pace in paces if not is_watched),
        cost=1 - math.exp(mean),
        low=1 - math.exp(mean + reach),
        high=1 - math.exp(mean - reach),
    )


def _pace(recorded_s: list[float], begun_s: float, ended_s: float) -> float:
    """Return steps per second between the first and the last step of a window."""
    first, last = bisect.bisect_left(recorded_s, begun_s), bisect.bisect_right(recorded_s, ended_s) - 1
    return (last - first) / (recorded_s[last] - recorded_s[first])


if __name__ == "__main__":
    main()
