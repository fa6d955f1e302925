"""What is acknowledged is kept, whoever reads or dies; what is taken again is not counted twice."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redheart_core.errors import DataError, RunError
from redheart_core.runs import inserts
from redheart_core.runs.facts import Shown, State
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import RunRecorder, recording
from redheart_core.runs.schema import open_store
from redheart_core.runs.telemetry import Sample
from redheart_core.training.happenings import EventKind, RDropAdded, Resumed, StateKept, Stopped, SweetSpotReached
from redheart_core.training.observer import Event
from tests.unit.runs.recorded import new_run, step, validation

ROOT = Path(__file__).parents[3]
WRITE_FOR_EVER = """
import sys
from pathlib import Path
from redheart_core.runs.folder import open_folder
from redheart_core.runs.recorder import RunRecorder
from tests.unit.runs.recorded import step
recorder = RunRecorder(open_folder(Path(sys.argv[1]), sys.argv[2]), commit_every_s=0.02)
number = 0
while True:
    number += 1
    recorder.on_step(step(number))
    if number % 50 == 0:
        print(recorder.acknowledged_step, flush=True)
"""
READ_FOR_EVER = """
import sys
from pathlib import Path
from redheart_core.runs.folder import open_folder
from redheart_core.runs.reader import RunReader
folder, last = open_folder(Path(sys.argv[1]), sys.argv[2]), -1
print("reading", flush=True)
while not folder.path.joinpath("enough").exists():
    with RunReader(folder) as reader:
        curve = reader.curve("loss")
        assert list(curve.steps) == sorted(curve.steps)
        assert reader.status().step >= last
        last = reader.status().step
