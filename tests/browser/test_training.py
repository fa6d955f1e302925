"""A person who watches a training while it goes on."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from redheart_core.runs.facts import State
from redheart_core.runs.handover import models_of
from redheart_core.runs.recorder import RunRecorder
from redheart_core.training.happenings import StateKept
from redheart_core.training.observer import Event
from tests.browser.conftest import Visitor
from tests.recorded_trainings import recorded_training
from tests.unit.runs.recorded import new_run, step
from workbench.copy import say

CHART = ".st-key-run-loss-0 .js-plotly-plot"
RANGE = f"() => document.querySelector('{CHART}')._fullLayout.xaxis.range"
LAST = f"() => Math.max(...document.querySelector('{CHART}').data.flatMap(trace => trace.x))"
BEGINS_LATER = f"() => document.querySelector('{CHART}').data.every(trace => Math.min(...trace.x) >= 40)"


def test_a_model_that_is_taken_into_use_is_named_at_once_on_the_page_where_it_was_taken(
    visitor: Visitor, runs_folder: Path
) -> None:
    folder = recorded_training(runs_folder, steps=4)
    (model,) = models_of(folder)
    banner = say("frame.checkpoint.run", "en", run=folder.run_id, model=model.name)
    visitor.open(f"training?lang=en&run={folder.run_id}")
    visitor.page.get_by_role("radio", name=say("run.layer.model", "en")).click()
    visitor.press(f"run.models.use.{model.name}")
    visitor.expect(banner)
    visitor.press(f"run.models.back.{model.name}")
    assert banner not in visitor.read()


def record(recorder: RunRecorder, first: int, last: int) -> None:
    """Record steps, and return once they are on the disk."""
    for number in range(first, last + 1):
        recorder.on_step(step(number))
    recorder.on_event(Event(step=last, what=StateKept(file="kept")))


def wait_for_step(visitor: Visitor, number: int) -> None:
    visitor.page.wait_for_function(f"() => ({LAST})() >= {number}")


def test_a_zoom_a_drag_and_the_chosen_steps_stay_while_a_living_run_is_drawn_again(
    visitor: Visitor, runs_folder: Path
) -> None:
    folder = new_run(runs_folder, "a living run")
    recorder = RunRecorder(folder)
    page = visitor.page
    try:
        record(recorder, 1, 200)
        visitor.open(f"training?lang=en&run={folder.run_id}")
        drawing = page.locator(f"{CHART} .nsewdrag").first
        drawing.wait_for()
        box = drawing.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.25, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=4)
        record(recorder, 201, 220)
        page.wait_for_timeout(3_000)  # a drag that lasts longer than the pace of looking is not broken off
        page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
        page.mouse.up()
        wait_for_step(visitor, 215)
        zoomed = page.evaluate(RANGE)
        assert 30 < zoomed[0] < 70
        assert 80 < zoomed[1] < 120
        record(recorder, 221, 400)
        wait_for_step(visitor, 390)
        assert page.evaluate(RANGE) == zoomed
        drawing.dblclick()
        page.wait_for_function(f"() => ({RANGE})()[1] > 380")
        record(recorder, 401, 600)
        page.wait_for_function(f"() => ({RANGE})()[1] > 580")
        first = page.locator("[class*='st-key-run-span'] :is([role=slider], input[type=range])").first
        first.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_function(BEGINS_LATER)
        record(recorder, 601, 800)
        wait_for_step(visitor, 790)
        assert page.evaluate(BEGINS_LATER)
        assert {urlsplit(address.removeprefix("blob:")).hostname for address in visitor.requested} == {"127.0.0.1"}
    finally:
        recorder.close(State.STOPPED)
