"""The steps of a run as a population with an order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redheart_core.errors import RunError
from redheart_core.explain.surd import Coding
from redheart_core.explain.surd.populations import Population, Question, observations_of
from redheart_core.runs.population import run_population, stretch_length
from redheart_core.runs.reader import RunReader
from redheart_core.runs.recorder import recording
from tests.unit.runs.recorded import new_run, step


def recorded(root: Path, steps: int) -> Population:
    folder = new_run(root, "an hour")
    with recording(folder) as recorder:
        for number in range(1, steps + 1):
            recorder.on_step(step(number))
    with RunReader(folder) as reader:
        return run_population(reader)


def test_steps_keep_their_order_and_stretches_are_the_units(tmp_path: Path) -> None:
    found = recorded(tmp_path, 120)
    assert found.is_ordered
    assert found.num_units == 12
    assert found.columns["loss"].values.tolist() == [step(number).loss for number in range(1, 121)]
    assert found.columns["task"].values.tolist()[:2] == ["virtue", "kote"]
    assert "120" in found.description.en


def test_a_lag_looks_one_step_back_inside_its_stretch(tmp_path: Path) -> None:
    found = recorded(tmp_path, 120)
    question = Question(target="loss_change", sources=("loss",), coding=Coding(lags=(1,)))
    observations = observations_of(found, question)
    # Of 119 steps with a change, the first loses its past, and so does the first of every later stretch.
    assert observations.num_samples == 119 - 12
    assert observations.lags == (1,)


def test_norms_that_were_not_measured_everywhere_cannot_be_lagged_but_can_be_asked(tmp_path: Path) -> None:
    found = recorded(tmp_path, 120)
    assert int(np.isfinite(found.columns["gradient_norm/backbone"].values).sum()) == 12


def test_a_stretch_grows_with_the_cube_root() -> None:
    assert [stretch_length(steps) for steps in (50, 1_000, 27_000)] == [10, 20, 60]


def test_a_run_that_hardly_began_is_no_population(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="10 recorded steps"):
        recorded(tmp_path, 10)
