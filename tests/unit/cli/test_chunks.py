"""``redheart chunks`` and ``redheart nearest``."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from redheart_core.cli.main import main
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"LC_ALL": "en_US.UTF-8"})


def built(tmp_path: Path) -> tuple[str, str]:
    """Build a store of the sentences and return its folder and the model's."""
    source = tmp_path / "cases.jsonl"
    rows = [json.dumps({"id": f"case-{n}", "text": text}) for n, text in enumerate(SENTENCES)]
    source.write_text("\n".join(rows))
    model, store = str(make_tiny_checkpoint(tmp_path / "model")), str(tmp_path / "store")
    result = run("chunks", "build", str(source), "--out", store, "--model", model, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["num_items"] == len(SENTENCES)
    assert f"chunk 0: encoded ({len(SENTENCES)} of {len(SENTENCES)} items)" in result.stderr
    return store, model


def test_info_says_what_was_built_and_verify_names_what_is_damaged(tmp_path: Path) -> None:
    store, _ = built(tmp_path)
    content = json.loads(run("chunks", "info", store, "--json").stdout)
    assert (content["num_items"], content["num_chunks"], content["missing"]) == (len(SENTENCES), 1, [])
    assert content["encoder"]["pooling"] == "first+mean+max"
    assert run("chunks", "verify", store).exit_code == 0
    path = Path(store) / "chunk-00000.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"~")
    result = run("chunks", "verify", store, "--json")
    assert result.exit_code == 1
    assert "chunk-00000.safetensors: the chunk 0 is damaged" in json.loads(result.stdout)["problems"][0]
    path.unlink()
    assert json.loads(run("chunks", "info", store, "--json").stdout)["missing"] == [0]
    assert run("nearest", "x", "--chunks", store).exit_code == 2


def test_the_nearest_case_to_a_stored_text_is_that_text(tmp_path: Path) -> None:
    store, model = built(tmp_path)
    result = run("nearest", SENTENCES[5], "--chunks", store, "--model", model, "-k", "3", "--json")
    cases = json.loads(result.stdout)["cases"]
    assert len(cases) == 3
    assert cases[0]["id"] == "case-5"
    assert cases[0]["similarity"] > 0.999
    assert "case-5" in run("nearest", SENTENCES[5], "--chunks", store, "--model", model).stdout.splitlines()[0]


def test_another_model_than_the_stores_is_refused_with_both_named(tmp_path: Path) -> None:
    store, _ = built(tmp_path)
    result = run("nearest", "a text", "--chunks", store, "--model", "compact")
    assert result.exit_code == 2
    assert "come from the encoder 'model', not from 'compact'" in result.stderr


def test_bad_input_exits_with_two(tmp_path: Path) -> None:
    assert run("chunks", "info", str(tmp_path)).exit_code == 2
    assert run("chunks", "build", str(tmp_path / "none.txt"), "--out", str(tmp_path / "store")).exit_code == 2
    assert not (tmp_path / "store").exists()
