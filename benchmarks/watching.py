"""Whether a training becomes slower while three browser tabs watch it.

    python benchmarks/watching.py --data DIR [--windows 16] [--seconds 15] [--json]

A detached ``tiny`` training on real data, the served workbench, and Chromium with three tabs that show the run live
(losses, gradients and machine). Windows with the tabs open and windows in which they show an empty page take turns
(open, shut, shut, open). A step takes as long as its task and its tokens make it, and these change from window to
window; so the time between the moments that the trainer wrote beside two steps is held against what a line per task
(seconds over tokens, fitted to all windows) expects. The cost is the mean ratio of neighbouring windows less one, with
a 95 % interval over the pairs. Validations and states, which come once in a while, are left out of this training. Where
there are two cores or more it has the first to itself: what is measured is what watching does to a training, not that
two programs share one processor. Needs ``.[dev]`` and Chromium.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
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
    """Mean ratio of a watched window's time to its neighbour's, each relative to what its steps should take, less 1."""
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One step as the trainer recorded it."""

    at_s: float
    seconds: float
    """Since the step before, recording included."""
    task: str
    tokens: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=16, help="a multiple of four")
    parser.add_argument("--seconds", type=float, default=15.0)
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
        return _compare(_recorded(run), spans, seconds)
    finally:
        list(stop_run(run))


def _launch(root: Path, data_dir: Path) -> RunFolder:
    text = config_text("tiny")
    for setting in ("state_every", "validate_every"):
        text = re.sub(rf"^{setting} = .*$", f"{setting} = {STEPS}", text, flags=re.MULTILINE)
    text = re.sub(r"^all_parts_share = .*$", "all_parts_share = 1.0", text, flags=re.MULTILINE)
    text = text.replace("steps = 400", f"steps = {STEPS}")
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


def _recorded(run: RunFolder) -> list[Recorded]:
    with RunReader(run) as reader:
        steps = [(at_s, record.task, float(record.tokens)) for at_s, record in reader.steps()]
    return [
        Recorded(at_s=at_s, seconds=at_s - before_s, task=task, tokens=tokens)
        for (before_s, _, _), (at_s, task, tokens) in pairwise(steps)
    ]


def _compare(recorded: list[Recorded], spans: list[tuple[bool, float, float]], seconds: float) -> Cost:
    windows = [
        (is_watched, [step for step in recorded if begun_s <= step.at_s - step.seconds and step.at_s <= ended_s])
        for is_watched, begun_s, ended_s in spans
    ]
    expected = _expected_s([step for _, steps in windows for step in steps])
    times = [
        (is_watched, sum(step.seconds for step in steps) / sum(expected(step) for step in steps))
        for is_watched, steps in windows
    ]
    ratios = []
    for first, second in zip(times[::2], times[1::2], strict=True):
        watched, alone = (first, second) if first[0] else (second, first)
        ratios.append(math.log(watched[1] / alone[1]))
    mean = statistics.fmean(ratios)
    reach = float(stats.t.ppf(0.975, len(ratios) - 1)) * statistics.stdev(ratios) / math.sqrt(len(ratios))
    return Cost(
        windows=len(windows),
        seconds_each=seconds,
        steps_per_s_watched=_pace(steps for is_watched, steps in windows if is_watched),
        steps_per_s_alone=_pace(steps for is_watched, steps in windows if not is_watched),
        cost=math.exp(mean) - 1,
        low=math.exp(mean - reach) - 1,
        high=math.exp(mean + reach) - 1,
    )


def _expected_s(steps: list[Recorded]) -> Callable[[Recorded], float]:
    """Fit seconds over tokens, a line per task."""
    lines = {}
    for task in {step.task for step in steps}:
        own = [step for step in steps if step.task == task]
        tokens_S, seconds_S = np.array([step.tokens for step in own]), np.array([step.seconds for step in own])
        slope = float(np.polyfit(tokens_S, seconds_S, 1)[0]) if np.ptp(tokens_S) > 0 and len(own) > 2 else 0.0
        lines[task] = (slope, float(seconds_S.mean() - slope * tokens_S.mean()))
    return lambda step: lines[step.task][0] * step.tokens + lines[step.task][1]


def _pace(windows: Iterable[list[Recorded]]) -> float:
    steps = [step for window in windows for step in window]
    return len(steps) / sum(step.seconds for step in steps)


if __name__ == "__main__":
    main()
