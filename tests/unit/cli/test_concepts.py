"""``redheart concepts`` and ``redheart influence`` as a person would call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redheart_core.cli.main import main
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_checkpoint(tmp_path_factory.mktemp("model")))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"LC_ALL": "en_US.UTF-8"})


def test_concepts_of_texts_from_arguments_and_a_file(model: str, tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}) for text in SENTENCES[1:]))
    options = ["--model", model, "--target", "reasoning/acceptable", "--concept", "harm", "--language", "en"]
    options += ["--fits", "10", "--layer", "states"]
    content = json.loads(run("concepts", SENTENCES[0], "--file", str(path), *options, "--json").stdout)
    assert content["num_texts"] == len(SENTENCES)
    assert content["settings"] == {"layer": "states", "languages": ["en"], "num_fits": 10, "seed": 0}
    one = content["concepts"][0]
    assert one["concept"] == "harm"
    assert (one["score"] is None) == one["is_refused"]
    told = run("concepts", *SENTENCES, *options, "--lang", "en").stdout
    assert "reasoning/acceptable at layer states: 8 texts, 10 directions per concept" in told
    assert "harm" in told
    assert "해악" in run("concepts", *SENTENCES, *options, "--lang", "ko").stdout


def test_concepts_that_cannot_be_tested_exit_with_two(model: str) -> None:
    options = ("--model", model, "--target", "reasoning/acceptable")
    assert "There are no texts" in run("concepts", *options).stderr
    assert "no concept kindness" in run("concepts", "a text", *options, "--concept", "kindness").stderr
    assert "no layer 'top'" in run("concepts", "a text", *options, "--layer", "top").stderr
    assert "no target 'x'" in run("concepts", "a text", "--model", model, "--target", "x").stderr
    assert run("concepts", *options).exit_code == 2


def test_influence_of_judged_cases(model: str, tmp_path: Path) -> None:
    path = tmp_path / "judged.jsonl"
    rows = [{"text": text, "label": n % 2 == 0} for n, text in enumerate(SENTENCES)]
    path.write_text("\n".join(map(json.dumps, rows)))
    options = ["--model", model, "--target", "reasoning/acceptable", "--data", str(path), "-k", "8"]
    content = json.loads(run("influence", SENTENCES[0], *options, "--json").stdout)
    assert (content["num_cases"], content["num_checkpoints"], content["readout"]) == (len(SENTENCES), 1, "auxiliary")
    every = content["raising"] + content["lowering"]
    assert len(every) == len(SENTENCES)
    assert max(every, key=lambda case: case["likeness"])["text"] == SENTENCES[0]
    told = run("influence", SENTENCES[0], *options)
    assert "From the shipped weights alone" in told.stdout
    assert "8 / 8" in told.stderr


def test_influence_that_has_no_meaning_exits_with_two(model: str, tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    path.write_text("text,label\none is fine,1\ntwo is bad,0\n")
    options = ("--model", model, "--data", str(path))
    difference = run("influence", "a text", *options, "--target", "emotion/joy - emotion/sadness")
    assert difference.exit_code == 2
    assert "is no single output" in difference.stderr
    other = run("influence", "a text", *options, "--target", "reasoning/just", "--readout", "x")
    assert "Known read-outs: auxiliary" in other.stderr
