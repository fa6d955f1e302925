"""Runs side by side, and in the files of other trackers."""

from __future__ import annotations

import importlib.util
import math
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from redheart_core.errors import ConfigError, RunError
from redheart_core.runs.catalogue import find_run, list_runs
from redheart_core.runs.comparing import best_metrics, compare_runs, metric_name
from redheart_core.runs.export.mlflow import export_mlflow
from redheart_core.runs.export.tensorboard import export_tensorboard
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.reader import RunReader, Validation
from redheart_core.runs.recorder import recording
from redheart_core.training.happenings import RDropAdded
from redheart_core.training.observer import Event
from tests.unit.runs.recorded import new_run, step, validation


def filled(folder: RunFolder, *, num_steps: int, best: float) -> RunFolder:
    with recording(folder) as recorder:
        for number in range(1, num_steps + 1):
            recorder.on_step(step(number, loss=math.nan if number == 7 else None))
        recorder.on_validation(validation(10, value=best))
        recorder.on_validation(validation(20, value=best - 0.1))
        recorder.on_event(Event(step=5, what=RDropAdded(nats=0.1)))
    return folder


def measured(metric: str, value: float, at: int) -> Validation:
    return Validation(
        step=at, epoch=0.0, task="kote", metric=metric, value=value, baseline=0.5, num_rows=1, detail="{}"
    )


def test_a_comparison_shows_what_differs_the_best_metrics_and_losses_at_the_same_steps(tmp_path: Path) -> None:
    one = filled(new_run(tmp_path, settings={"seed": "1", "rate": "0.1"}), num_steps=30, best=0.8)
    two = filled(new_run(tmp_path, settings={"seed": "1", "rate": "0.2", "r_drop.alpha": "1"}), num_steps=40, best=0.7)
    comparison = compare_runs([one, two], series=["loss", "loss/kote"])
    assert [(row.name, row.values) for row in comparison.settings] == [
        ("r_drop.alpha", (None, "1")),
        ("rate", ("0.1", "0.2")),
    ]
    (metric,) = comparison.metrics
    assert (metric.values, metric.steps, metric.baselines) == ((0.8, 0.7), (10, 10), (0.5, 0.5))
    loss, kote = comparison.curves
    assert loss.steps == tuple(number for number in range(1, 41) if number != 7)
    assert loss.values[0][:2] == (step(1).loss, step(2).loss)
    assert loss.values[0][-1] is None
    assert kote.steps == tuple(range(2, 41, 2))


def test_long_runs_are_compared_by_stretches_of_whole_summaries(tmp_path: Path) -> None:
    folder = new_run(tmp_path)
    with recording(folder) as recorder:
        for number in range(1, 10_101):
            recorder.on_step(step(number))
    (curve,) = compare_runs([folder]).curves
    assert curve.every_steps == 100
    assert curve.values[0][1] == pytest.approx(sum(step(number).loss for number in range(100, 200)) / 100)


def test_the_best_of_an_error_is_its_lowest_and_thresholds_do_not_part_a_metric() -> None:
    assert metric_name("macro-F1 at the best global threshold (0.35)") == "macro-F1 at the best global threshold"
    error = "mean absolute error against a proxy (lower is better)"
    assert metric_name(error) == error
    rows = [measured(error, 0.4, 1), measured(error, 0.2, 2), measured(error, math.nan, 3)]
    rows += [measured("F1 (0.30)", 0.1, 1), measured("F1 (0.50)", 0.3, 2)]
    f1, mean_error = best_metrics([rows, []])
    assert (f1.metric, f1.values, f1.steps) == ("F1", (0.3, None), (2, None))
    assert (mean_error.lower_is_better, mean_error.values) == (True, (0.2, None))


def test_a_run_is_found_by_identifier_beginning_name_or_as_the_latest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="none yet"):
        find_run(tmp_path, "latest")
    folder = new_run(tmp_path, name="../../x")
    assert {find_run(tmp_path, each) for each in (folder.run_id, folder.run_id[:20], "../../x", "latest")} == {folder}
    second = new_run(tmp_path, name="../../x")
    with pytest.raises(RunError, match="stands for 2 runs"):
        find_run(tmp_path, "../../x")
    for unknown in ("", "..", "; rm", "🌱", "y" * 300):
        with pytest.raises(RunError, match="There is no run"):
            find_run(tmp_path, unknown)
    second.store.write_bytes(b"damaged" * 1000)
    problems = {listed.folder.run_id: listed.problem for listed in list_runs(tmp_path)}
    assert problems[folder.run_id] is None
    assert "cannot be used" in str(problems[second.run_id])


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[RunReader]:
    folder = filled(new_run(tmp_path, name="내보내기 🌱"), num_steps=12, best=0.8)
    with RunReader(folder) as own:
        yield own


@pytest.mark.parametrize(
    ("export", "module"), [(export_tensorboard, "torch.utils.tensorboard"), (export_mlflow, "mlflow.entities")]
)
def test_without_the_extra_the_message_says_what_to_install(
    reader: RunReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export, module: str
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match=r"pip install .*redheart-workbench\["):
        export(reader, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _require(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed; it belongs to an extra")
    warnings.simplefilter("ignore")  # theirs, on import


def test_tensorboard_reads_what_was_exported(reader: RunReader, tmp_path: Path) -> None:
    _require("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: PLC0415

    count = export_tensorboard(reader, tmp_path / "out")
    events = EventAccumulator(str(tmp_path / "out" / reader.folder.run_id))
    events.Reload()
    loss = {each.step: each.value for each in events.Scalars("train/loss")}
    assert list(loss) == list(range(1, 13))
    assert loss[2] == pytest.approx(step(2).loss, abs=1e-6)
    assert math.isnan(loss[7])
    assert [each.step for each in events.Scalars("validation/kote/accuracy")] == [10, 20]
    assert count == sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"])


@pytest.mark.slow
def test_mlflow_reads_what_was_exported(reader: RunReader, tmp_path: Path) -> None:
    _require("mlflow")
    from mlflow.tracking import MlflowClient  # noqa: PLC0415

    export_mlflow(reader, tmp_path / "out")
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'out' / 'mlflow.db'}")
    (run,) = client.search_runs([client.get_experiment_by_name("redheart").experiment_id])
    assert run.info.run_name == "내보내기 🌱"
    assert run.info.status == "FINISHED"
    assert run.data.params["seed"] == "1"
    loss = client.get_metric_history(run.info.run_id, "train/loss")
    assert {each.step: each.value for each in loss} == {n: step(n).loss for n in range(1, 13) if n != 7}
    assert run.data.metrics["validation/kote/accuracy"] == pytest.approx(0.7)
