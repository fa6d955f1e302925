"""The commands as a person would call them: output, exit codes, messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli import main

SITUATION = "A tram is going to kill five workers."
OPTIONS = ("Pull the switch, which kills one person.", "Do nothing.")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def evaluate(*more: str) -> Result:
    return run("evaluate", "--situation", SITUATION, "--option", OPTIONS[0], "--option", OPTIONS[1], *more)


def test_analyze_prints_the_contract_as_json() -> None:
    content = json.loads(run("analyze", "오늘 정말 힘든 하루였어요...", "--model", "rules", "--json").stdout)
    names = {"emotions", "nuances", "vad", "recommendation", "confidence", "calculation_trace"}
    assert names <= set(content)
    assert content["emotions"][0]["name"] == "fatigue"
    assert len(content["nuances"]) == 112


def test_analyze_answers_a_person_in_the_language_of_the_text() -> None:
    korean = run("analyze", "오늘 정말 힘든 하루였어요...", "--model", "rules")
    english = run("analyze", "I am exhausted.", "--model", "rules")
    assert "충분한 휴식이 필요해 보입니다" in korean.stdout
    assert "rest" in english.stdout


def test_the_answer_language_can_be_chosen() -> None:
    assert "신뢰도" in run("analyze", "I am exhausted.", "--model", "rules", "--lang", "ko").stdout


def test_evaluate_reads_a_file_or_arguments_alike(tmp_path: Path) -> None:
    path = tmp_path / "dilemma.json"
    path.write_text(json.dumps({"situation": SITUATION, "options": [OPTIONS[0], {"name": OPTIONS[1]}]}))
    from_file = run("evaluate", str(path), "--model", "rules", "--json")
    assert from_file.exit_code == 0
    assert from_file.stdout == evaluate("--model", "rules", "--json").stdout


def test_evaluate_never_prints_a_bare_verdict() -> None:
    result = evaluate("--model", "rules")
    assert result.exit_code == 0
    assert "(" in result.stdout
    assert "confidence" in result.stdout


def test_a_saved_answer_verifies_and_a_changed_one_names_the_step(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    answer = json.loads(evaluate("--model", "rules", "--json").stdout)
    path.write_text(json.dumps(answer))
    assert run("trace", "verify", str(path)).exit_code == 0
    answer["calculation_trace"]["final_output"][0]["output"]["realistic"] += 0.01
    path.write_text(json.dumps(answer))
    result = run("trace", "verify", str(path), "--json")
    assert result.exit_code == 1
    expected = answer["calculation_trace"]["final_output"][0]["id"]
    assert json.loads(result.stdout)["first_difference"] == expected


@pytest.mark.parametrize("content", ["not json", "[]", '{"schema": "other"}', "\udcff"])
def test_what_is_no_trace_exits_with_two(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    result = run("trace", "verify", str(path), "--model", "rules")
    assert result.exit_code == 2
    assert "Save" in result.stderr or "not a trace" in result.stderr or "trace is a JSON object" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("analyze", "", "--lang", "en"), "is empty"),
        (("analyze", "가" * 20_001), "20,001자"),
        (("analyze", "😀😀", "--lang", "en"), "no words"),
        (("analyze", "Je suis très triste parce que mon ami est parti."), "Korean or English"),
        (("evaluate", "--situation", "Help is needed.", "--option", "One."), "at least 2"),
        (("evaluate", "--situation", "Help me.", *("--option", "Same.") * 2), "Two options are the same"),
        (("evaluate", "--situation", "도와주세요.", *("--option", "같아요.") * 2), "선택지 두 개가 똑같아요"),
        (("evaluate",), "FILE or --situation"),
        (("params", "--preset", "nothing"), "There is no preset"),
    ],
)
def test_unusable_input_exits_with_two_and_says_why(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments, *(() if arguments[0] == "params" else ("--model", "rules")))
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_nine_options_are_refused() -> None:
    options = [argument for n in range(9) for argument in ("--option", f"Option number {n}")]
    result = run("evaluate", "--situation", "Choose one of them.", *options, "--model", "rules")
    assert result.exit_code == 2
    assert "There are 9 options" in result.stderr


@pytest.mark.parametrize("count", [-1, 0, 10**12, 1.5])
def test_an_impossible_party_is_refused(count: float) -> None:
    content = {"situation": SITUATION, "options": OPTIONS, "parties": [{"name": "workers", "count": count}]}
    result = run("evaluate", "-", "--model", "rules", "--json", stdin=json.dumps(content))
    assert result.exit_code == 2
    assert json.loads(result.stderr)["error"]["code"] in {"party_count", "malformed_file"}


def test_a_missing_checkpoint_speaks_the_readers_language() -> None:
    english = run("analyze", "I am tired.", "--model", "/nowhere")
    korean = run("analyze", "오늘은 힘들어요.", "--model", "/nowhere")
    assert english.exit_code == korean.exit_code == 2
    assert "no such checkpoint folder" in english.stderr
    assert "모델 가중치를 읽을 수 없어요" in korean.stderr


def test_params_counts_every_row_and_the_total() -> None:
    content = json.loads(run("params", "--preset", "compact", "--json").stdout)
    assert sum(row["actual"] for row in content["rows"]) == content["total"] <= 25_000_000
    assert {"Unified backbone", "Module bridge"} <= {row["name"] for row in content["rows"]}


def test_doctor_lists_its_checks() -> None:
    content = json.loads(run("doctor", "--json").stdout)
    assert {"python", "torch", "checkpoint compact"} <= {check["name"] for check in content["checks"]}
    assert all(check["remedy"] for check in content["checks"] if check["required"] and not check["ok"])
