"""Four and eight bits: the published levels, the stated error, and exact products with what was read back."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from redheart_core.model.layers import Readout
from redheart_core.training.compression.lora import AdaptedLinear, AdapterConfig, add_adapters
from redheart_core.training.compression.quantized_base import (
    BaseStorage,
    FrozenLinear,
    Int8FrozenLinear,
    Nf4FrozenLinear,
    frozen_bytes,
    nf4_levels,
    quantize_frozen,
    restore_dense,
)

PUBLISHED_LEVELS = (
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
)  # fmt: skip
"""Dettmers et al. 2023, appendix E."""
FROZEN = (Nf4FrozenLinear, Int8FrozenLinear)


def _layer(inputs: int = 256, outputs: int = 192, seed: int = 0) -> nn.Linear:
    torch.manual_seed(seed)
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=0.05)
    return layer


def _stored_bits(frozen: FrozenLinear) -> float:
    tensors = [value for name, value in frozen.state_dict().items() if name != "bias"]
    stored = sum(value.numel() * value.element_size() for value in tensors)
    return 8 * stored / (frozen.in_features * frozen.out_features)


@torch.no_grad()
def _error(frozen: FrozenLinear, layer: nn.Linear) -> float:
    return float((frozen.dense_OI() - layer.weight).norm() / layer.weight.norm())


def test_the_levels_are_the_published_ones() -> None:
    torch.testing.assert_close(nf4_levels(), torch.tensor(PUBLISHED_LEVELS), atol=1e-6, rtol=0)


def test_normal_weights_keep_their_stated_error_and_size() -> None:
    layer = _layer(512, 512)
    four, eight = Nf4FrozenLinear(layer), Int8FrozenLinear(layer)
    assert _error(four, layer) == pytest.approx(0.092, abs=0.003)
    assert _error(eight, layer) == pytest.approx(0.0075, abs=0.0015)
    assert _stored_bits(four) == pytest.approx(4.127, abs=0.002)
    assert _stored_bits(eight) == pytest.approx(8 + 32 / 512)


def test_every_weight_goes_to_its_nearest_level() -> None:
    layer = _layer(64, 3)
    frozen = Nf4FrozenLinear(layer)
    scales = frozen._scales_N()[:, None]
    distances = (layer.weight[..., None] - scales[..., None] * nf4_levels()).abs()
    torch.testing.assert_close((layer.weight - frozen.dense_OI()).abs(), distances.amin(dim=-1))


def test_eight_bits_miss_by_at_most_half_a_step() -> None:
    layer = _layer()
    frozen = Int8FrozenLinear(layer)
    assert ((frozen.dense_OI() - layer.weight).abs() <= 0.5001 * frozen.scale_O1).all()


@pytest.mark.parametrize("kind", FROZEN)
def test_zero_weights_and_odd_shapes_are_read_back(kind: type[FrozenLinear]) -> None:
    layer = _layer(37, 5)
    with torch.no_grad():
        layer.weight[2] = 0
    frozen = kind(layer)
    assert frozen.dense_OI().shape == (5, 37)
    assert _error(frozen, layer) < 0.15
    nn.init.zeros_(layer.weight)
    assert kind(layer).dense_OI().abs().max() < 1e-9


@pytest.mark.parametrize("kind", FROZEN)
def test_product_and_gradient_are_those_of_the_weight_that_is_read_back(kind: type[FrozenLinear]) -> None:
    frozen = kind(_layer())
    dense = frozen.dense()
    results: list[tuple[Tensor, Tensor]] = []
    for layer in (frozen, dense):
        torch.manual_seed(1)
        values = torch.randn(2, 3, 256, requires_grad=True)
        product = layer(values)
        torch.autograd.backward(product.square().sum())
        assert values.grad is not None
        results.append((product.detach(), values.grad))
    assert torch.equal(results[0][0], results[1][0])
    torch.testing.assert_close(results[0][1], results[1][1])
    assert not list(frozen.parameters())


def test_under_autocast_the_gradient_has_the_type_of_the_input() -> None:
    frozen = Nf4FrozenLinear(_layer())
    values = torch.randn(4, 256, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        product = frozen(values)
    torch.autograd.backward(product.float().sum())
    assert product.dtype is torch.bfloat16
    assert values.grad is not None
    torch.testing.assert_close(values.grad, frozen.dense_OI().sum(dim=0).expand(4, -1), atol=0.1, rtol=0.02)


def _model() -> nn.Module:
    torch.manual_seed(0)
    model = nn.ModuleDict({"up": _layer(), "down": _layer(192, 256, seed=1), "readout": Readout(256, 64)})
    add_adapters(model, AdapterConfig(rank=2, targets=("up",)))
    return model


@pytest.mark.parametrize(("storage", "ratio"), [(BaseStorage.NF4, 0.25), (BaseStorage.INT8, 0.36)])
def test_the_frozen_part_shrinks_and_readouts_and_adapters_stay(storage: BaseStorage, ratio: float) -> None:
    model = _model()
    footprint = quantize_frozen(model, storage)
    adapted = model.get_submodule("up")
    assert isinstance(adapted, AdaptedLinear)
    assert isinstance(adapted.base, FrozenLinear)
    assert isinstance(model.get_submodule("down"), FrozenLinear)
    assert type(model.get_submodule("readout")) is Readout
    assert adapted.up_OR.requires_grad
    assert footprint.num_layers == 2
    assert footprint.stored_bytes == frozen_bytes(model)
    assert footprint.stored_bytes / footprint.dense_bytes == pytest.approx(ratio, abs=0.02)
    assert 0 < footprint.relative_error < 0.1


def test_full_precision_leaves_everything_as_it_is() -> None:
    model = _model()
    footprint = quantize_frozen(model, BaseStorage.FP32)
    assert (footprint.num_layers, footprint.relative_error) == (0, 0.0)
    assert footprint.stored_bytes == footprint.dense_bytes
    assert not any(isinstance(module, FrozenLinear) for module in model.modules())


def test_dense_layers_come_back_with_the_weights_that_were_read() -> None:
    layer = _layer()
    model = nn.ModuleDict({"one": layer})
    layer.requires_grad_(requires_grad=False)
    quantize_frozen(model, BaseStorage.NF4)
    read_OI = model["one"].dense_OI()  # type: ignore[operator]
    restore_dense(model)
    assert type(model["one"]) is nn.Linear
    assert torch.equal(model["one"].weight, read_OI)


def test_merging_into_a_quantised_base_keeps_the_answer() -> None:
    adapted = AdaptedLinear(Nf4FrozenLinear(_layer()), AdapterConfig(rank=2))
    nn.init.normal_(adapted.up_OR)
    values = torch.randn(4, 256)
    torch.testing.assert_close(adapted.merged()(values), adapted(values), atol=1e-4, rtol=1e-4)
