"""A run can be killed, stopped, broken and resumed, and its curve is that of a run that was left alone."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from redheart_core.data import splits
from redheart_core.errors import CheckpointError, ConfigError, DataError, InputError, RunError
from redheart_core.model.checkpoint import load_checkpoint, read_manifest
from redheart_core.runs.facts import Shown, State
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.liveness import process_start
from redheart_core.runs.reader import RunReader, Status
from redheart_core.runs.retention import best_step, keep_model, kept_models
from redheart_core.runs.working import RunRequest, prepare_resume, start_run, work_on
from redheart_core.training import trainer as trainer_module
from redheart_core.training.happenings import EventKind
from redheart_core.training.observer import SilentObserver, StepRecord
from tests.datasets import write_small_data
from tests.unit.runs.recorded import new_run
from tests.unit.runs.trained import request_of, start_process, tiny_run, without_time

MANY_KILLS = 20


class StopsAfter(SilentObserver):
    """Asks to stop after a number of steps."""

    def __init__(self, step: int) -> None:
        self._step, self._done = step, 0

    def on_step(self, record: StepRecord) -> None:
        self._done = record.step

    def stop_requested(self) -> bool:
        return self._done >= self._step


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def small_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "HARD_ROWS", {})


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> RunFolder:
    """A run that was left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splits, "HARD_ROWS", {})
        folder = tiny_run(tmp_path_factory.mktemp("straight"), data_dir)
        work_on(folder)
    return folder


def status(folder: RunFolder) -> Status:
    with RunReader(folder) as reader:
        return reader.status()


def test_a_run_leaves_its_config_its_curve_and_a_model_that_loads(straight: RunFolder) -> None:
    with RunReader(straight) as reader:
        assert reader.status().shown is Shown.COMPLETED
        assert reader.facts().config == straight.config_file.read_text("utf-8")
        assert reader.facts().settings["stages.0.learning_rate"] == "0.002"
        assert len(reader.data_sha256()["kote/val.tsv"]) == 64
        assert {row.step for row in reader.validations()} == {30}
        assert reader.curve("loss").steps == tuple(range(1, 31))
        assert any(name.startswith("gradient_norm/") for name in reader.series_names())
        kinds = [event.kind for event in reader.events()]
    assert kinds[0] is EventKind.STARTED
    assert EventKind.FINISHED in kinds
    assert load_checkpoint(straight.checkpoint).manifest.provenance.steps == 30
    assert list(kept_models(straight)) == [30]
    assert "step 30" in straight.log.read_text("utf-8")


def test_a_stopped_run_goes_on_bit_for_bit_and_from_the_state_before_where_the_last_is_damaged(
    tmp_path: Path, data_dir: Path, straight: RunFolder
) -> None:
    folder = tiny_run(tmp_path, data_dir)
    assert work_on(folder, watchers=(StopsAfter(16),)) is None
    assert (status(folder).shown, status(folder).step) == (Shown.STOPPED, 16)
    assert not folder.checkpoint.exists()
    state = folder.state / "state.safetensors"
    content = bytearray(state.read_bytes())
    content[len(content) // 2] ^= 1
    state.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match="damaged"):
        work_on(folder)
    assert status(folder).shown is Shown.FAILED
    assert "state.safetensors" in status(folder).reason
    prepare_resume(folder, from_previous_state=True)
    assert work_on(folder) is not None
    assert without_time(folder) == without_time(straight)
    assert read_manifest(folder.checkpoint)[1].shards == read_manifest(straight.checkpoint)[1].shards
    with RunReader(folder) as reader:
        assert [attempt.state for attempt in reader.attempts()] == [State.STOPPED, State.FAILED, State.COMPLETED]
    with pytest.raises(RunError, match="complete"):
        work_on(folder)
    with pytest.raises(RunError, match="state before the last"):
        prepare_resume(tiny_run(tmp_path, data_dir), from_previous_state=True)


def test_a_killed_run_goes_on_bit_for_bit(tmp_path: Path, data_dir: Path, straight: RunFolder) -> None:
    folder = tiny_run(tmp_path, data_dir)
    killed_at = _kill_at(folder, step=9)
    assert status(folder).shown is Shown.CRASHED
    prepare_resume(folder)
    work_on(folder)
    assert killed_at >= 9
    assert without_time(folder) == without_time(straight)
    assert read_manifest(folder.checkpoint)[1].shards == read_manifest(straight.checkpoint)[1].shards


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_run_killed_at_many_random_moments_goes_on_bit_for_bit(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "straight").mkdir()
    straight = tiny_run(tmp_path / "straight", data_dir, more_steps=385, save_every=50, state_every=11)
    work_on(straight)
    folder = tiny_run(tmp_path, data_dir, more_steps=385, save_every=50, state_every=11)
    moments = random.Random(7)
    for number in range(MANY_KILLS):
        aim = status(folder).step + moments.randrange(1, 12)
        _kill_child(folder, step=aim, later_s=moments.random() * 0.3)
        assert status(folder).shown is Shown.CRASHED, number
        if folder.checkpoint.exists():
            load_checkpoint(folder.checkpoint)  # the last good one is whole
    prepare_resume(folder)
    work_on(folder)
    assert without_time(folder) == without_time(straight)
    assert read_manifest(folder.checkpoint)[1].shards == read_manifest(straight.checkpoint)[1].shards
    with RunReader(folder) as reader, RunReader(straight) as other:
        assert len(reader.attempts()) == MANY_KILLS + 1
        assert reader.validations() == other.validations()


