"""``redheart train`` and ``redheart runs`` as a person would call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.data import splits
from tests.datasets import write_small_data
from tests.unit.runs.recorded import new_run
from tests.unit.runs.test_comparing import filled
from tests.unit.runs.trained import request_of


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDHEART_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    return tmp_path / "runs"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def asked(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_training_is_listed_shown_and_complete(tmp_path: Path, root: Path) -> None:
    data_dir = write_small_data(tmp_path / "data")
    config = request_of(tmp_path, data_dir).config
    arguments = ("--data", str(data_dir), "--name", "../../x 첫 🌱", "--out", str(tmp_path / "model"), "--threads", "1")
    trained = run("train", config, *arguments)
    assert trained.exit_code == 0, trained.output
    assert "completed at step 30 of 30" in trained.stdout
    assert "step 30, finished" in trained.stderr
    assert (tmp_path / "model" / "config.json").is_file()
    (listed,) = asked("runs", "list")["runs"]
    assert (listed["name"], listed["state"], listed["step"]) == ("../../x 첫 🌱", "completed", 30)
    shown = asked("runs", "show", "../../x 첫 🌱")
    assert shown["command"].startswith("redheart train ")
    assert len(shown["data_sha256"]["kote/val.tsv"]) == 64
    assert shown["validations"]
    assert list(shown["kept_models"]) == ["30"]
    assert "step 30" in shown["log_end"]
    assert asked("runs", "stop", "latest")["stages"][-1]["stage"] == "not_running"
    again = run("runs", "resume", "latest")
    assert again.exit_code == 2
    assert "complete" in again.stderr
    assert [path.name for path in root.iterdir()] == [listed["id"]]


def test_runs_are_compared_for_people_and_machines(root: Path) -> None:
    one = filled(new_run(root, name="one"), num_steps=30, best=0.8)
    two = filled(new_run(root, name="two", settings={"seed": "2"}), num_steps=20, best=0.7)
    text = run("runs", "compare", "one", "two").stdout
    assert "seed: 1  |  2" in text
    assert "kote, accuracy: 0.8000 (10)  |  0.7000 (10)" in text
    content = asked("runs", "compare", one.run_id, two.run_id, "--series", "loss/kote")
    assert content["curves"][0]["steps"] == list(range(2, 31, 2))
    shown = run("runs", "show", "one").stdout
    assert "technique_acted: r_drop: added 0.10000 nats" in shown
    assert "two" in run("runs", "list").stdout


@pytest.mark.parametrize("reference", ["../../x", "; rm", "x" * 300, "없는 실행", "🌱"])
@pytest.mark.parametrize("command", ["show", "stop", "resume"])
def test_an_unknown_run_exits_with_two_and_names_those_there_are(root: Path, command: str, reference: str) -> None:
    folder = new_run(root)
    result = run("runs", command, reference)
    assert result.exit_code == 2
    assert folder.run_id in result.stderr
    assert len(result.stderr) < 400


def test_a_training_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path, root: Path) -> None:
    assert run("train", "no such config").exit_code == 2
    missing = run("train", "compact", "--data", str(tmp_path / "none"), "--json")
    assert missing.exit_code == 2
    assert json.loads(missing.stderr)["error"]["code"] == "RunError"
    control = run("train", "compact", "--data", str(tmp_path), "--name", "a\x1b[2J")
    assert control.exit_code == 2
    assert not root.exists()


def test_a_training_that_fails_exits_with_two_and_is_listed_as_failed(tmp_path: Path) -> None:
    config = request_of(tmp_path, tmp_path).config
    result = run("train", config, "--data", str(tmp_path), "--threads", "1")
    assert result.exit_code == 2
    (listed,) = asked("runs", "list")["runs"]
    assert listed["state"] == "failed"
    assert "DataError" in listed["reason"]


def test_an_empty_list_says_where_it_looked(root: Path) -> None:
    assert str(root) in run("runs", "list").stdout


def test_a_run_is_started_detached_once_and_deleted_by_its_token(tmp_path: Path, root: Path) -> None:
    data_dir = write_small_data(tmp_path / "data")
    config = request_of(tmp_path, data_dir).config
    first = asked("train", config, "--data", str(data_dir), "--detach")
    assert first["is_new"]
    assert not asked("train", config, "--data", str(data_dir), "--detach")["is_new"]
    assert run("train", config, "--data", str(data_dir), "--detach", "--processes", "2").exit_code == 2
    alive = run("runs", "delete", first["id"])
    assert alive.exit_code == 2
    assert "Stop it before deleting it" in alive.stderr
    assert asked("runs", "stop", first["id"], "--wait", "0.1", "--grace", "0.1")["stages"][-1]["stage"] == "ended"
    looked_at = run("runs", "delete", first["id"], "--json")
    assert looked_at.exit_code == 1
    token = json.loads(looked_at.stdout)["token"]
    assert asked("runs", "delete", first["id"], "--token", token)["is_deleted"]
    assert asked("runs", "list")["runs"] == []


def test_deleting_asks_first(root: Path) -> None:
    folder = new_run(root)
    refused = CliRunner().invoke(main, ["runs", "delete", folder.run_id], input="n\n")
    assert (refused.exit_code, folder.path.is_dir()) == (1, True)
    assert CliRunner().invoke(main, ["runs", "delete", folder.run_id], input="y\n").exit_code == 0
    assert not folder.path.exists()


def test_a_retry_and_a_detached_resume_start_processes(root: Path) -> None:
    folder = new_run(root, config="no configuration")
    retried = run("runs", "retry", folder.run_id)
    assert retried.exit_code == 2
    assert "not a TOML file" in retried.stderr
    resumed = asked("runs", "resume", folder.run_id, "--detach")
    assert resumed == {"id": folder.run_id, "folder": str(folder.path), "is_new": True}
    assert asked("runs", "stop", folder.run_id, "--wait", "0.1", "--grace", "0.1")["stages"]
