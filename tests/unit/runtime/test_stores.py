"""Stores hand out a module's weights, and say what they weigh."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from redheart_core.errors import CheckpointError
from redheart_core.runtime.stores import HostStore, MappedStore


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    first = {"encoder.weight": torch.arange(6.0).view(2, 3), "encoder.steps": torch.tensor([7])}
    second = {"encoder.bias": torch.ones(2, dtype=torch.bfloat16), "encoder2.weight": torch.zeros(4)}
    paths = [tmp_path / "1.safetensors", tmp_path / "2.safetensors"]
    for path, tensors in zip(paths, (first, second), strict=True):
        save_file(tensors, path)
    return paths


def test_a_module_is_collected_from_all_shards_by_its_name(shards: list[Path]) -> None:
    tensors = MappedStore(shards).load("encoder")
    assert sorted(tensors) == ["bias", "steps", "weight"]
    assert tensors["weight"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_the_size_is_known_without_loading_and_right(shards: list[Path]) -> None:
    store = MappedStore(shards)
    assert store.nbytes("encoder") == 6 * 4 + 8 + 2 * 2
    assert store.nbytes("encoder") == sum(tensor.nbytes for tensor in store.load("encoder").values())


def test_another_type_converts_floating_point_only(shards: list[Path]) -> None:
    store = MappedStore(shards, dtype=torch.float64)
    tensors = store.load("encoder")
    assert {name: tensor.dtype for name, tensor in tensors.items()} == {
        "weight": torch.float64,
        "bias": torch.float64,
        "steps": torch.int64,
    }
    assert store.nbytes("encoder") == sum(tensor.nbytes for tensor in tensors.values())


def test_weights_are_mapped_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    save_file({"part.weight": torch.zeros(1024, 1024)}, path)
    store = MappedStore([path])
    tensor: Tensor | None = store.load("part")["weight"]
    assert tensor is not None
    assert _mapped(path)
    del tensor
    assert not _mapped(path)


def _mapped(path: Path) -> bool:
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("only Linux tells what is mapped")
    return str(path) in maps.read_text()


def test_an_unknown_module_is_answered_with_the_known_ones(shards: list[Path]) -> None:
    with pytest.raises(CheckpointError, match=r"module 'enc'; stored are: encoder, encoder2"):
        MappedStore(shards).load("enc")
    with pytest.raises(CheckpointError, match=r"module 'enc'; kept are: head"):
        HostStore({"head": nn.Linear(1, 1)}).load("enc")


def test_a_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"\x10\0\0\0\0\0\0\0{")
    with pytest.raises(CheckpointError, match=r"broken\.safetensors: missing, truncated.*Restore it"):
        MappedStore([path])
    with pytest.raises(CheckpointError, match="missing"):
        MappedStore([tmp_path / "absent.safetensors"])


def test_a_host_store_keeps_the_weights_of_modules() -> None:
    module = nn.Linear(3, 2)
    store = HostStore({"head": module})
    assert store.nbytes("head") == 4 * (6 + 2)
    assert torch.equal(store.load("head")["weight"], module.weight)
    assert not store.load("head")["weight"].requires_grad
