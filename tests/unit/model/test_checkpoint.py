"""Checkpoints load whole or not at all, and every refusal names the file, the problem and the remedy."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from redheart_core.errors import CheckpointError
from redheart_core.model.checkpoint import (
    FILES,
    MANIFEST_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    load_checkpoint,
    stored_parameters,
)
from redheart_core.model.reader import load_model_reader
from tests.checkpoints import make_tiny_checkpoint, random_tiny_model


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoints") / "tiny")


@pytest.fixture
def damaged(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "damaged"))


def _edit_manifest(directory: Path, **changes: object) -> None:
    path = directory / MANIFEST_FILE
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), encoding="utf-8")


def test_saving_and_loading_keeps_every_parameter(original: Path) -> None:
    stored, loaded = stored_parameters(random_tiny_model()), load_checkpoint(original).model.state_dict()
    assert set(stored) == set(loaded)
    assert all(torch.equal(loaded[name], value.float()) for name, value in stored.items())


def test_a_saved_and_reloaded_model_reads_the_same(original: Path, tmp_path: Path) -> None:
    again = make_tiny_checkpoint(tmp_path / "again")
    assert load_model_reader(again).read("I lied.") == load_model_reader(original).read("I lied.")
    assert load_model_reader(again).checkpoint_sha256 == load_model_reader(original).checkpoint_sha256


def test_other_weights_have_another_identity(original: Path, tmp_path: Path) -> None:
    other = make_tiny_checkpoint(tmp_path / "other", seed=1)
    assert load_checkpoint(other).sha256 != load_checkpoint(original).sha256


def test_saving_over_a_checkpoint_replaces_it_whole(tmp_path: Path) -> None:
    directory = make_tiny_checkpoint(tmp_path / "tiny", seed=0)
    (directory / "left_over.txt").write_text("from before", encoding="utf-8")
    make_tiny_checkpoint(directory, seed=1)
    assert sorted(path.name for path in directory.iterdir()) == sorted(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere: there is no such checkpoint folder\. Give the path"):
        load_checkpoint(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [WEIGHTS_FILE, MANIFEST_FILE, TOKENIZER_FILE])
def test_a_missing_file_is_named(damaged: Path, name: str) -> None:
    (damaged / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: .*cannot be read .*Restore"):
        load_checkpoint(damaged)


def test_truncated_weights_are_refused(damaged: Path) -> None:
    path = damaged / WEIGHTS_FILE
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=rf"{WEIGHTS_FILE}: truncated or not a safetensors file"):
        load_checkpoint(damaged)


def test_one_flipped_byte_is_found(damaged: Path) -> None:
    path = damaged / WEIGHTS_FILE
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=rf"{WEIGHTS_FILE}: .*parameter hash differs\. Restore"):
        load_checkpoint(damaged)


def test_another_tokenizer_is_refused(damaged: Path) -> None:
    path = damaged / TOKENIZER_FILE
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=rf"{TOKENIZER_FILE}: .*not the tokenizer .*hash differs"):
        load_checkpoint(damaged)


def test_a_file_that_is_no_tokenizer_is_refused(damaged: Path) -> None:
    (damaged / TOKENIZER_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"this is not a tokenizer file"):
        load_checkpoint(damaged)


def test_an_unknown_preset_is_answered_with_the_known_ones(damaged: Path) -> None:
    manifest = json.loads((damaged / MANIFEST_FILE).read_text("utf-8"))
    _edit_manifest(damaged, model=manifest["model"] | {"preset": "gigantic"})
    with pytest.raises(CheckpointError, match=r"unknown preset 'gigantic'\. Known: base_100m, compact"):
        load_checkpoint(damaged)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format_version": 99}, "format version 99, this program reads 1"),
        ({"surprise": 1}, "not a valid checkpoint configuration: .*surprise"),
        ({"trained_outputs": {"vad": ["happiness"]}, "temperatures": {"vad": 1.0}}, "'happiness'"),
        ({"temperatures": {}}, "every trained family needs one positive temperature"),
    ],
)
def test_a_configuration_that_cannot_be_right_is_refused(
    damaged: Path, changes: dict[str, object], problem: str
) -> None:
    _edit_manifest(damaged, **changes)
    with pytest.raises(CheckpointError, match=problem):
        load_checkpoint(damaged)


def test_a_configuration_that_is_no_json_is_refused(damaged: Path) -> None:
    (damaged / MANIFEST_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"not a valid checkpoint configuration"):
        load_checkpoint(damaged)


def test_foreign_and_missing_parameters_are_counted_and_named(damaged: Path) -> None:
    tensors = load_file(damaged / WEIGHTS_FILE)
    tensors["adapter.weight"] = tensors.pop("bridge.merge.value.bias")
    _resave(damaged, tensors)
    with pytest.raises(
        CheckpointError,
        match=r"1 parameters are foreign \(adapter\.weight\) and 1 missing \(bridge\.merge\.value\.bias\)",
    ):
        load_checkpoint(damaged)


def test_a_parameter_of_another_shape_is_named(damaged: Path) -> None:
    tensors = load_file(damaged / WEIGHTS_FILE)
    tensors["bridge.merge.value.bias"] = torch.zeros(3, dtype=torch.float16)
    _resave(damaged, tensors)
    with pytest.raises(CheckpointError, match=r"bridge\.merge\.value\.bias has the shape \(3,\)"):
        load_checkpoint(damaged)


def _resave(directory: Path, tensors: dict[str, torch.Tensor]) -> None:
    save_file(tensors, directory / WEIGHTS_FILE)
    _edit_manifest(directory, parameters_sha256=hashlib.sha256((directory / WEIGHTS_FILE).read_bytes()).hexdigest())
