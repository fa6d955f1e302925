"""A checkpoint in each precision: it says which, and its traces are verified in the precision they were made in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from redheart_core import ConfigError, load_model, verify_trace
from redheart_core.cli import main
from redheart_core.inference.opening import open_checkpoint
from redheart_core.runtime.precision import Precision, precision_of
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny")


@pytest.fixture(autouse=True)
def _quantise_even_tiny_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redheart_core.runtime.precision.INT8_FROM_WEIGHTS", 0)


@pytest.mark.parametrize("precision", list(Precision))
def test_a_checkpoint_opens_in_the_precision_asked_for(directory: Path, precision: Precision) -> None:
    assert precision_of(open_checkpoint(directory, precision=precision).model) is precision


def test_a_small_checkpoint_opens_in_float32_by_itself(directory: Path) -> None:
    assert load_model(directory).precision is Precision.FP32


def test_an_unknown_precision_is_answered_with_the_known_ones(directory: Path) -> None:
    with pytest.raises(ConfigError, match=r"no precision 'fp8'. Known: auto, fp32, bf16, int8"):
        load_model(directory, precision="fp8")


def test_a_trace_names_its_precision_only_when_it_is_not_float32(directory: Path) -> None:
    named = {
        precision: load_model(directory, precision=precision).analyze(SENTENCES[0]).trace.checkpoint.get("precision")
        for precision in Precision
    }
    assert named == {Precision.FP32: None, Precision.BF16: "bf16", Precision.INT8: "int8"}


@pytest.mark.parametrize("made_in", list(Precision))
@pytest.mark.parametrize("loaded_in", list(Precision))
def test_a_trace_verifies_in_its_own_precision_and_no_other(
    directory: Path, made_in: Precision, loaded_in: Precision
) -> None:
    saved = json.loads(json.dumps(load_model(directory, precision=made_in).analyze(SENTENCES[0]).to_dict()))
    outcome = verify_trace(saved, load_model(directory, precision=loaded_in))
    assert outcome.valid is (made_in is loaded_in)
    if made_in is not loaded_in:
        assert outcome.first_difference == "header"
        assert not outcome.neural_verified
        assert f"made in {made_in.value} and the loaded model computes in {loaded_in.value}" in outcome.detail


def test_the_command_verifies_in_the_precision_that_the_trace_names(directory: Path, tmp_path: Path) -> None:
    runner, file = CliRunner(), tmp_path / "trace.json"
    analyzed = runner.invoke(
        main, ["analyze", SENTENCES[0], "--json", "--model", str(directory), "--precision", "bf16"]
    )
    assert analyzed.exit_code == 0
    file.write_text(analyzed.stdout, encoding="utf-8")
    assert runner.invoke(main, ["trace", "verify", str(file), "--model", str(directory)]).exit_code == 0
    other = runner.invoke(main, ["trace", "verify", str(file), "--model", str(directory), "--precision", "fp32"])
    assert other.exit_code == 1
    assert "Load it in bf16." in other.stdout
