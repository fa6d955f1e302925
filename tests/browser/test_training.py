"""A person who watches a training while it goes on."""

from __future__ import annotations

from pathlib import Path

from redheart_core.runs.facts import State
from redheart_core.runs.recorder import RunRecorder
from redheart_core.training.observer import Event, EventKind
from tests.browser.conftest import Visitor
from tests.unit.runs.recorded import new_run, step

CHART = ".st-key-run-loss-0 .js-plotly-plot"
BEGINS_LATER = f"() => document.querySelector('{CHART}').data.every(trace => Math.min(...trace.x) >= 50)"
HAS_GROWN = f"() => document.querySelector('{CHART}').data.some(trace => trace.x.length > 300)"


def record(recorder: RunRecorder, first: int, last: int) -> None:
    """Record steps, and return once they are on the disk."""
    for number in range(first, last + 1):
        recorder.on_step(step(number))
    recorder.on_event(Event(step=last, kind=EventKind.CHECKPOINT, detail="kept"))


def test_the_chosen_steps_stay_while_a_living_run_is_drawn_again(visitor: Visitor, runs_folder: Path) -> None:
    folder = new_run(runs_folder, "a living run")
    recorder = RunRecorder(folder)
    try:
        record(recorder, 1, 200)
        visitor.open(f"training?lang=en&run={folder.run_id}")
        visitor.page.locator(f"{CHART} .nsewdrag").first.wait_for()
        first = visitor.page.locator("[class*='st-key-run-span'] :is([role=slider], input[type=range])").first
        first.focus()
        for _ in range(5):
            visitor.page.keyboard.press("ArrowRight")
        visitor.page.wait_for_function(BEGINS_LATER)
        record(recorder, 201, 400)
        visitor.page.wait_for_function(HAS_GROWN)
        assert visitor.page.evaluate(BEGINS_LATER)
        visitor.expect("a living run")
    finally:
        recorder.close(State.STOPPED)
