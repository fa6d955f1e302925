"""Checkpoints load whole or not at all, and every refusal names the file, the problem and the remedy."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from redheart_core.errors import CheckpointError
from redheart_core.model.checkpoint import (
    MANIFEST_FILE,
    load_checkpoint,
    read_manifest,
    save_checkpoint,
)
from redheart_core.model.reader import load_model_reader
from redheart_core.model.shards import describe_file, open_shards, plan_shards
from tests.checkpoints import make_tiny_checkpoint, random_tiny_model, tiny_manifest, tiny_tokenizer_bytes


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("checkpoints") / "tiny")


@pytest.fixture
def damaged(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "damaged"))


def _weights(directory: Path) -> Path:
    return directory / read_manifest(directory)[1].shards[0].name


def _tokenizer(directory: Path) -> Path:
    stored = read_manifest(directory)[1].tokenizer
    assert stored is not None
    return directory / stored.name


def _edit_manifest(directory: Path, **changes: object) -> None:
    path = directory / MANIFEST_FILE
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), encoding="utf-8")


def test_saving_and_loading_keeps_every_parameter(original: Path) -> None:
    saved, loaded = random_tiny_model().state_dict(), load_checkpoint(original).model.state_dict()
    assert set(saved) == set(loaded)
    assert all(torch.equal(loaded[name], value.half().float()) for name, value in saved.items())


def test_a_saved_and_reloaded_model_reads_the_same(original: Path, tmp_path: Path) -> None:
    again = make_tiny_checkpoint(tmp_path / "again")
    assert load_model_reader(again).read("I lied.") == load_model_reader(original).read("I lied.")
    assert load_model_reader(again).checkpoint_sha256 == load_model_reader(original).checkpoint_sha256


def test_other_weights_have_another_identity(original: Path, tmp_path: Path) -> None:
    other = make_tiny_checkpoint(tmp_path / "other", seed=1)
    assert load_checkpoint(other).sha256 != load_checkpoint(original).sha256


def test_saving_over_a_checkpoint_replaces_it_and_leaves_foreign_files_alone(tmp_path: Path) -> None:
    directory = make_tiny_checkpoint(tmp_path / "tiny", seed=0)
    (directory / "notes.txt").write_text("somebody's", encoding="utf-8")
    (directory / ".model.safetensors.partial").write_text("of a killed save", encoding="utf-8")
    for seed in (1, 2):
        make_tiny_checkpoint(directory, seed=seed)
        found = {path.name for path in directory.iterdir()}
        assert found == read_manifest(directory)[1].file_names | {MANIFEST_FILE, "notes.txt"}
    assert load_checkpoint(directory).sha256 == load_checkpoint(make_tiny_checkpoint(tmp_path / "new", seed=2)).sha256


def test_a_folder_without_configuration_holds_no_checkpoint(damaged: Path) -> None:
    (damaged / MANIFEST_FILE).unlink()
    with pytest.raises(CheckpointError, match=r"config\.json: cannot be read .* a folder without this file holds none"):
        load_checkpoint(damaged)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere: there is no such checkpoint folder\. Give the path"):
        load_checkpoint(tmp_path / "nowhere")


@pytest.mark.parametrize("find", [_weights, _tokenizer, lambda directory: directory / MANIFEST_FILE])
def test_a_missing_file_is_named(damaged: Path, find: Callable[[Path], Path]) -> None:
    path = find(damaged)
    path.unlink()
    with pytest.raises(CheckpointError, match=rf"{path.name}: .*cannot be read .*Restore"):
        load_checkpoint(damaged)


def test_truncated_weights_are_refused(damaged: Path) -> None:
    path = _weights(damaged)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=rf"{path.name}: truncated or not the file that was saved: "):
        load_checkpoint(damaged)


def test_one_flipped_byte_is_found(damaged: Path) -> None:
    path = _weights(damaged)
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=rf"{path.name}: .*its hash differs\. Restore"):
        load_checkpoint(damaged)


def test_another_tokenizer_is_refused(damaged: Path) -> None:
    path = _tokenizer(damaged)
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match=rf"{path.name}: .*not the file that was saved"):
        load_checkpoint(damaged)


def test_a_file_that_is_no_tokenizer_is_refused(damaged: Path) -> None:
    _tokenizer(damaged).write_text("{}", encoding="utf-8")
    _edit_manifest(damaged, tokenizer=asdict(describe_file(_tokenizer(damaged))))
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
        ({"format_version": 99}, "format version 99, this program reads 2"),
        ({"format_version": 1}, "format version 1, .*Train again, or use the release that wrote it"),
        ({"shards": []}, "it must name shards"),
        ({"stored_dtype": "int4"}, "a stored_dtype out of float16, bfloat16, float32"),
        ({"card": "../card.md"}, "not a plain file name"),
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
    tensors = load_file(_weights(damaged))
    tensors["adapter.weight"] = tensors.pop("bridge.merge.value.bias")
    _resave(damaged, tensors)
    with pytest.raises(
        CheckpointError,
        match=r"1 parameters are foreign \(adapter\.weight\) and 1 missing \(bridge\.merge\.value\.bias\)",
    ):
        load_checkpoint(damaged)


def test_a_parameter_of_another_shape_is_named(damaged: Path) -> None:
    tensors = load_file(_weights(damaged))
    tensors["bridge.merge.value.bias"] = torch.zeros(3, dtype=torch.float16)
    _resave(damaged, tensors)
    with pytest.raises(CheckpointError, match=r"bridge\.merge\.value\.bias has the shape \(3,\)"):
        load_checkpoint(damaged)


def _resave(directory: Path, tensors: dict[str, torch.Tensor]) -> None:
    path = _weights(directory)
    save_file(tensors, path)
    _edit_manifest(directory, shards=[asdict(describe_file(path))])


@pytest.mark.parametrize("name", ["../model.safetensors", "a/b", ".hidden"])
def test_a_shard_outside_the_folder_is_refused(damaged: Path, name: str) -> None:
    _edit_manifest(damaged, shards=[{"name": name, "sha256": "0", "size_bytes": 1}])
    with pytest.raises(CheckpointError, match="is not a plain file name"):
        load_checkpoint(damaged)


def _save_sharded(directory: Path, dtype: torch.dtype = torch.float32) -> Path:
    tokenizer = directory.parent / "tokenizer.json"
    tokenizer.write_bytes(tiny_tokenizer_bytes())
    save_checkpoint(
        directory, model=random_tiny_model(), tokenizer_file=tokenizer, manifest=tiny_manifest(), card="# tiny\n",
        dtype=dtype, max_shard_bytes=20_000,
    )  # fmt: skip
    return directory


def test_a_sharded_checkpoint_keeps_every_bit(tmp_path: Path) -> None:
    directory = _save_sharded(tmp_path / "sharded")
    assert len(read_manifest(directory)[1].shards) > 3
    saved, loaded = random_tiny_model().state_dict(), load_checkpoint(directory).model.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in saved.items())


def test_a_flipped_byte_in_any_shard_is_named(tmp_path: Path) -> None:
    directory = _save_sharded(tmp_path / "sharded")
    for shard in read_manifest(directory)[1].shards:
        path = directory / shard.name
        content = path.read_bytes()
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 16]) + content[-8:])
        with pytest.raises(CheckpointError, match=rf"{shard.name}: at least one byte was changed"):
            load_checkpoint(directory)
        path.write_bytes(content)
    load_checkpoint(directory)


def test_weights_of_the_wanted_type_are_mapped_and_not_copied(tmp_path: Path) -> None:
    directory = _save_sharded(tmp_path / "sharded", torch.bfloat16)
    with open_shards(directory, read_manifest(directory)[1].shards) as parameters:
        name = "backbone.embedding.token.weight"
        assert parameters[name].data_ptr() != 0
        assert parameters.below("backbone.embedding").keys() == {"token.weight", "segment.weight"}
        assert parameters.num_elements() == sum(tensor.numel() for tensor in random_tiny_model().state_dict().values())
        assert parameters.num_elements("bridge.cache") == sum(
            t.numel() for t in parameters.below("bridge.cache").values()
        )
    model = load_checkpoint(directory, dtype=torch.bfloat16).model
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert model.backbone.embedding.positions_TD.dtype == torch.bfloat16


def test_a_mapped_model_can_be_saved_over_itself(tmp_path: Path) -> None:
    directory = _save_sharded(tmp_path / "sharded")
    loaded = load_checkpoint(directory)
    save_checkpoint(
        directory, model=loaded.model, tokenizer_file=tmp_path / "tokenizer.json", manifest=loaded.manifest,
        card="# again\n", dtype=torch.float32, max_shard_bytes=20_000,
    )  # fmt: skip
    again = load_checkpoint(directory).model.state_dict()
    assert all(torch.equal(again[name], value) for name, value in random_tiny_model().state_dict().items())
    assert (directory / read_manifest(directory)[1].card).read_text("utf-8") == "# again\n"


@given(sizes=st.lists(st.integers(1, 50), min_size=1, max_size=20), limit=st.integers(1, 60))
def test_shards_keep_order_and_stay_below_the_limit(sizes: list[int], limit: int) -> None:
    named = {str(place): size for place, size in enumerate(sizes)}
    shards = plan_shards(named, limit)
    assert [name for shard in shards for name in shard] == list(named)
    assert all(len(shard) == 1 or sum(named[name] for name in shard) <= limit for shard in shards)


def test_a_full_disk_is_said_and_the_previous_checkpoint_stays(tmp_path: Path) -> None:
    directory = make_tiny_checkpoint(tmp_path / "tiny", seed=0)
    before = load_checkpoint(directory).sha256
    result = subprocess.run(
        [sys.executable, "-c", SAVE_WITH_LITTLE_ROOM, str(directory)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert "could not be written" in result.stderr
    assert "What was there before is unchanged" in result.stderr
    assert load_checkpoint(directory).sha256 == before
    assert load_checkpoint(make_tiny_checkpoint(directory, seed=3)).sha256 != before


SAVE_WITH_LITTLE_ROOM = """
import resource, signal, sys
from pathlib import Path
from tests.checkpoints import make_tiny_checkpoint
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
make_tiny_checkpoint(Path(sys.argv[1]), seed=1)
"""
SAVE_FOR_EVER = """
import os, sys
from pathlib import Path
from tests.checkpoints import make_tiny_checkpoint
directory = Path(sys.argv[1])
for _ in sys.stdin:
    saver = os.fork()  # the libraries are imported once
    while saver == 0:
        for seed in (1, 2):
            make_tiny_checkpoint(directory, seed=seed)
    print(saver, flush=True)
    os.waitpid(saver, 0)
"""


def test_whoever_is_killed_while_saving_leaves_the_old_or_the_new_checkpoint(tmp_path: Path) -> None:
    known = {load_checkpoint(make_tiny_checkpoint(tmp_path / f"known{seed}", seed=seed)).sha256 for seed in (1, 2)}
    directory = make_tiny_checkpoint(tmp_path / "saved", seed=1)
    instants = random.Random(7)
    process = subprocess.Popen(
        [sys.executable, "-c", SAVE_FOR_EVER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3], env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(5):
        print("another", file=process.stdin, flush=True)
        saver = int(process.stdout.readline())
        time.sleep(instants.uniform(0.05, 0.4))
        os.kill(saver, signal.SIGKILL)
        while_dying_s = time.monotonic()
        while Path(f"/proc/{saver}").exists() and time.monotonic() - while_dying_s < 10:
            time.sleep(0.01)
        assert load_checkpoint(directory).sha256 in known
    process.communicate()
    assert process.returncode == 0
