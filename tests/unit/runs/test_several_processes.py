"""A run of several processes is recorded by the first of them, stops together, and goes on bit for bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from redheart_core.cli import main
from redheart_core.data import splits
from redheart_core.errors import ConfigError, RunError
from redheart_core.model.checkpoint import load_checkpoint, read_manifest
from redheart_core.runs.attempts import claim
from redheart_core.runs.bystander import standing_by
from redheart_core.runs.facts import Shown, State
from redheart_core.runs.reader import RunReader
from redheart_core.runs.retention import kept_models
from redheart_core.runs.working import start_run, work_on
from tests.datasets import write_small_data
from tests.unit.runs.recorded import new_run
from tests.unit.runs.trained import request_of, tiny_run, without_time

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_data(tmp_path_factory.mktemp("data"))


def _run_two(*arguments: str) -> str:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "tests.two_recorded", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
def test_two_processes_make_one_run_that_stops_and_goes_on_bit_for_bit(tmp_path: Path, data_dir: Path) -> None:
    straight, stopped = (tiny_run(tmp_path, data_dir) for _ in range(2))
    _run_two("work", str(straight.path), str(stopped.path))
    for folder, states in ((straight, [State.COMPLETED]), (stopped, [State.STOPPED, State.COMPLETED])):
        with RunReader(folder) as reader:
            assert [attempt.state for attempt in reader.attempts()] == states
            assert {attempt.world_size for attempt in reader.attempts()} == {2}
            assert reader.curve("loss").steps == tuple(range(1, 31))
            assert {row.step for row in reader.validations()} == {30}
        assert list(kept_models(folder)) == [30]
    first, second = ((stopped.path / f"refused-{rank}").read_text("utf-8") for rank in range(2))
    assert first == f"The run {stopped.run_id} is complete; there is nothing to resume. Start a new run."
    assert second == f"Process 1 of 2 ends, because process 0 could not go on: {first}"
    assert without_time(stopped) == without_time(straight)
    assert read_manifest(stopped.checkpoint)[1].shards == read_manifest(straight.checkpoint)[1].shards
    assert load_checkpoint(stopped.checkpoint).manifest.provenance.steps == 30


@pytest.mark.slow
def test_the_command_trains_in_two_processes_and_one_of_them_answers(tmp_path: Path, data_dir: Path) -> None:
    config, root = request_of(tmp_path, data_dir).config, str(tmp_path / "runs")
    common = ["--data", str(data_dir), "--runs", root, "--threads", "2", "--json"]
    answer = json.loads(_run_two("cli", "train", config, "--processes", "2", *common))
    assert (answer["state"], answer["step"]) == (Shown.COMPLETED.value, 30)
    assert len(list(Path(root).iterdir())) == 1


def test_as_many_processes_must_go_on_as_began(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    folder = tiny_run(tmp_path, data_dir)
    connection, number = claim(folder, world_size=2)
    connection.execute("UPDATE attempts SET state = 'stopped', ended_s = 0 WHERE attempt = ?", (number,))
    connection.close()
    with pytest.raises(RunError, match=r"begun by 2 processes, and this would be 1: .* Resume it with --processes 2"):
        work_on(folder)
    claim(folder, world_size=2)[0].close()


def test_processes_that_nobody_started_are_refused_and_leave_nothing(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    root, config = tmp_path / "runs", request_of(tmp_path, data_dir).config
    for arguments in (["train", config, "--data", str(data_dir)], ["runs", "resume", new_run(tmp_path).run_id]):
        result = CliRunner().invoke(main, [*arguments, "--processes", "2", "--runs", str(root)])
        assert result.exit_code == 2
        assert "2 processes were asked for, but this is one of 1. Start them with: torchrun" in result.output
    assert not root.exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[[stages]]", "[crossover]\n[[stages]]"), "crossover runs in one process, but there are 2"),
        (('preset = "tiny"', 'preset = "full"'), "The state of a sharded model cannot be kept yet"),
    ],
)
def test_what_several_processes_cannot_do_is_refused_before_there_is_a_run(
    change: tuple[str, str], problem: str, tmp_path: Path, data_dir: Path
) -> None:
    request = replace(request_of(tmp_path, data_dir), num_processes=2)
    config = Path(request.config)
    config.write_text(config.read_text("utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        start_run(tmp_path / "runs", request)
    assert not (tmp_path / "runs").exists()


def test_a_process_that_only_helps_hears_signals() -> None:
    with standing_by() as bystander:
        assert not bystander.stop_requested()
        os.kill(os.getpid(), signal.SIGTERM)
        assert bystander.stop_requested()
