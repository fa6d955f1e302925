"""A person who watches a training while it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core.runs.facts import State
from redheart_core.runs.recorder import RunRecorder
from redheart_core.training.observer import Event, EventKind
from tests.browser.conftest import Visitor
from tests.unit.runs.recorded import new_run, step

CHART = ".st-key-run-loss-0 .js-plotly-plot"
RANGE = f"() => document.querySelector('{CHART}')._fullLayout.xaxis.range"
HAS_GROWN = f"() => document.querySelector('{CHART}').data.some(trace => trace.x.length > 300)"


def record(recorder: RunRecorder, first: int, last: int) -> None:
    """Record steps, and return once they are on the disk."""
    for number in range(first, last + 1):
        recorder.on_step(step(number))
    recorder.on_event(Event(step=last, kind=EventKind.CHECKPOINT, detail="kept"))


def test_a_zoom_stays_while_a_living_run_is_drawn_again(visitor: Visitor, runs_folder: Path) -> None:
    folder = new_run(runs_folder, "a living run")
    recorder = RunRecorder(folder)
    try:
        record(recorder, 1, 200)
        visitor.open(f"training?lang=en&run={folder.run_id}")
        plot = visitor.page.locator(f"{CHART} .nsewdrag").first
        plot.wait_for()
        box = plot.bounding_box()
        assert box is not None
        height = box["y"] + box["height"] / 2
        visitor.page.mouse.move(box["x"] + 0.25 * box["width"], height)
        visitor.page.mouse.down()
        visitor.page.mouse.move(box["x"] + 0.5 * box["width"], height, steps=8)
        visitor.page.mouse.up()
        visitor.page.wait_for_timeout(300)
        zoomed = visitor.page.evaluate(RANGE)
        assert 20 < zoomed[1] - zoomed[0] < 100
        record(recorder, 201, 400)
        visitor.page.wait_for_function(HAS_GROWN)
        assert visitor.page.evaluate(RANGE) == pytest.approx(zoomed)
        visitor.expect("a living run")
    finally:
        recorder.close(State.STOPPED)
