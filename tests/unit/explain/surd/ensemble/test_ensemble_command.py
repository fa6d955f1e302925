"""``redheart surd --dilemma`` and ``--passage`` as a person would call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main

SMALL = ("--model", "rules", "--cases", "512", "--parts", "2")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["surd", *arguments])


def test_a_preset_is_taken_apart_in_its_own_language() -> None:
    result = run("--dilemma", "ko-care-home", *SMALL)
    assert result.exit_code == 0
    assert "선택지 1" in result.stdout
    assert "요인은 모두 서로 상관없이 뽑았어요" in result.stdout


def test_a_file_and_its_second_option_give_json(tmp_path: Path) -> None:
    path = tmp_path / "dilemma.json"
    path.write_text(
        json.dumps(
            {"situation": "Five people may die.", "options": ["Save them and hurt one.", "Do nothing, they die."]}
        )
    )
    result = run("--dilemma", str(path), "--option", "2", "--json", *SMALL)
    content = json.loads(result.stdout)
    assert content["target"] == "integrated"
    assert content["sources"] == ["situation.1", "option.1"]
    assert content["population"]["num_cases"] == 512


def test_a_passage_needs_no_situation() -> None:
    result = run("--passage", "They saved a child. They lied to me and hurt five people.", *SMALL)
    assert result.exit_code == 0
    assert "text.1" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--dilemma", "en-nowhere"), "no preset en-nowhere"),
        (("--dilemma", "missing.json"), "neither a preset nor a file"),
        (("--dilemma", "en-trolley-switch", "--passage", "a"), "Give either"),
        (("--passage", "They saved a child and lied.", "--target", "beauty", *SMALL), "no column beauty"),
    ],
)
def test_what_cannot_be_asked_is_told_plainly(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, "--lang", "en")
    assert result.exit_code == 2
    assert said in result.stderr


def test_options_without_a_command_still_ask_a_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["T,A", *(f"{k % 2},{k % 2}" for k in range(40))]))
    result = run("--csv", str(path), "--target", "T", "--sources", "A")
    assert result.exit_code == 0
    assert "1.000" in result.stdout
