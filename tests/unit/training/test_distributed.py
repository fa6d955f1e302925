"""Two processes take the steps of one on the union of their examples, and never train alone by accident."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from redheart_core.errors import ConfigError
from redheart_core.training.__main__ import main
from redheart_core.training.course import run_course
from redheart_core.training.crossover.config import CrossoverConfig
from redheart_core.training.distributed import ALONE, Spread, Workers, joined, spread_of
from redheart_core.training.gradient_norms import module_of
from redheart_core.training.techniques.weight_average import AverageConfig
from tests.checkpoints import random_tiny_model
from tests.small_training import Recorder, small_config, small_items, small_tasks, small_trainer
from tests.two_processes import deterministic_trainer

ROOT = Path(__file__).parents[3]


def test_a_process_that_was_to_be_one_of_several_does_not_train_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(
        ConfigError, match=r"2 processes were asked for, but this is one of 1\. Start them with: torchrun"
    ):
        joined(2).__enter__()
    with joined(1) as workers:
        assert workers == ALONE


def test_more_processes_than_asked_for_are_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(ConfigError, match="1 processes were asked for, but this is one of 4"):
        joined(1).__enter__()


@given(count=st.integers(2, 40), size=st.integers(1, 2))
def test_shares_are_everything_nothing_twice_and_weigh_as_many(count: int, size: int) -> None:
    things = list(range(count))
    workers = [Workers(rank=rank, size=size) for rank in range(size)]
    assert sorted(thing for worker in workers for thing in worker.own(things)) == things
    union = sum(worker.weight(things) * torch.tensor(worker.own(things)).float().mean().item() for worker in workers)
    assert union / size == pytest.approx(sum(things) / count)


def test_only_the_largest_preset_is_sharded() -> None:
    assert spread_of("full") is Spread.SHARDED
    assert spread_of("compact") is Spread.REPLICATED


def test_what_shards_cannot_do_is_refused() -> None:
    workers = Workers(rank=0, size=2, spread=Spread.SHARDED)
    with pytest.raises(ConfigError, match="A sharded model cannot be trained with average yet"):
        small_trainer(small_config(average=AverageConfig()), workers=workers)


@pytest.mark.slow
@pytest.mark.parametrize("spread", list(Spread))
def test_two_processes_equal_one_on_the_union(spread: Spread, tmp_path: Path) -> None:
    ranks = _run_two(tmp_path, spread)
    alone = deterministic_trainer(recorder := Recorder())
    alone.run()
    for ours, theirs in zip(*(rank["seen"] for rank in ranks), strict=True):
        assert ours
        assert theirs
    assert [len(ours) + len(theirs) for ours, theirs in zip(*(rank["seen"] for rank in ranks), strict=True)] == [
        record.batch_size for record in recorder.steps
    ]
    first_pass = [number for rank in ranks for number in rank["seen"][0]]
    assert sorted(first_pass) == list(range(6))
    assert [record["loss"] for record in ranks[0]["steps"]] == pytest.approx(recorder.losses, rel=1e-4)
    assert ranks[1]["steps"] == []
    _require_close(tmp_path, alone.model)


def _run_two(folder: Path, spread: Spread) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "tests.two_processes", str(folder), spread.value, "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads((folder / f"rank-{rank}.json").read_text("utf-8")) for rank in range(2)]


def _require_close(folder: Path, model: torch.nn.Module) -> None:
    """Compare weights, but for the keys' biases: their gradient is rounding, and Adam makes steps of it."""
    first, second = (load_file(folder / f"weights-{rank}.safetensors") for rank in range(2))
    for name, value in model.state_dict().items():
        assert torch.equal(first[name], second[name]), name
        if not name.endswith("key_value.bias"):
            assert torch.allclose(first[name], value, atol=1e-3), f"{name} in {module_of(name)}"


def test_the_command_refuses_processes_that_nobody_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    result = CliRunner().invoke(main, ["--processes", "2"])
    assert result.exit_code == 1
    assert "2 processes were asked for, but this is one of 1. Start them with: torchrun" in result.output


def test_several_processes_are_refused_what_one_alone_does() -> None:
    config = small_config(crossover=CrossoverConfig())
    with pytest.raises(ConfigError, match="crossover runs in one process, but there are 2"):
        run_course(
            random_tiny_model(), small_tasks(), small_items(), config, sequences=tuple, held_loss=lambda _: 0.0,
            work_dir=Path(), workers=Workers(rank=0, size=2),
        )  # fmt: skip
