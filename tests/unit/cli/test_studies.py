"""``redheart ablate`` and ``redheart sweep`` on the tiny preset: real short trainings, in pieces, recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli.main import main
from redheart_core.data import splits
from redheart_core.errors import DataError
from redheart_core.measurements import recorded
from redheart_core.training.ablation import run
from redheart_core.training.ablation.policy import MEASUREMENT, recommended
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.short.bench import Bench
from redheart_core.training.short.training import Outcome
from tests.checkpoints import random_tiny_model
from tests.datasets import write_small_data

CONFIG = """
preset = "tiny"
seed = 3
readout_rate = 1.0
weight_decay = 0.05
gradient_clip = 1.0
size_exponent = 0.6
all_parts_share = 0.4
other_part_share = 0.2
log_every = 1000
save_every = 1000

[[stages]]
shallow = false
steps = 8
batch_size = 8
max_batch_tokens = 2048
learning_rate = 1e-2
warmup_steps = 2
"""
TASKS = ("--task", "kote", "--task", "commonsense")


@pytest.fixture
def common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    (tmp_path / "tiny.toml").write_text(CONFIG)
    data = write_small_data(tmp_path / "data")
    return [
        str(tmp_path / "tiny.toml"), "--data", str(data), "--work", str(tmp_path / "work"), "--dev-rows", "8", *TASKS,
    ]  # fmt: skip


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_an_ablation_goes_on_where_it_stopped_and_is_recorded(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    techniques = ["--techniques", "average", "--seeds", "2", "--json"]
    first = json.loads(_run("ablate", *common, *techniques, "--cells", "3").stdout)
    assert first["missing"] == 1
    assert first["rows"] == []
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    saved = tmp_path / f"{MEASUREMENT}.json"
    second = json.loads(_run("ablate", *common, *techniques, "--save", str(saved)).stdout)
    assert second["missing"] == 0
    assert [cell["seed"] for cell in second["cells"]] == [3, 3, 4, 4]
    assert second["cells"][:3] == first["cells"]
    assert {cell["examples"] for cell in second["cells"] if cell["seed"] == 3} == {second["cells"][0]["examples"]}
    deciding = {row["technique"]: row for row in second["rows"] if row["task"] == "all"}
    assert set(deciding) == {"average"}
    assert all(row["acted"] for row in deciding.values())
    assert any("average" in event for event in second["cells"][1]["events"])
    verdict = recommended("average")
    assert verdict is not None
    assert verdict == deciding["average"]["verdict"]


@pytest.mark.slow
def test_a_sweep_reports_its_search_and_whether_it_can_be_trusted(common: list[str]):
    words = ["sweep", *common, "--steps", "4", "--repeats", "2"]
    result = json.loads(_run(*words, "--json").stdout)
    assert (len(result["coarse"]), len(result["fine"])) == (5, 10)
    assert len(result["repeated"]) == 2 * (1 + len(result["neighbours"]))
    assert result["best_rate"] in [trial["rate"] for trial in result["coarse"] + result["fine"]]
    assert result["is_distinguishable"] is all(each["is_distinguishable"] for each in result["neighbours"])
    text = _run(*words).stdout
    assert f"best {result['best_rate']:.3e}" in text
    assert "distinguishable from its neighbours." in text


def test_a_training_that_diverges_is_told_and_the_others_are_made(common: list[str], monkeypatch: pytest.MonkeyPatch):
    def trained(bench: Bench, config: TrainingConfig, *, max_examples: int | None) -> Outcome:
        if config.average is not None:
            raise DataError("step 1: the loss of kote is nan.")
        metric = Metric(task="kote", name="macro-F1", value=0.5, baseline=0.1, num_rows=8)
        return Outcome(
            model=random_tiny_model(), metrics=(metric,), loss=1.0, examples=64, steps=8, seconds=1.0, events=()
        )

    monkeypatch.setattr(run, "train_short", trained)
    done = _run("ablate", *common, "--techniques", "average,r_drop", "--seeds", "2", "--json")
    assert "average, seed 3: step 1: the loss of kote is nan." in done.stderr
    result = json.loads(done.stdout)
    assert result["missing"] == 2
    assert {row["technique"] for row in result["rows"]} == {"r_drop"}
    assert not any(row["acted"] for row in result["rows"])


def test_an_unknown_task_is_named(common: list[str]):
    done = CliRunner().invoke(main, ["sweep", *common, "--steps", "4", "--task", "alchemy"])
    assert done.exit_code == 2
    assert "There is no task alchemy" in done.stderr
