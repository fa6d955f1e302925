"""8-bit layers: their error has a bound, a row never depends on its neighbours, and the state survives a round trip."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from redheart_core.runtime import int8
from redheart_core.runtime.int8 import Int8GRU, Int8Linear, integer_product, quantise_rows

ROUNDING = 1e-5
"""Relative slack for float32 arithmetic around the exact integer product."""
GRU_TOLERANCE = 0.02
"""Largest difference of a state in [-1, 1] from that of the float network, over sixteen steps and three layers."""

sizes = st.integers(min_value=1, max_value=40)
magnitudes = st.sampled_from([1e-32, 1e-20, 1e-3, 1.0, 1e6, 1e30])


def linear_and_inputs(
    rows: int, inputs: int, outputs: int, magnitude: float = 1.0, seed: int = 0
) -> tuple[nn.Linear, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    linear = nn.Linear(inputs, outputs)
    with torch.no_grad():
        linear.weight.copy_(torch.randn(outputs, inputs, generator=generator))
        linear.bias.copy_(torch.randn(outputs, generator=generator))
    return linear, magnitude * torch.randn(rows, inputs, generator=generator)


@given(rows=sizes, inputs=sizes, outputs=sizes, magnitude=magnitudes, seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_error_stays_below_what_two_roundings_can_cost(
    rows: int, inputs: int, outputs: int, magnitude: float, seed: int
) -> None:
    linear, values_MK = linear_and_inputs(rows, inputs, outputs, magnitude, seed)
    with torch.no_grad():
        exact_MN = nn.functional.linear(values_MK.double(), linear.weight.double(), linear.bias.double())
        found_MN = Int8Linear.from_float(linear)(values_MK).double()
    row_scale_M1 = values_MK.abs().amax(dim=1, keepdim=True).double() / 127
    column_scale_N = linear.weight.detach().abs().amax(dim=1).double() / 127
    rounded_inputs_MN = row_scale_M1 / 2 * linear.weight.detach().abs().sum(dim=1).double()
    rounded_weights_MN = values_MK.abs().sum(dim=1, keepdim=True).double() * column_scale_N / 2
    bound_MN = rounded_inputs_MN + rounded_weights_MN + inputs * row_scale_M1 * column_scale_N / 4
    # A row below SMALLEST is taken as zero, which costs at most that times the weights.
    bound_MN = bound_MN + int8.SMALLEST * linear.weight.detach().abs().sum(dim=1).double()
    slack_MN = ROUNDING * (exact_MN.abs() + bound_MN + linear.bias.detach().abs().double())
    assert bool(((found_MN - exact_MN).abs() <= bound_MN + slack_MN).all())


def test_a_row_of_zeros_gives_the_bias() -> None:
    linear, _ = linear_and_inputs(1, 8, 5)
    assert torch.equal(Int8Linear.from_float(linear)(torch.zeros(3, 8)), linear.bias.detach().expand(3, 5))


def test_an_output_without_weights_gives_its_bias() -> None:
    linear, values_MK = linear_and_inputs(4, 8, 5)
    with torch.no_grad():
        linear.weight[2].zero_()
    assert torch.equal(Int8Linear.from_float(linear)(values_MK)[:, 2], linear.bias.detach()[2].expand(4))


@pytest.mark.parametrize("foreign", [float("nan"), float("inf")])
def test_what_is_no_number_spoils_its_own_row_and_no_other(foreign: float) -> None:
    linear, values_MK = linear_and_inputs(3, 8, 5)
    layer = Int8Linear.from_float(linear)
    clean_MN = layer(values_MK)
    values_MK[1, 4] = foreign
    found_MN = layer(values_MK)
    assert bool(found_MN[1].isnan().all())
    assert torch.equal(found_MN[[0, 2]], clean_MN[[0, 2]])


@given(rows=st.integers(2, 40), inputs=sizes, outputs=sizes, dtype=st.sampled_from([torch.float32, torch.bfloat16]))
@settings(deadline=None, max_examples=60)
def test_a_row_alone_is_bit_for_bit_the_row_in_a_batch(
    rows: int, inputs: int, outputs: int, dtype: torch.dtype
) -> None:
    linear, values_MK = linear_and_inputs(rows, inputs, outputs)
    layer, values_MK = Int8Linear.from_float(linear), values_MK.to(dtype)
    together_MN = layer(values_MK)
    assert all(torch.equal(layer(values_MK[row : row + 1])[0], together_MN[row]) for row in range(rows))


def test_wide_layers_are_row_invariant_too() -> None:
    linear, values_MK = linear_and_inputs(64, 1000, 777)
    layer = Int8Linear.from_float(linear)
    assert torch.equal(layer(values_MK[17:18])[0], layer(values_MK)[17])


def test_leading_dimensions_and_dtype_are_kept() -> None:
    linear, values_MK = linear_and_inputs(6, 8, 5)
    found = Int8Linear.from_float(linear)(values_MK.view(2, 3, 8).to(torch.bfloat16))
    assert (found.shape, found.dtype) == ((2, 3, 5), torch.bfloat16)


def test_no_number_is_off_by_more_than_half_a_step() -> None:
    _, values_MK = linear_and_inputs(50, 300, 1)
    quantised_MK, scale_M1 = quantise_rows(values_MK)
    assert quantised_MK.abs().max() == int8.LEVELS
    assert bool(((quantised_MK * scale_M1 - values_MK).abs() <= scale_M1 * (0.5 + ROUNDING)).all())


def test_the_integer_product_is_exact_at_the_extremes() -> None:
    left_MK = torch.full((3, 4096), 127, dtype=torch.int8)
    left_MK[1] = -127
    left_MK[2, ::2] = -127
    expected_MN = left_MK.long() @ left_MK.long().t()
    assert torch.equal(integer_product(left_MK, left_MK).long(), expected_MN)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_recurrent_states_stay_close_to_the_float_network(batch_first: bool, bias: bool) -> None:
    torch.manual_seed(0)
    gru = nn.GRU(24, 32, num_layers=3, batch_first=batch_first, bias=bias).eval()
    values = torch.randn(5, 16, 24)
    with torch.no_grad():
        wanted, wanted_last = gru(values)
        found, found_last = Int8GRU(gru)(values)
    assert found.shape == wanted.shape
    assert float((found - wanted).abs().max()) < GRU_TOLERANCE
    assert float((found_last - wanted_last).abs().max()) < GRU_TOLERANCE
    assert float((found - wanted).abs().max()) > 0


def test_the_state_dict_makes_another_layer_the_same() -> None:
    first, values_MK = linear_and_inputs(4, 8, 5, seed=1)
    second, _ = linear_and_inputs(4, 8, 5, seed=2)
    one, other = Int8Linear.from_float(first), Int8Linear.from_float(second)
    assert not torch.equal(one(values_MK), other(values_MK))
    other.load_state_dict(one.state_dict(), strict=True)
    assert torch.equal(one(values_MK), other(values_MK))


def test_a_recurrent_state_dict_makes_another_network_the_same() -> None:
    torch.manual_seed(0)
    one, other = (Int8GRU(nn.GRU(6, 7, num_layers=2, batch_first=True)) for _ in range(2))
    values_BTD = torch.randn(2, 5, 6)
    assert not torch.equal(one(values_BTD)[0], other(values_BTD)[0])
    other.load_state_dict(one.state_dict(), strict=True)
    assert torch.equal(one(values_BTD)[0], other(values_BTD)[0])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_cuda_product_is_the_same_integers() -> None:
    generator = torch.Generator().manual_seed(0)
    for rows, inputs, outputs in ((1, 5, 3), (17, 64, 9), (40, 100, 33)):
        left_MK = torch.randint(-127, 128, (rows, inputs), dtype=torch.int8, generator=generator)
        right_NK = torch.randint(-127, 128, (outputs, inputs), dtype=torch.int8, generator=generator)
        found_MN = integer_product(left_MK.cuda(), right_NK.cuda()).cpu()
        assert torch.equal(found_MN, integer_product(left_MK, right_NK))
