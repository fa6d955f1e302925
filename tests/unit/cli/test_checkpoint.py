"""``redheart checkpoint``."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from redheart_core.cli.main import main
from tests.checkpoints import make_tiny_checkpoint


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["checkpoint", *arguments])


def test_info_names_every_shard_of_the_shipped_checkpoint() -> None:
    content = json.loads(run("info", "compact", "--json").stdout)
    assert content["parameters"] == 22_154_914
    assert content["bytes"] == sum(shard["size_bytes"] for shard in content["shards"])
    assert "goemotions" in content["trained_outputs"]


def test_verify_names_the_altered_file_and_exits_with_one(tmp_path: Path) -> None:
    directory = make_tiny_checkpoint(tmp_path / "tiny")
    assert run("verify", str(directory)).exit_code == 0
    shard = next(directory.glob("model*.safetensors"))
    content = shard.read_bytes()
    shard.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    result = run("verify", str(directory), "--json")
    assert result.exit_code == 1
    assert shard.name in json.loads(result.stdout)["detail"]


def test_an_unknown_preset_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    result = run("init", "--preset", "huge", "--out", str(tmp_path / "x"))
    assert result.exit_code == 2
    assert "Known: " in result.stderr
    assert not (tmp_path / "x").exists()
