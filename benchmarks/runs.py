"""What recording a run costs: steps per second alone and while three processes read, and seconds added to a step.

    python benchmarks/runs.py [--seconds 4] [--json]

The writer records as fast as it can, so its thread is the bottleneck and readers would show if they made it wait; each
reader redraws a whole page (status, two curves, validations, telemetry) without a pause. A real watcher looks once a
second. On few cores readers and writer also share the processor; the figure per second of the writer's own processor
time is free of that. "Added to a step" is the time that the training's own thread spends in the recorder, at a pace of
200 steps per second, without and with the readers. At the end ten runs of 100,000 steps are looked at
as the training page does: the list with its best validations and all that is drawn of each run (``RunWatch``), first
with nothing read yet, then again after a hundred more steps of one of them.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import TypeVar

from redheart_core.runs.attempts import write_facts
from redheart_core.runs.facts import RunFacts, State
from redheart_core.runs.folder import RunFolder, create_folder
from redheart_core.runs.overview import Overview
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import RunRecorder
from redheart_core.runs.watching import MOST_STRETCHES, RunWatch
from redheart_core.training.evaluation import Metric
from redheart_core.training.observer import StepRecord, ValidationRecord

Result = TypeVar("Result")

NUM_READERS = 3
PACE_S = 0.005
LONG_RUNS, LONG_STEPS, VALIDATED_EVERY = 10, 100_000, 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = measure(Path(scratch), arguments.seconds)
    if arguments.json:
        print(json.dumps(report, indent=2))
        return
    print(
        f"recorded: {report['steps_per_s']:,.0f} steps/s alone, {report['steps_per_s_read']:,.0f} while {NUM_READERS} "
        f"processes read ({report['redraws']} redraws): ratio {report['ratio']:.2f}\n"
        f"per second of the writer's processor time: {report['steps_per_cpu_s']:,.0f} alone, "
        f"{report['steps_per_cpu_s_read']:,.0f} while they read: ratio {report['cpu_ratio']:.2f}\n"
        f"added to a step: {report['added_us']:.0f} us alone, {report['added_us_read']:.0f} us while they read\n"
        f"{LONG_RUNS} runs of {LONG_STEPS:,} steps: first look {report['first_look_s']:.2f} s, "
        f"looking again {report['look_again_s']:.2f} s"
    )


def measure(root: Path, seconds: float) -> dict[str, float]:
    """Return every number of the report."""
    alone, cpu_alone = _record(_new_run(root), seconds)
    added = _paced(_new_run(root), seconds)
    (with_readers, cpu_with_readers), redraws = _with_readers(_new_run(root), seconds, _record)
    added_read, _ = _with_readers(_new_run(root), seconds, _paced)
    return {
        "steps_per_s": alone,
        "steps_per_s_read": with_readers,
        "ratio": with_readers / alone,
        "steps_per_cpu_s": cpu_alone,
        "steps_per_cpu_s_read": cpu_with_readers,
        "cpu_ratio": cpu_with_readers / cpu_alone,
        "redraws": redraws,
        "added_us": added * 1e6,
        "added_us_read": added_read * 1e6,
        **_look_at_long_runs(root / "long"),
    }


def _record(folder: RunFolder, seconds: float) -> tuple[float, float]:
    """Record as fast as possible; return steps on the disk per second, and per second of processor time."""
    recorder, number = RunRecorder(folder), 0
    started_s, started_cpu_s = time.monotonic(), time.process_time()
    while time.monotonic() - started_s < seconds:
        number += 1
        recorder.on_step(_step(number))
    recorder.close(State.COMPLETED)
    with RunReader(folder) as reader:
        assert reader.status().step == number
    return number / (time.monotonic() - started_s), number / (time.process_time() - started_cpu_s)


def _paced(folder: RunFolder, seconds: float) -> float:
    """Record at the pace of a training; return the mean time in the recorder per step."""
    recorder, number, spent_s = RunRecorder(folder), 0, 0.0
    started_s = time.monotonic()
    while time.monotonic() - started_s < seconds:
        number += 1
        record = _step(number)
        time.sleep(PACE_S)
        before_s = time.perf_counter()
        recorder.on_step(record)
        recorder.stop_requested()
        spent_s += time.perf_counter() - before_s
    recorder.close(State.COMPLETED)
    return spent_s / number


def _with_readers(folder: RunFolder, seconds: float, write: Callable[[RunFolder, float], Result]) -> tuple[Result, int]:
    context = multiprocessing.get_context("fork")  # before there are threads; importing torch anew takes seconds
    enough, ready, counts = context.Event(), context.Barrier(NUM_READERS + 1), context.Queue()
    readers = [context.Process(target=_read, args=(folder, enough, ready, counts)) for _ in range(NUM_READERS)]
    for reader in readers:
        reader.start()
    ready.wait()
    result = write(folder, seconds)
    enough.set()
    redraws = sum(counts.get() for _ in readers)
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0
    return result, redraws


def _read(folder: RunFolder, enough: Event, ready: Barrier, counts: Queue[int]) -> None:
    count = 0
    ready.wait()
    while not enough.is_set():
        _redraw(folder)
        count += 1
    counts.put(count)


def _redraw(folder: RunFolder) -> None:
    with RunReader(folder) as reader:
        reader.status()
        reader.curve("loss")
        reader.curve("learning_rate")
        reader.validations()
        reader.telemetry()


def make_long_runs(root: Path) -> list[RunFolder]:
    """Record ``LONG_RUNS`` runs of ``LONG_STEPS`` steps that have ended."""
    first = _new_run(root)
    recorder = RunRecorder(first)
    for number in range(1, LONG_STEPS + 1):
        recorder.on_step(_step(number))
        if number % VALIDATED_EVERY == 0:
            recorder.on_validation(_validation(number))
    recorder.close(State.STOPPED)
    folders = [first] + [create_folder(root) for _ in range(LONG_RUNS - 1)]
    for folder in folders[1:]:
        shutil.copy(first.store, folder.store)
    return folders


def _look_at_long_runs(root: Path) -> dict[str, float]:
    folders = make_long_runs(root)
    overview, watches = Overview(), [RunWatch(folder) for folder in folders]
    first_look_s = _look(overview, watches, root)
    more = RunRecorder(folders[0])
    for number in range(LONG_STEPS + 1, LONG_STEPS + 101):
        more.on_step(_step(number))
    more.close(State.STOPPED)
    return {"first_look_s": first_look_s, "look_again_s": _look(overview, watches, root)}


def _look(overview: Overview, watches: list[RunWatch], root: Path) -> float:
    """Return the seconds that the list and everything drawn of each run take."""
    started_s = time.perf_counter()
    assert len(overview.look(root)) == len(watches)
    for watch in watches:
        look = watch.look()
        assert len(look.curves["loss"]) >= MOST_STRETCHES // 2
    return time.perf_counter() - started_s


def _new_run(root: Path) -> RunFolder:
    folder = create_folder(root)
    facts = RunFacts(
        name="benchmark",
        created_s=time.time(),
        command="",
        config="",
        settings={},
        seed=0,
        planned_steps=LONG_STEPS,
        data_dir="",
        out_dir="",
        num_threads=1,
    )
    write_facts(folder, facts)
    return folder


def _step(number: int) -> StepRecord:
    return StepRecord(
        step=number,
        epoch=number / 1000,
        task=("kote", "virtue", "justice")[number % 3],
        loss=2 + math.sin(number),
        losses={"task": 1.9, "recovery": 0.1},
        learning_rate=1e-3,
        planned_learning_rate=1e-3,
        gradient_norms={"backbone": 1.0, "heads": 2.0} if number % 50 == 0 else {},
        batch_size=64,
        tokens=1500,
        seconds=0.5,
    )


def _validation(number: int) -> ValidationRecord:
    """Return a validation as large as that of the shipped recipe: thirty metrics."""
    metrics = tuple(
        Metric(
            task=f"task {place}", name="accuracy", value=0.5 + math.sin(number + place) / 3, baseline=0.5, num_rows=32
        )
        for place in range(30)
    )
    return ValidationRecord(step=number, epoch=number / 1000, metrics=metrics)


if __name__ == "__main__":
    main()
