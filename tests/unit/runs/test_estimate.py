"""A duration rests on runs that were really made on this machine, or nothing is said."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from redheart_core.runs.estimate import CALIBRATION_STEPS, Estimate, calibration, estimate_duration
from redheart_core.runs.facts import flat_settings
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.recorder import recording
from redheart_core.runs.schema import open_store
from redheart_core.training.config import TrainingConfig, load_config
from redheart_core.training.techniques.r_drop import RDropConfig
from tests.unit.runs.recorded import new_run, step

TINY = load_config("tiny")
SHORT = calibration(TINY)
PREPARING_S, STAGE_S, FINISHING_S = 20.0, (0.5, 2.0), 7.0


def made_run(root: Path, config: TrainingConfig, *, completes: bool = True) -> RunFolder:
    """Record a run and set its clock: twenty seconds before the steps, half a second and two for each, seven after."""
    settings = flat_settings(asdict(config))
    folder = new_run(root, settings=settings, planned_steps=config.steps, num_threads=2)
    with recording(folder) as recorder:
        for number in range(1, config.steps + 1):
            recorder.on_step(step(number))
    connection = open_store(folder.store, writing=True)
    first = config.stages[0].steps
    connection.execute("UPDATE attempts SET started_s = 1000.0")
    connection.execute(
        "UPDATE steps SET seconds = 0.5, at_s = 1000.0 + ? + CASE WHEN step <= ? THEN 0.5 * step ELSE 2.0 * step END",
        (PREPARING_S, first),
    )
    (last_s,) = connection.execute("SELECT max(at_s) FROM steps").fetchone()
    state = "completed" if completes else "stopped"
    connection.execute("UPDATE attempts SET ended_s = ?, state = ?", (last_s + FINISHING_S, state))
    connection.close()
    return folder


def estimated(root: Path, config: TrainingConfig = TINY, *, num_threads: int = 2) -> Estimate | None:
    return estimate_duration(root, config, num_threads=num_threads)


def test_a_calibration_tells_what_the_whole_run_takes(tmp_path: Path) -> None:
    folder = made_run(tmp_path, SHORT)
    found = estimated(tmp_path)
    assert found is not None
    assert [pace.seconds_per_step for pace in found.paces] == pytest.approx(STAGE_S)
    assert [pace.num_steps for pace in found.paces] == [CALIBRATION_STEPS - 1] * 2
    assert found.steps_s == pytest.approx(200 * STAGE_S[0] + 400 * STAGE_S[1])
    assert found.before_s == pytest.approx(PREPARING_S)
    assert found.after_s == pytest.approx(FINISHING_S)
    assert found.total_s == pytest.approx(found.steps_s + PREPARING_S + FINISHING_S)
    assert found.run_ids == (folder.run_id,)


def test_nothing_is_said_of_what_was_never_run_here(tmp_path: Path) -> None:
    assert estimated(tmp_path) is None
    made_run(tmp_path, SHORT)
    assert estimated(tmp_path, num_threads=1) is None
    assert estimated(tmp_path, replace(TINY, r_drop=RDropConfig())) is None
    assert estimated(tmp_path, replace(TINY, preset="compact")) is None
    larger = replace(TINY, stages=(TINY.stages[0], replace(TINY.stages[1], batch_size=64)))
    assert estimated(tmp_path, larger) is None
    assert estimated(tmp_path, replace(TINY, seed=1, weight_decay=0.0)) is not None


def test_an_end_that_was_not_reached_is_not_known(tmp_path: Path) -> None:
    made_run(tmp_path, SHORT, completes=False)
    found = estimated(tmp_path)
    assert found is not None
    assert found.after_s is None
    assert estimated(tmp_path, replace(TINY, max_rows=None)) == replace(found, before_s=None)


def test_other_machines_and_damaged_runs_tell_nothing(tmp_path: Path) -> None:
    folder = made_run(tmp_path, SHORT)
    made_run(tmp_path, SHORT).store.write_bytes(b"broken")
    connection = open_store(folder.store, writing=True)
    connection.execute("UPDATE attempts SET host = 'elsewhere'")
    connection.close()
    assert estimated(tmp_path) is None
