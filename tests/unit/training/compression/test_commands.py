"""The commands on small made-up data: each leaves a checkpoint that loads, and a report with its numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.data import splits
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.reader import load_model_reader
from redheart_core.training.compression import teacher
from redheart_core.training.compression.adapter_files import load_adapters
from redheart_core.training.run import TRAINED_OUTPUTS
from tests.checkpoints import make_tiny_checkpoint
from tests.datasets import write_small_data


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(splits, "HARD_ROWS", {})
    write_small_data(tmp_path / "data")
    make_tiny_checkpoint(tmp_path / "tiny")
    return tmp_path


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["compress", *arguments, "--data", str(folder / "data"), "--out", str(folder / "out"), "--json"]
    )


def _report(folder: Path, *arguments: str) -> dict[str, Any]:
    result = _run(folder, *arguments)
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads(result.stdout)
    return content


@pytest.mark.parametrize("method", ["lora", "qlora-nf4", "qlora-int8", "full"])
def test_fine_tuning_ends_in_a_checkpoint(folders: Path, method: str) -> None:
    base, out = folders / "tiny", folders / "out"
    report = _report(folders, "lora", "--base", str(base), "--task", "deontology", "--method", method, "--steps", "3")
    assert report["parameters_after"] == report["parameters_before"]
    assert (report["trainable"] == report["parameters_before"]) == (method == "full")
    assert {outcome["metric"] for outcome in report["outcomes"]} >= {"accuracy"}
    assert report["numbers"]["peak_bytes"] > report["numbers"]["state_bytes"] > 0
    checkpoint = load_checkpoint(out / "checkpoint")
    assert checkpoint.manifest.provenance.command == report["command"]
    assert str(folders) not in report["command"].replace(str(base), "")
    if method != "full":
        loaded = load_checkpoint(base)
        assert load_adapters(out, loaded.model, base_sha256=loaded.sha256).storage == {
            "lora": "fp32", "qlora-nf4": "nf4", "qlora-int8": "int8"
        }[method]  # fmt: skip


def test_pruning_ends_in_a_smaller_checkpoint(folders: Path) -> None:
    arguments = ("--base", str(folders / "tiny"), "--task", "kote", "--task", "virtue", "--recover", "3")
    report = _report(folders, "prune", *arguments, "--heads", "0.5", "--batches", "1")
    model = load_checkpoint(folders / "out" / "checkpoint").model
    assert report["parameters_after"] == sum(parameter.numel() for parameter in model.parameters())
    assert report["parameters_after"] < report["parameters_before"]
    assert model.config.backbone.num_heads == 1
    settings = {outcome["setting"] for outcome in report["outcomes"]}
    assert settings == {"50% of units, 50% of heads, taylor", "50% of units, 50% of heads, taylor, 3 recovery steps"}
    assert all(row["after"] <= row["before"] for row in report["table"])
    assert sum(row["after"] for row in report["table"]) == report["parameters_after"]
    assert report["numbers"]["speed_ratio_1_passages"] > 0
    assert load_model_reader(folders / "out" / "checkpoint").read("오늘 기분이 좋아요").families


def test_distillation_ends_in_a_student_and_keeps_the_answers(folders: Path) -> None:
    arguments = ("distil", "--teacher", str(folders / "tiny"), "--student", "tiny", "--steps", "3", "--limit", "10")
    report = _report(folders, *arguments, "--hidden", "0.1", "--heldout", "24")
    assert report["notice"] is None
    assert all(outcome["reference"] is not None for outcome in report["outcomes"])
    checkpoint = load_checkpoint(folders / "out" / "checkpoint")
    assert checkpoint.manifest.trained_outputs == TRAINED_OUTPUTS
    kept = folders / "out" / "teacher" / "training.safetensors"
    modified = kept.stat().st_mtime_ns
    _report(folders, *arguments, "--hidden", "0.1", "--heldout", "24")
    assert kept.stat().st_mtime_ns == modified
    refused = _run(folders, *arguments, "--seed", "5")
    assert refused.exit_code == 2
    assert "kept for another run" in json.loads(refused.stderr)["error"]["message"]


def test_an_untrained_teacher_is_named_and_its_student_claims_nothing(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {teacher.TOKENIZER_OF: folders / "tiny"}
    monkeypatch.setattr(teacher, "shipped_folder", lambda name: shipped.get(name, folders / "nowhere"))
    report = _report(folders, "distil", "--teacher", "tiny", "--student", "tiny", "--steps", "3", "--task", "virtue")
    assert "untrained" in report["notice"]
    assert {outcome["task"] for outcome in report["outcomes"]} == {"held-out passages"}
    assert load_checkpoint(folders / "out" / "checkpoint").manifest.trained_outputs == {}


def test_a_student_without_room_for_the_vocabulary_is_refused(folders: Path) -> None:
    refused = _run(folders, "distil", "--teacher", "compact", "--student", "tiny")
    assert refused.exit_code == 2
    assert "'tiny' has room for 600. Choose another student." in json.loads(refused.stderr)["error"]["message"]


def test_students_of_labels_alone_claim_what_the_labels_teach(folders: Path) -> None:
    weights = ("--soft", "0", "--hard", "1", "--task", "virtue")
    _report(folders, "distil", "--teacher", str(folders / "tiny"), "--student", "tiny", "--steps", "3", *weights)
    trained = load_checkpoint(folders / "out" / "checkpoint").manifest.trained_outputs
    assert set(trained) == {"reasoning"}


def test_an_unknown_task_or_base_is_answered_with_a_remedy(folders: Path) -> None:
    unknown = _run(folders, "lora", "--base", str(folders / "tiny"), "--task", "honesty")
    assert unknown.exit_code == 2
    assert "There is no task honesty. Known: causal_news, commonsense" in unknown.stderr
    missing = _run(folders, "prune", "--base", "nowhere")
    assert missing.exit_code == 2
    assert "neither shipped nor as a folder" in missing.stderr


def test_shares_are_counted_without_a_model() -> None:
    runner = CliRunner()
    default = json.loads(runner.invoke(main, ["compress", "share", "--json"]).stdout)
    assert (default["preset"], default["rank"]) == ("full", 8)
    assert 0.005 < default["share"] < 0.01
    wanted = json.loads(runner.invoke(main, ["compress", "share", "--trainable", "200000000", "--json"]).stdout)
    assert wanted["trainable"] == pytest.approx(200_000_000, rel=0.005)
    assert "rank 8 on" in runner.invoke(main, ["compress", "share", "--preset", "tiny"]).stdout


def test_a_person_reads_what_was_done(folders: Path) -> None:
    arguments = ["compress", "lora", "--base", str(folders / "tiny"), "--task", "virtue", "--steps", "2"]
    shown = CliRunner().invoke(main, [*arguments, "--data", str(folders / "data")])
    assert "adapters: lora rank 8" in shown.stdout
    assert "Nothing was kept; give --out." in shown.stdout
    assert "virtue, accuracy [lora rank 8]" in shown.stdout
