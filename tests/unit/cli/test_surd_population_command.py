"""``redheart surd`` over a file of one's own and over a run, as a person would call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main
from redheart_core.runs.recorder import recording
from tests.unit.runs.recorded import new_run, step


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["surd", *arguments])


@pytest.fixture
def own(tmp_path: Path) -> str:
    lines = [
        {"text": f"She {act} {count} people in the {place}.", "label": act in ("helps", "feeds")}
        for act in ("helps", "feeds", "hurts", "robs")
        for count in (2, 30)
        for place in ("street", "hospital", "market")
    ]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(path)


def test_texts_of_ones_own_are_scored_and_answered(own: str, tmp_path: Path) -> None:
    asked = ("--own", own, "--kind", "judged", "--model", "rules", "--cache", str(tmp_path / "kept"))
    result = run(*asked, "--target", "hedonic", "--sources", "text.harm", "text.benefit", "--json")
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["population"]["num_cases"] == 24
    assert content["population"]["dataset"] == "own_judged"
    assert content["statistics"]["total"]["p_value"] < 0.05
    assert "rule's reading" in content["population"]["definitions"][0]
    assert len(list((tmp_path / "kept").iterdir())) == 1
    korean = run(*asked, "--target", "hedonic", "--sources", "text.harm", "text.benefit", "--lang", "ko").stdout
    assert "글 24개" in korean
    assert "쾌락값" in korean


def test_the_columns_can_be_listed(own: str) -> None:
    listed = run("--own", own, "--kind", "judged", "--model", "rules", "--columns", "--lang", "en").stdout
    assert "  realistic  realistic score" in listed
    assert "  label  judgement of people" in listed
    assert "regret" not in listed


def test_a_run_takes_lags_and_texts_do_not(own: str, tmp_path: Path) -> None:
    folder = new_run(tmp_path / "runs", "an hour")
    with recording(folder) as recorder:
        for number in range(1, 121):
            recorder.on_step(step(number))
    asked = ("--runs", str(tmp_path / "runs"), "--run", folder.path.name, "--target", "loss", "--sources", "task")
    result = run(*asked, "--lags", "1", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["sampling"]["lags"] == [1]
    texts = run("--own", own, "--kind", "judged", "--model", "rules", "--sources", "text.harm", "--lags", "1", "--json")
    assert texts.exit_code == 2
    assert json.loads(texts.stderr)["error"]["code"] == "surd_no_order"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--data", "data", "--run", "one"), "surd_population_choice"),
        (("--own", "mine.csv"), "surd_own_kind"),
        (("--data", "nowhere", "--set", "mine"), "DataError"),
    ],
)
def test_what_cannot_be_asked_exits_with_two_and_a_code(arguments: tuple[str, ...], code: str) -> None:
    result = run(*arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] == code
