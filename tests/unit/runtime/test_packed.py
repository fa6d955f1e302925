"""Packed layers: the same bits, gradients for inputs, nothing left of mapped files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from redheart_core.inference.opening import open_checkpoint
from redheart_core.runtime.packed import PackedLinear, can_pack, held_bytes, own_memory, pack
from tests.checkpoints import make_tiny_checkpoint

pytestmark = pytest.mark.skipif(not can_pack(), reason="this build of PyTorch has no oneDNN")


@settings(deadline=None)
@given(rows=st.integers(1, 70), width=st.integers(1, 130), out=st.integers(1, 130), bias=st.booleans())
def test_a_packed_layer_returns_the_same_bits(rows: int, width: int, out: int, bias: bool) -> None:
    torch.manual_seed(rows * 1000 + width)
    linear = nn.Linear(width, out, bias=bias).bfloat16()
    values = torch.randn(2, rows, width).bfloat16()
    packed = PackedLinear(linear)
    with torch.inference_mode():
        assert torch.equal(packed(values), linear(values))
        repeated = values[:1].expand(3, -1, -1)
        assert torch.equal(packed(repeated), linear(repeated))
    assert torch.equal(packed.weight, linear.weight)


def test_inputs_get_the_gradient_they_would_have_had() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(24, 8).bfloat16()
    plain, packed = (torch.ones(3, 24, dtype=torch.bfloat16, requires_grad=True) for _ in range(2))
    linear(plain).sum().backward()
    PackedLinear(linear)(packed).sum().backward()
    assert plain.grad is not None
    assert packed.grad is not None
    assert torch.equal(packed.grad, plain.grad)


def test_only_bfloat16_layers_are_packed() -> None:
    module = pack(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4).bfloat16(), nn.GRU(4, 4)))
    assert [type(part) for part in module] == [nn.Linear, PackedLinear, nn.GRU]
    assert held_bytes(module[1]) == (4 * 4 + 4) * 2


def test_memory_of_its_own_does_not_follow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"weight": torch.ones(2, 2), "bias": torch.zeros(2)}, path)
    module = nn.Linear(2, 2)
    module.load_state_dict(load_file(path), assign=True)
    before = module.weight.data_ptr()
    assert own_memory(module) is module
    assert module.weight.data_ptr() != before
    assert torch.equal(module.weight, torch.ones(2, 2))


def test_a_checkpoint_read_in_bfloat16_is_packed_and_in_float32_is_not(tmp_path: Path) -> None:
    directory = make_tiny_checkpoint(tmp_path / "tiny")
    kinds = {
        precision: {type(part) for part in open_checkpoint(directory, precision=precision).model.modules()}
        for precision in ("fp32", "bf16")
    }
    assert PackedLinear in kinds["bf16"]
    assert PackedLinear not in kinds["fp32"]
