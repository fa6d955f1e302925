"""Looking again and again: what was added comes, what was taken back goes, no extreme is lost."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redheart_core.runs import watching
from redheart_core.runs.facts import State
from redheart_core.runs.recorder import RunRecorder
from redheart_core.runs.stretches import joined, summarised
from redheart_core.runs.watching import Look, RunWatch
from redheart_core.training.happenings import Resumed, StateKept
from redheart_core.training.observer import Event
from tests.unit.runs.recorded import new_run, step, validation

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=300)


@given(values=VALUES, most=st.integers(1, 50), again=st.integers(1, 20))
def test_no_extreme_is_lost_however_few_points_are_drawn(values: list[float], most: int, again: int) -> None:
    finite = [(value, place) for place, value in enumerate(values) if math.isfinite(value)]
    stretches = joined(summarised(range(len(values)), values, most=most), most=again)
    assert len(stretches) <= min(most, again)
    assert sum(stretch.num_values for stretch in stretches) == len(finite)
    for stretch in stretches:
        own = [(value, place) for value, place in finite if stretch.start <= place <= stretch.end]
        assert stretch.low == min(own)[0] == values[int(stretch.low_at)]
        assert stretch.high == max(own)[0] == values[int(stretch.high_at)]
        assert stretch.mean == pytest.approx(math.fsum(value for value, _ in own) / len(own), rel=1e-9, abs=1e-6)


def test_fewer_than_one_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match="0 stretches"):
        summarised([1, 2], [1.0, 2.0], most=0)


def test_looking_again_adds_up_to_looking_once(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    watch, recorder = RunWatch(folder), RunRecorder(folder)
    for first in (1, 120, 121, 400):
        for number in range(first, {1: 120, 120: 121, 121: 400, 400: 450}[first]):
            recorder.on_step(step(number))
        recorder.on_validation(validation(first, value=0.5))
        recorder.on_event(Event(step=first, what=StateKept(file="kept")))
        watch.look()
    recorder.close(State.COMPLETED)
    assert contents(watch.look()) == contents(RunWatch(folder).look())
    assert len(watch.look().curves["loss"]) == 449


def test_a_long_run_is_seen_in_summaries_that_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_SINGLE_STEPS", 150)
    folder = new_run(tmp_path)
    watch, recorder = RunWatch(folder), RunRecorder(folder)
    for number in range(1, 1001):
        recorder.on_step(step(number, loss=90.0 if number == 777 else 1.0))
        if number % 90 == 0:
            recorder.on_event(Event(step=number, what=StateKept(file="so that all is on the disk")))
            watch.look()
    recorder.close(State.COMPLETED)
    look = watch.look()
    assert contents(look) == contents(RunWatch(folder).look())
    assert sum(stretch.num_values for stretch in look.curves["loss"]) == 1000
    assert [stretch.high_at for stretch in look.curves["loss"] if stretch.high == 90.0] == [777]


def test_what_a_resumed_run_takes_back_is_forgotten(tmp_path: Path) -> None:
    folder, watch = new_run(tmp_path), None
    recorder = RunRecorder(folder)
    for number in range(1, 31):
        recorder.on_step(step(number))
    recorder.on_validation(validation(30, value=0.9))
    recorder.close(State.STOPPED)
    watch = RunWatch(folder)
    assert watch.look().validations
    again = RunRecorder(folder)
    again.on_event(Event(step=20, what=Resumed(steps=300)))
    again.on_step(step(21, loss=7.0))
    again.close(State.STOPPED)
    look = watch.look()
    assert [stretch.mean for stretch in look.curves["loss"]][-1] == 7.0
    assert len(look.curves["loss"]) == 21
    assert not look.validations


def test_a_loss_that_is_no_number_is_found(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    watch, recorder = RunWatch(folder), RunRecorder(folder)
    for number in range(1, 11):
        recorder.on_step(step(number, loss=math.nan if number in (7, 9) else None))
    recorder.close(State.COMPLETED)
    assert watch.look().first_without_loss == 7


def contents(look: Look) -> tuple[object, ...]:
    return look.curves, look.validations, look.events, look.samples, look.first_without_loss
