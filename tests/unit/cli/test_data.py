"""``redheart data``: what is printed, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli.main import main
from redheart_core.data.catalogue import load_catalogue
from tests.datasets import write_small_data


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, ["data", *words])


def test_the_list_names_licence_source_and_presence(tmp_path: Path) -> None:
    result = _run("list", "--data", str(tmp_path))
    assert result.exit_code == 0
    assert "kote: KOTE" in result.stdout
    assert "MIT; 0.9 MB; 0 of 2 files there" in result.stdout
    assert "research only; not for weights that are shipped" in result.stdout
    listed = json.loads(_run("list", "--data", str(tmp_path), "--json").stdout)
    assert [one["name"] for one in listed] == [entry.name for entry in load_catalogue()]


def test_verify_names_what_is_missing_or_different(tmp_path: Path) -> None:
    write_small_data(tmp_path, num_rows=12)
    result = _run("verify", "kote", "--data", str(tmp_path))
    assert result.exit_code == 1
    assert "kote/val.tsv: other; expected" in result.stdout
    assert "kote/LICENSE: missing" in result.stdout
    assert result.stdout.endswith("1 missing, 1 other\n")


def test_a_fetch_that_fails_says_why_and_exits_with_1(tmp_path: Path) -> None:
    result = _run("fetch", "kote", "--data", str(tmp_path), "--base-url", "http://127.0.0.1:9", "--json")
    assert result.exit_code == 1
    files = json.loads(result.stdout)
    assert {file["outcome"] for file in files} == {"failed"}
    assert "refused" in files[0]["detail"]


def test_a_name_that_is_not_known_exits_with_2(tmp_path: Path) -> None:
    for command in ("fetch", "verify", "stats"):
        result = _run(command, "koto", "--data", str(tmp_path))
        assert result.exit_code == 2
        assert "koto" in result.stderr
        assert "Known are" in result.stderr


def test_statistics_are_printed_and_saved(tmp_path: Path) -> None:
    data_dir = write_small_data(tmp_path / "data", num_rows=12)
    saved = tmp_path / "statistics.json"
    result = _run("stats", "kosbi", "--data", str(data_dir), "--save", str(saved))
    assert result.exit_code == 0
    assert "kosbi (MIT)" in result.stdout
    assert "60 rows in 60 groups, 0 skipped" in result.stdout
    assert " 50.0%  yes" in result.stdout
    assert json.loads(saved.read_text(encoding="utf-8"))[0]["num_rows"] == 60


@pytest.mark.parametrize(("language", "said"), [("en", "Training can use this file."), ("ko", "학습할 수 있어요")])
def test_a_usable_file_of_ones_own_exits_with_0(tmp_path: Path, language: str, said: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,label\nI helped.,yes\nI stole.,no\n", encoding="utf-8")
    result = _run("check", str(path), "--kind", "judged", "--lang", language)
    assert result.exit_code == 0
    assert said in result.stdout


def test_a_file_that_training_would_refuse_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,label\nI helped.,yes\nI stole.,perhaps\n", encoding="utf-8")
    result = _run("check", str(path), "--kind", "judged", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["usable"] is False
    assert answer["problems"][0]["row"] == 3
    assert answer["statistics"]["num_rows"] == 1
    assert _run("check", str(tmp_path / "none.csv"), "--kind", "judged").exit_code == 2


def test_the_schema_of_a_kind_is_json() -> None:
    schema = json.loads(_run("schema", "--kind", "emotions").stdout)
    assert set(schema["required"]) == {"text", "labels"}
    assert "remorse" in json.dumps(schema)


def test_a_data_set_is_written_as_labelled_cases(tmp_path: Path) -> None:
    write_small_data(tmp_path)
    out = tmp_path / "cases.jsonl"
    result = _run("export", "moral_stories", "--data", str(tmp_path), "--out", str(out), "--limit", "4", "--json")
    assert json.loads(result.stdout)["num_cases"] == 4
    assert {json.loads(line)["label"] for line in out.read_text().splitlines()} == {True, False}
    assert _run("export", "nothing", "--data", str(tmp_path), "--out", str(out)).exit_code == 2
