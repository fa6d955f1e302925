"""``redheart eval`` as a person would call it: output, exit codes, messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.data import splits
from redheart_core.vocabulary.reading import OUTPUTS, Family
from tests.checkpoints import make_tiny_checkpoint
from tests.datasets import write_small_data
from tests.official import ROWS, write_official_files


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "HARD_ROWS", {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("eval")
    make_tiny_checkpoint(root / "tiny")
    write_official_files(root)
    write_small_data(root / "data")
    return root


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["eval", "--model", str(folder / "tiny"), *arguments])


def test_a_file_is_measured_and_the_contract_printed(folder: Path) -> None:
    path = str(folder / "ethics_deontology.txt")
    result = run(folder, "--task", "ethics_deontology", "--file", path, "--data", str(folder / "data"), "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    names = {"task", "file", "sha256", "rows", "metrics", "checkpoint", "command", "calibration", "interval", "notes"}
    assert names <= set(content)
    assert (content["rows"], len(content["sha256"])) == (ROWS, 64)
    floors = {"majority", "median", "random", "tfidf", "above_tfidf_low"}
    for metric in content["metrics"]:
        assert floors | {"name", "value", "interval_low", "interval_high"} <= set(metric)
        assert metric["tfidf"] is not None
    assert content["command"].startswith("redheart eval --task ethics_deontology --file")


def test_people_read_a_line_per_metric(folder: Path) -> None:
    result = run(folder, "--task", "kote", "--file", str(folder / "kote.txt"))
    assert result.exit_code == 0
    assert "macro-F1 0." in result.stdout
    assert "majority" in result.stdout
    assert "No TF-IDF floor without --data." in result.stdout


def test_own_development_rows_of_every_task_are_measured(folder: Path) -> None:
    result = run(folder, "--data", str(folder / "data"), "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    measured, refused = ({entry["task"] for entry in content[kind]} for kind in ("tasks", "refused"))
    assert {"goemotions_en", "kote", "emobank", "ethics_justice", "ethics_utilitarianism", "moral_stories"} <= measured
    assert measured.isdisjoint(refused)
    assert all(metric["tfidf"] is not None for entry in content["tasks"] for metric in entry["metrics"])
    assert {"goemotions", "kote", "reasoning"} <= {entry["family"] for entry in content["calibration"]}


def test_the_pipeline_ranks_a_sample_of_pairs(folder: Path) -> None:
    path = str(folder / "ethics_utilitarianism.txt")
    result = run(folder, "--task", "ethics_utilitarianism", "--file", path, "--system", "all", "--pairs", "3", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert [metric["name"].rsplit(" ", 1)[1] for metric in content["metrics"]] == ["rules", "neural", "both"]
    assert f"A seeded sample of 3 of {ROWS} pairs." in content["notes"]


def test_a_file_of_another_task_ends_with_a_clear_message(folder: Path) -> None:
    result = run(folder, "--task", "ethics_justice", "--file", str(folder / "kote.txt"), "--json")
    assert result.exit_code == 2
    assert "label, scenario" in json.loads(result.stderr)["error"]["message"]


def test_an_untrained_family_is_refused(folder: Path, tmp_path: Path) -> None:
    only = make_tiny_checkpoint(tmp_path / "vad", trained_outputs={Family.VAD: OUTPUTS[Family.VAD]})
    result = run(
        folder, "--model", str(only), "--task", "ethics_virtue", "--file", str(folder / "ethics_virtue.txt"), "--json"
    )
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] == "untrained_family"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "nothing_to_measure"),
        (("--file", "x"), "file_without_task"),
        (("--data", "x", "--part", "dev"), "part_without_file"),
        (("--task", "kote", "--data", "x", "--system", "rules"), "system_elsewhere"),
        (("--task", "kote", "--data", "x", "--pairs", "3"), "pairs_without_system"),
    ],
)
def test_requests_that_would_be_ignored_are_refused(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    result = run(folder, *arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] == code
