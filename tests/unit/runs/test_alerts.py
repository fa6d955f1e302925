"""What a watcher is warned of: pure decisions on one look."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from redheart_core.runs.alerts import Alert, AlertKind, alerts
from redheart_core.runs.facts import Shown, State
from redheart_core.runs.recorder import RunRecorder
from redheart_core.runs.telemetry import Sample
from redheart_core.runs.watching import Look, RunWatch
from tests.unit.runs.recorded import new_run, step, validation

GIB = 1024**3
NOW_S = 1e9


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = new_run(tmp_path_factory.mktemp("runs"))
    recorder = RunRecorder(folder)
    for number in range(1, 11):
        recorder.on_step(step(number))
    for number, value in enumerate((0.5, 0.6, 0.7), start=1):
        recorder.on_validation(validation(number, value=value))
    recorder.close(State.COMPLETED)
    return RunWatch(folder).look()


def kinds(look: Look) -> list[AlertKind]:
    return [alert.kind for alert in alerts(look, now_s=NOW_S)]


def living(look: Look, shown: Shown = Shown.RUNNING) -> Look:
    return replace(look, status=replace(look.status, shown=shown))


def sample(*, free: int, total: int, used: int = 1) -> Sample:
    return Sample(
        at_s=1.0, cpu_percent=1.0, process_cpu_percent=1.0, process_bytes=1, used_bytes=used * GIB,
        total_bytes=16 * GIB, disk_free_bytes=free * GIB, disk_total_bytes=total * GIB,
    )  # fmt: skip


def test_a_healthy_run_warns_of_nothing(look: Look) -> None:
    assert kinds(look) == kinds(living(look)) == []


def test_the_first_step_without_a_number_is_named_wherever_it_was(look: Look) -> None:
    missing = replace(look.validations[0], value=math.nan, step=5)
    sick = replace(look, first_without_loss=7, validations=(*look.validations, missing))
    assert alerts(sick, now_s=NOW_S) == (Alert(kind=AlertKind.NOT_A_NUMBER, step=5),)


def test_a_plateau_names_the_best_validation_and_only_while_it_runs(look: Look) -> None:
    flat = tuple(replace(look.validations[0], step=place, value=0.5) for place in range(4, 40))
    stuck = replace(living(look), validations=(*look.validations, *flat))
    assert alerts(stuck, now_s=NOW_S) == (Alert(kind=AlertKind.PLATEAU, step=3),)
    assert kinds(replace(stuck, status=look.status)) == []


def test_silence_is_told_with_its_length(look: Look) -> None:
    silent = living(look, Shown.SILENT)
    assert silent.status.attempt is not None
    (alert,) = alerts(silent, now_s=silent.status.attempt.heartbeat_s + 90.0)
    assert alert == Alert(kind=AlertKind.SILENT, seconds=pytest.approx(90.0))
    assert kinds(living(look, Shown.CRASHED)) == [AlertKind.CRASHED]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (sample(free=1, total=100), [AlertKind.DISK]),
        (sample(free=1, total=10), []),
        (sample(free=3, total=1000), []),
        (sample(free=50, total=100, used=16), [AlertKind.MEMORY]),
    ],
)
def test_disk_and_memory_are_told_while_it_lives(look: Look, taken: Sample, expected: list[AlertKind]) -> None:
    assert kinds(replace(living(look), samples=(taken,))) == expected
    assert kinds(replace(look, samples=(taken,))) == []
