"""Memory planned against measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redheart_core.runs.facts import State
from redheart_core.runs.reader import Moment
from redheart_core.runs.recorder import RunRecorder
from redheart_core.runs.telemetry import DeviceSample, Sample
from redheart_core.runs.watching import Look, RunWatch
from redheart_core.runtime.plan import Line, MemoryPlan, Place, PlanLine
from tests.unit.runs.recorded import new_run, step
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.run_machine import machine_view, memory_sentence

GIB = 1024**3
PLAN = MemoryPlan(lines=(PlanLine(name=Line.WEIGHTS, bytes=3 * GIB, place=Place.DEVICE),))
GPU = DeviceSample(
    name="<b>GPU</b>", used_bytes=GIB, total_bytes=8 * GIB, allocated_bytes=GIB, peak_bytes=5 * GIB, busy_percent=70.0
)


def sample(at_s: float, process_gib: float, *devices: DeviceSample) -> Sample:
    return Sample(
        at_s=at_s, cpu_percent=50.0, process_cpu_percent=100.0, process_bytes=int(process_gib * GIB),
        used_bytes=4 * GIB, total_bytes=16 * GIB, disk_free_bytes=GIB, disk_total_bytes=9 * GIB, devices=devices,
    )  # fmt: skip


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = new_run(Path(tmp_path_factory.mktemp("runs")))
    recorder = RunRecorder(folder)
    recorder.on_step(step(1))
    recorder.close(State.COMPLETED)
    return replace(RunWatch(folder).look(), clock=(Moment(step=1, epoch=0.0, at_s=10.0, attempt=1),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth_since_the_first_step_stands_beside_the_plan(look: Look, language: UiLanguage) -> None:
    measured = replace(look, samples=(sample(5, 1.0), sample(9, 1.5), sample(15, 4.0), sample(20, 2.0)))
    sentence = memory_sentence(measured, PLAN, language)
    assert sentence is not None
    assert all(number in sentence for number in ("3.0 GiB", "2.5 GiB", "1.5 GiB"))


def test_a_gpu_is_compared_by_its_own_count(look: Look) -> None:
    sentence = memory_sentence(replace(look, samples=(sample(15, 4.0, GPU),)), PLAN, "en")
    assert sentence is not None
    assert "5.0 GiB" in sentence


def test_without_a_sample_before_the_first_step_no_growth_is_told(look: Look) -> None:
    sentence = memory_sentence(replace(look, samples=(sample(15, 4.0),)), PLAN, "en")
    assert sentence is not None
    assert "4.0" not in sentence
    assert memory_sentence(look, PLAN, "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_gpu_has_its_panels_and_nothing_is_drawn_without_samples(look: Look, language: UiLanguage) -> None:
    assert machine_view(look, language) is None
    view = machine_view(replace(look, samples=(sample(5, 1.0), sample(9, 1.5, GPU))), language)
    assert view is not None
    assert len(view.panels) == 5
    assert view.panels[3].lines[1].stretches[0].mean == 1.0