def test_a_loss_that_is_none_ends_the_run_and_leaves_the_last_model(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_run(tmp_path, data_dir, save_every=5, state_every=5)
    real, calls = trainer_module.Trainer._run_loss, 0

    def broken(self, *arguments):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        return real(self, *arguments) * (float("nan") if calls == 8 else 1.0)

    monkeypatch.setattr(trainer_module.Trainer, "_run_loss", broken)
    with pytest.raises(DataError, match="nan"):
        work_on(folder)
    assert status(folder).shown is Shown.FAILED
    assert status(folder).reason.startswith("DataError: step 8: the loss of")
    assert load_checkpoint(folder.checkpoint).manifest.provenance.steps == 5
    assert list(kept_models(folder)) == [5]
    assert status(folder).step == 7


def test_the_store_of_a_run_that_ends_early_has_the_steps_it_really_took(tmp_path: Path, data_dir: Path) -> None:
    request = request_of(tmp_path, data_dir)
    config = Path(request.config)
    early = (
        "validate_every = 4\n" + config.read_text("utf-8") + "[early_stopping]\npatience = 2\nnoise_multiple = 1e9\n"
    )
    config.write_text(early, encoding="utf-8")
    folder = start_run(tmp_path / "runs", request)
    summary = work_on(folder)
    assert summary is not None
    taken = summary.steps_done
    assert taken in range(12, 30, 4)
    assert (status(folder).shown, status(folder).step) == (Shown.COMPLETED, taken)
    assert list(kept_models(folder)) == [taken]
    with RunReader(folder) as reader:
        assert {row.step for row in reader.validations()} == set(range(4, taken + 1, 4))
        (written,) = [event for event in reader.events() if event.detail.startswith("the model was written")]
    assert written.step == taken


def test_a_missing_data_file_is_the_reason_and_data_that_changed_are_refused(tmp_path: Path) -> None:
    data_dir = write_small_data(tmp_path / "data")
    folder = tiny_run(tmp_path, data_dir)
    work_on(folder, watchers=(StopsAfter(3),))
    kote = data_dir / "kote/val.tsv"
    rows = kote.read_text("utf-8").splitlines(keepends=True)
    kote.write_text("".join(reversed(rows)), encoding="utf-8")
    with pytest.raises(DataError, match=r"changed since this run began: kote/val\.tsv"):
        work_on(folder)
    kote.unlink()
    with pytest.raises(DataError, match=r"val\.tsv"):
        work_on(folder)
    assert status(folder).shown is Shown.FAILED
    assert "val.tsv" in status(folder).reason
    assert status(folder).step == 3


def test_a_request_is_checked_before_anything_is_made(tmp_path: Path, data_dir: Path) -> None:
    good = request_of(tmp_path, data_dir)
    root = tmp_path / "runs"
    with pytest.raises(ConfigError):
        start_run(root, RunRequest(config="no such", data_dir=data_dir, command=""))
    with pytest.raises(InputError):
        start_run(root, RunRequest(config=good.config, data_dir=data_dir, command="", name="a\x00b"))
    with pytest.raises(RunError, match="no such data folder"):
        start_run(root, RunRequest(config=good.config, data_dir=tmp_path / "none", command=""))
    assert not root.exists()


def test_the_newest_the_best_and_candidates_stay(tmp_path: Path) -> None:
    folder, model = new_run(tmp_path), tmp_path / "model"
    model.mkdir()
    scores = {10: 0.1, 20: 0.9, 30: 0.2, 40: 0.8, 50: 0.7, 60: 0.6, 70: 0.3}
    for step in scores:
        (model / "weights").write_text(str(step))
        (model / "weights").replace(model / "weights-new")
        (model / "weights-new").replace(model / "weights")
        keep_model(folder, model, step, scores)
        (model / "weights").unlink()
    assert list(kept_models(folder)) == [20, 40, 50, 60, 70]
    assert (kept_models(folder)[20] / "weights").read_text() == "20"
    assert best_step(kept_models(folder), scores) == 20
    assert best_step([], scores) is None
    assert best_step([5, 6], {}) == 6


def _kill_at(folder: RunFolder, *, step: int, later_s: float = 0.0) -> int:
    """Start a process and kill it once it has recorded a step. Returns the step recorded last."""
    process = start_process(folder)
    while process.poll() is None and status(folder).step < step:
        time.sleep(0.02)
    time.sleep(later_s)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return status(folder).step


def _kill_child(folder: RunFolder, *, step: int, later_s: float) -> None:
    """Do the same with a child of this process: twenty new interpreters would spend their time on importing torch."""
    child = os.fork()
    if child == 0:
        try:
            prepare_resume(folder)
            work_on(folder)
        finally:
            os._exit(1)
    while process_start(child) is not None and status(folder).step < step:
        time.sleep(0.02)
    time.sleep(later_s)
    os.kill(child, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