print(last, flush=True)
"""


def start(code: str, folder: RunFolder) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path.parent), folder.run_id],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def test_what_was_recorded_is_read_back_to_the_last_bit(tmp_path: Path) -> None:
    folder = new_run(tmp_path, name="첫 실행 🌱")
    told = [step(number) for number in range(1, 251)]
    with recording(folder) as recorder:
        recorder.on_data({"kote/val.tsv": "ab"})
        for record in told:
            recorder.on_step(record)
        recorder.on_validation(validation(250, value=0.75))
        recorder.on_event(Event(step=250, what=RDropAdded(nats=0.1)))
    with RunReader(folder) as reader:
        assert [record for _, record in reader.steps()] == told
        assert reader.facts().name == "첫 실행 🌱"
        assert reader.data_sha256() == {"kote/val.tsv": "ab"}
        assert [(row.step, row.value, row.baseline) for row in reader.validations()] == [(250, 0.75, 0.5)]
        (event,) = reader.events()
        assert (event.kind, event.what) == (EventKind.TECHNIQUE_ACTED, RDropAdded(nats=0.1))
        assert event.detail == "r_drop: added 0.10000 nats"
        status = reader.status()
        assert (status.shown, status.step, status.left_s) == (Shown.COMPLETED, 250, 0.5 * 750)
        assert reader.attempts()[0].environment["torch"]


def test_a_reader_in_another_process_neither_waits_nor_makes_the_writer_wait(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    reader = start(READ_FOR_EVER, folder)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    with recording(folder) as recorder:
        for number in range(1, 2001):
            recorder.on_step(step(number))
            if number % 100 == 0:
                recorder.on_event(Event(step=number, what=StateKept(file="")))
                assert recorder.acknowledged_step == number
    (folder.path / "enough").touch()
    assert int(reader.communicate(timeout=30)[0]) > 0
    assert reader.returncode == 0


def test_kill_loses_nothing_that_was_acknowledged_and_the_next_attempt_goes_on(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    writer = start(WRITE_FOR_EVER, folder)
    assert writer.stdout is not None
    acknowledged = 0
    while acknowledged < 300:
        acknowledged = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, writer.pid, os.WEXITED | os.WNOWAIT)
    with RunReader(folder) as reader:  # nobody has collected the dead process yet: it is a zombie
        assert reader.status().shown is Shown.CRASHED
        recorded = [record for _, record in reader.steps()]
    acknowledged = max([acknowledged, *map(int, writer.communicate()[0].split())])
    assert len(recorded) >= acknowledged
    assert recorded == [step(number) for number in range(1, len(recorded) + 1)]
    with recording(folder) as recorder:
        recorder.on_event(Event(step=100, what=Resumed(steps=300)))
        recorder.on_step(step(101))
    with RunReader(folder) as reader:
        assert [record.step for _, record in reader.steps()] == list(range(1, 102))
        assert [attempt.state for attempt in reader.attempts()] == [State.RUNNING, State.COMPLETED]
        assert reader.status().shown is Shown.COMPLETED


def test_steps_taken_again_replace_the_first_ones_in_curves_too(tmp_path: Path) -> None:
    folder, straight = new_run(tmp_path), new_run(tmp_path)
    with recording(folder) as recorder:
        for number in range(1, 350):
            recorder.on_step(step(number, loss=99.0 if number > 230 else None))
        recorder.on_validation(validation(300, value=0.9))
        recorder.on_event(Event(step=300, what=SweetSpotReached(module="head", frozen_at=4, best=2, score=0.5)))
        for number in range(231, 301):
            recorder.on_step(step(number))
    with recording(straight) as recorder:
        for number in range(1, 301):
            recorder.on_step(step(number))
    tables = []
    for each in (folder, straight):
        connection = open_store(each.store, writing=False)
        rows = connection.execute(
            "SELECT name, bucket, count, low, low_step, high, high_step FROM buckets JOIN series USING (series)"
            " ORDER BY name, bucket"
        )
        tables.append([tuple(row) for row in rows])
        connection.close()
    assert tables[0] == tables[1]
    with RunReader(folder) as again, RunReader(straight) as once:
        assert [record for _, record in again.steps()] == [record for _, record in once.steps()]
        assert (again.status().revision, once.status().revision) == (1, 0)
        assert again.validations() == ()
        assert [event.is_superseded for event in again.events()] == [True]


def test_numbers_that_are_none_are_kept_as_such(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    broken = step(2, loss=math.nan)
    with recording(folder) as recorder:
        recorder.on_step(step(1))
        recorder.on_step(broken)
        recorder.on_step(step(3, loss=math.inf))
    with RunReader(folder) as reader:
        first, second, third = reader.curve("loss").values
    assert first == step(1).loss
    assert math.isnan(second)
    assert math.isinf(third)


def test_long_curves_keep_their_extremes(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with recording(folder) as recorder:
        for number in range(1, 12_001):
            recorder.on_step(step(number, loss={7_013: 50.0, 9_999: -50.0}.get(number)))
    with RunReader(folder) as reader:
        whole = reader.curve("loss", max_points=100)
        assert whole.is_decimated
        assert len(whole.steps) <= 100
        assert (7_013, 50.0) in zip(whole.steps, whole.values, strict=True)
        assert (9_999, -50.0) in zip(whole.steps, whole.values, strict=True)
        near = reader.curve("loss", first_step=7_000, last_step=7_020)
        assert (near.steps, near.is_decimated) == (tuple(range(7_000, 7_021)), False)
        assert reader.curve("gradient_norm/backbone", last_step=40).steps == (10, 20, 30, 40)
        assert reader.curve("loss/virtue", last_step=4).steps == (1, 3)
        assert reader.curve("part/task", last_step=2).values == (0.1, 0.2)
        assert reader.curve("part/unknown").steps == ()
        assert set(reader.series_names()) >= {"loss", "loss/kote", "part/recovery", "tokens_per_s"}


def test_telemetry_is_sampled_at_its_interval_and_thinned_for_reading(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    recorder = RunRecorder(folder, sample_every_s=0.02)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and len(_samples(folder)) < 4:
        time.sleep(0.05)
        recorder.on_event(Event(step=0, what=StateKept(file="")))
    recorder.close(State.COMPLETED)
    samples = _samples(folder)
    assert len(samples) >= 4
    assert all(0 < sample.process_bytes < sample.total_bytes for sample in samples)
    assert all(0 < sample.disk_free_bytes <= sample.disk_total_bytes for sample in samples)
    with RunReader(folder) as reader:
        assert 1 <= len(reader.telemetry(max_samples=2)) <= 2
        assert reader.telemetry(after_s=samples[-1].at_s) == ()


def test_a_full_disk_ends_the_recording_with_a_reason_that_can_be_read(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with pytest.raises(RunError, match="disk is full"), recording(folder) as recorder:  # noqa: PT012
        recorder.on_step(step(1))
        recorder.on_event(Event(step=1, what=StateKept(file="")))
        connection = recorder._writer._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(2, 5_000):
            recorder.on_step(step(number))
        recorder.on_event(Event(step=5_000, what=StateKept(file="")))
    assert not folder.reserve.exists()
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.FAILED
        assert "disk is full" in reader.status().reason
        assert [record for _, record in reader.steps()] == [step(1)]
    assert "disk is full" in folder.log.read_text("utf-8")


def test_a_mistake_of_ours_while_recording_does_not_hang_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise TypeError("a mistake")

    monkeypatch.setattr(inserts, "_add_steps", broken)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    with pytest.raises(RunError, match="broke off"), recording(new_run(tmp_path)) as recorder:  # noqa: PT012
        recorder.on_step(step(1))
        recorder.on_event(Event(step=1, what=StateKept(file="")))


def test_an_exception_is_the_reason_of_a_failed_run(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with pytest.raises(DataError), recording(folder) as recorder:  # noqa: PT012
        recorder.on_step(step(1))
        raise DataError("step 2: the loss of kote is nan. Lower the learning rate.")
    with RunReader(folder) as reader:
        assert reader.status().shown is Shown.FAILED
        assert "the loss of kote is nan" in reader.status().reason
        assert reader.events()[-1].kind is EventKind.FAILED
        assert reader.status().step == 1
    assert "the loss of kote is nan" in folder.log.read_text("utf-8")


def test_data_that_changed_are_refused_on_resuming(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with pytest.raises(KeyboardInterrupt), recording(folder) as recorder:  # noqa: PT012
        recorder.on_data({"a": "1", "b": "2"})
        raise KeyboardInterrupt
    with pytest.raises(DataError, match="changed since this run began: b"), recording(folder) as recorder:
        recorder.on_data({"a": "1", "b": "3"})


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda path: path.write_bytes(b"no database" * 100), "cannot be used"),
        (lambda path: path.unlink(), "no such record"),
        (lambda path: _pragma(path, "user_version = 99"), "Update the program"),
        (lambda path: _pragma(path, "user_version = 0"), "version that wrote it"),
        (lambda path: _pragma(path, "application_id = 7"), "not the record of a run"),
    ],
)
def test_a_store_that_is_none_of_ours_is_refused_with_the_remedy(tmp_path: Path, break_it, message: str) -> None:  # type: ignore[no-untyped-def]
    folder = new_run(tmp_path)
    break_it(folder.store)
    with pytest.raises(RunError, match=message):
        RunReader(folder)


def test_a_record_of_version_1_is_read_and_brought_up_to_date_where_its_run_goes_on(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with recording(folder) as recorder:
        recorder.on_event(Event(step=1, what=RDropAdded(nats=0.1)))
        recorder.on_event(Event(step=1, what=Stopped()))
    connection = sqlite3.connect(folder.store)
    connection.executescript(
        "ALTER TABLE events DROP COLUMN name; ALTER TABLE events DROP COLUMN fields; PRAGMA user_version = 1"
    )
    connection.close()
    with RunReader(folder) as reader:
        lines = [(event.what, event.detail) for event in reader.events()]
        assert lines == [(None, "r_drop: added 0.10000 nats"), (None, "on request")]
    with recording(folder) as recorder:
        recorder.on_event(Event(step=1, what=Resumed(steps=300)))
    with RunReader(folder) as reader:
        assert [event.what for event in reader.events()] == [None, None, Resumed(steps=300)]


def _pragma(path: Path, pragma: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()


def _samples(folder: RunFolder) -> tuple[Sample, ...]:
    with RunReader(folder) as reader:
        return reader.telemetry()
