"""Precisions: what is converted and what stays, that the real model runs in each, and how far neighbours matter."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import TINY
from redheart_core.runtime import precision as precision_module
from redheart_core.runtime.int8 import Int8GRU, Int8Linear
from redheart_core.runtime.precision import BF16_FROM_PARAMETERS, Precision, cast, default_precision, precision_of

BATCH_TOLERANCE = {Precision.FP32: 1e-6, Precision.BF16: 1e-2, Precision.INT8: 1e-2}
"""Largest difference of a logit between a passage read alone and padded in a batch of eight; logits here are small."""
DISTANCE_FROM_FP32 = {Precision.BF16: 0.02, Precision.INT8: 0.02}
"""Largest difference of a logit of the tiny preset."""


@pytest.fixture(autouse=True)
def _quantise_even_tiny_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "INT8_FROM_WEIGHTS", 0)
    monkeypatch.setattr(precision_module, "INT8_FROM_RECURRENT_WEIGHTS", 0)


def tiny_model(precision: Precision = Precision.FP32) -> nn.Module:
    torch.manual_seed(3)
    return cast(RedHeartModel(TINY).eval(), precision)


def logits_of(model: nn.Module, ids_BT: Tensor, mask_BT: Tensor) -> Tensor:
    with torch.inference_mode():
        output = model(ids_BT, mask_BT, torch.zeros_like(ids_BT))
    return torch.cat(list(output.logits.values()), dim=-1)


def passages() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    ids_BT = torch.randint(4, TINY.vocabulary_size, (8, 24), generator=generator)
    lengths_B = torch.tensor([24, 5, 9, 13, 1, 20, 7, 16])
    return ids_BT, torch.arange(24) < lengths_B[:, None]


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.INT8])
def test_the_model_runs_close_to_float32_and_answers_in_float32(precision: Precision) -> None:
    wanted, found = (logits_of(tiny_model(each), *passages()) for each in (Precision.FP32, precision))
    assert found.dtype is torch.float32
    assert 0 < float((found - wanted).abs().max()) < DISTANCE_FROM_FP32[precision]


def test_float32_is_left_bit_for_bit() -> None:
    torch.manual_seed(3)
    untouched = RedHeartModel(TINY).eval()
    assert torch.equal(logits_of(tiny_model(), *passages()), logits_of(untouched, *passages()))


@pytest.mark.parametrize("precision", list(Precision))
def test_a_passage_alone_and_padded_in_a_batch_agree(precision: Precision) -> None:
    model, (ids_BT, mask_BT) = tiny_model(precision), passages()
    together = logits_of(model, ids_BT, mask_BT)
    for row, length in enumerate(mask_BT.sum(dim=1).tolist()):
        alone = logits_of(model, ids_BT[row : row + 1, :length], mask_BT[row : row + 1, :length])
        assert float((alone[0] - together[row]).abs().max()) <= BATCH_TOLERANCE[precision]


@pytest.mark.parametrize("precision", list(Precision))
def test_a_module_knows_its_precision(precision: Precision) -> None:
    assert precision_of(tiny_model(precision)) is precision


def test_bfloat16_reaches_every_parameter_and_buffer() -> None:
    model = tiny_model(Precision.BF16)
    assert {tensor.dtype for tensor in (*model.parameters(), *model.buffers())} == {torch.bfloat16}


def test_int8_replaces_linear_and_recurrent_layers_and_keeps_scales_in_float32() -> None:
    model = tiny_model(Precision.INT8)
    assert not any(isinstance(module, nn.Linear | nn.GRU) for module in model.modules())
    assert any(isinstance(module, Int8GRU) for module in model.modules())
    scales = [module.scale_N for module in model.modules() if isinstance(module, Int8Linear)]
    assert {scale.dtype for scale in scales} == {torch.float32}
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}


def test_small_layers_stay_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "INT8_FROM_WEIGHTS", 100)
    model = cast(nn.Sequential(nn.Linear(10, 10), nn.Linear(9, 11)).eval(), Precision.INT8)
    assert isinstance(model[0], Int8Linear)  # type: ignore[index]
    assert isinstance(model[1], nn.Linear)  # type: ignore[index]


def test_a_single_layer_is_returned_replaced() -> None:
    assert isinstance(cast(nn.Linear(4, 4).eval(), Precision.INT8), Int8Linear)


def test_pytorchs_own_attention_and_two_directions_still_run() -> None:
    encoder = cast(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(), Precision.INT8)
    both_ways = cast(nn.GRU(8, 4, bidirectional=True, batch_first=True).eval(), Precision.INT8)
    values_BTD = torch.randn(2, 5, 8, dtype=torch.bfloat16)
    with torch.inference_mode():
        assert encoder(values_BTD).shape == (2, 5, 8)
        assert both_ways(values_BTD)[0].shape == (2, 5, 8)


def test_the_state_dict_of_an_int8_model_restores_it() -> None:
    model, other = tiny_model(Precision.INT8), tiny_model(Precision.FP32)
    for parameter in other.parameters():
        parameter.data.add_(0.1)
    other = cast(other, Precision.INT8)
    assert not torch.equal(logits_of(model, *passages()), logits_of(other, *passages()))
    other.load_state_dict(model.state_dict(), strict=True)
    assert torch.equal(logits_of(model, *passages()), logits_of(other, *passages()))


def test_casting_to_int8_twice_changes_nothing_and_back_is_refused() -> None:
    model = tiny_model(Precision.INT8)
    before = logits_of(model, *passages())
    assert torch.equal(logits_of(cast(model, Precision.INT8), *passages()), before)
    with pytest.raises(ConfigError, match=r"cannot go back to fp32: load its weights again"):
        cast(model, Precision.FP32)


def test_a_training_module_is_not_quantised() -> None:
    with pytest.raises(ConfigError, match=r"no gradients.*Call eval\(\) first"):
        cast(nn.Linear(4, 4), Precision.INT8)


@pytest.mark.parametrize(
    ("native", "num_parameters", "expected"),
    [
        (True, BF16_FROM_PARAMETERS, Precision.BF16),
        (True, BF16_FROM_PARAMETERS - 1, Precision.FP32),
        (False, 730_000_000, Precision.FP32),
    ],
)
def test_only_large_models_on_native_hardware_start_in_bfloat16(
    monkeypatch: pytest.MonkeyPatch, native: bool, num_parameters: int, expected: Precision
) -> None:
    monkeypatch.setattr(precision_module, "supports_bf16", lambda device: native)
    assert default_precision("cpu", num_parameters) is expected
