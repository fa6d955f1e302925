"""Layers that compute in 8-bit integers: the one place that knows how.

Weights are quantised once, symmetrically, per output feature. Activations are quantised on the fly per row, so that
what a row becomes never depends on the rows beside it. The product is accumulated in 32-bit integers and therefore
exact; only the two roundings to eight bits lose anything. There are no gradients.

Dimensions: M rows, K input features, N output features, B passages, T steps, W width of a recurrent state.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from redheart_core.errors import DeviceError

LEVELS = 127
"""Largest magnitude of a quantised number; -128 is not used, so that the scale is symmetric."""
SMALLEST = 1e-30
"""Rows whose largest magnitude is below this become zero: dividing by less would overflow."""
MAX_IN_FEATURES = (2**31 - 1) // LEVELS**2
"""Beyond this many input features a sum could overflow 32 bits."""
CUDA_MIN_ROWS = 32
"""The CUDA kernel refuses 16 rows or fewer, and inputs whose features are no multiple of eight."""


class Int8Linear(nn.Module):
    """A linear layer with 8-bit weights; inputs and outputs have the dtype of the activations."""

    weight_NK: Tensor
    scale_N: Tensor
    bias_N: Tensor | None

    def __init__(self, weight_NK: Tensor, bias_N: Tensor | None) -> None:
        super().__init__()
        quantised_NK, scale_N1 = quantise_rows(weight_NK.detach())
        self.out_features, self.in_features = weight_NK.shape
        self.register_buffer("weight_NK", quantised_NK)
        self.register_buffer("scale_N", scale_N1.squeeze(-1))
        self.register_buffer("bias_N", None if bias_N is None else bias_N.detach().float().clone())

    @classmethod
    def from_float(cls, linear: nn.Linear) -> Int8Linear:
        """Quantise a layer."""
        return cls(linear.weight, linear.bias)

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., K) to (..., N)."""
        rows_MK = values.reshape(-1, self.in_features)
        quantised_MK, scale_M1 = quantise_rows(rows_MK)
        # Multiplications and additions stay separate: a fused one rounds differently at the end of a vector.
        result_MN = integer_product(quantised_MK, self.weight_NK).float() * scale_M1
        result_MN *= self.scale_N
        if self.bias_N is not None:
            result_MN += self.bias_N
        return result_MN.to(values.dtype).view(*values.shape[:-1], self.out_features)

    def extra_repr(self) -> str:
        """Say how large it is."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias_N is not None}"


class Int8GRU(nn.Module):
    """A one-directional recurrent network with 8-bit weights: all steps' inputs in one product, one more per step."""

    def __init__(self, gru: nn.GRU) -> None:
        super().__init__()
        self.width = gru.hidden_size
        self.batch_first = gru.batch_first
        self.inputs = nn.ModuleList(_projection(gru, "ih", layer) for layer in range(gru.num_layers))
        self.hidden = nn.ModuleList(_projection(gru, "hh", layer) for layer in range(gru.num_layers))

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, T, K) to the states (B, T, W) and the last state of every layer (layers, B, W).

        Without ``batch_first`` the first two dimensions of input and states are (T, B), as in ``nn.GRU``. The state is
        carried in float32: rounding it at every step would add up.
        """
        steps_BTD = values if self.batch_first else values.transpose(0, 1)
        last_states = []
        for to_gates, hidden_to_gates in zip(self.inputs, self.hidden, strict=True):
            steps_BTD = self._layer(to_gates(steps_BTD.float()), hidden_to_gates)
            last_states.append(steps_BTD[:, -1])
        states = steps_BTD if self.batch_first else steps_BTD.transpose(0, 1)
        return states.to(values.dtype), torch.stack(last_states).to(values.dtype)

    def _layer(self, gates_BTG: Tensor, hidden_to_gates: nn.Module) -> Tensor:
        state_BW = gates_BTG.new_zeros(gates_BTG.shape[0], self.width)
        states = []
        for gates_BG in gates_BTG.unbind(dim=1):
            reset_BW, update_BW, new_BW = gates_BG.chunk(3, dim=-1)
            own_reset_BW, own_update_BW, own_new_BW = hidden_to_gates(state_BW).chunk(3, dim=-1)
            reset_BW = torch.sigmoid(reset_BW + own_reset_BW)
            update_BW = torch.sigmoid(update_BW + own_update_BW)
            new_BW = torch.tanh(new_BW + reset_BW * own_new_BW)
            state_BW = new_BW + update_BW * (state_BW - new_BW)
            states.append(state_BW)
        return torch.stack(states, dim=1)


def quantise_rows(values_MK: Tensor) -> tuple[Tensor, Tensor]:
    """Return int8 rows (M, K) and the float32 scale (M, 1) that turns each back: value = scale · integer.

    The error of a value is at most half of its row's scale. Not-a-number and infinity make their whole row
    not-a-number, as they would in floating point.
    """
    if values_MK.shape[1] == 0:
        return values_MK.to(torch.int8), values_MK.new_zeros(values_MK.shape[0], 1, dtype=torch.float32)
    highest_M1 = values_MK.abs().amax(dim=-1, keepdim=True).float()
    inverse_M1 = torch.where(highest_M1 > SMALLEST, LEVELS / highest_M1, 0.0)
    return (values_MK * inverse_M1).round_().to(torch.int8), highest_M1 / LEVELS


def integer_product(left_MK: Tensor, right_NK: Tensor) -> Tensor:
    """Return the exact int32 product (M, N) of int8 rows.

    Raises:
        DeviceError: This machine's kernel does not multiply 8-bit integers exactly.
    """
    if left_MK.is_cuda:
        return _cuda_product(left_MK, right_NK)
    require_exact_kernel()
    if left_MK.shape[1] == 1:
        # PyTorch 2.13 answers wrongly here: it takes the transposed single column for a row.
        return left_MK.int() * right_NK.int().t()
    return torch._int_mm(left_MK, right_NK.t())


@cache
def require_exact_kernel() -> None:
    """Try the kernel once on the largest numbers, which a 16-bit intermediate sum would clip.

    Raises:
        DeviceError: The product is not exact.
    """
    extreme_MK = torch.full((2, 64), LEVELS, dtype=torch.int8)
    extreme_MK[1] = -LEVELS
    product_MN = torch._int_mm(extreme_MK, extreme_MK.t())
    expected = 64 * LEVELS**2
    if product_MN.tolist() != [[expected, -expected], [-expected, expected]]:
        raise DeviceError(
            f"This processor multiplies 8-bit integers inexactly: {product_MN.tolist()} instead of ±{expected}. "
            "Use the precision bf16 or fp32."
        )


def _cuda_product(left_MK: Tensor, right_NK: Tensor) -> Tensor:
    """Pad with zeros to what the kernel accepts, which changes no sum."""
    rows, columns = left_MK.shape[0], right_NK.shape[0]
    missing_k = -left_MK.shape[1] % 8
    left_MK = nn.functional.pad(left_MK, (0, missing_k, 0, max(0, CUDA_MIN_ROWS - rows)))
    right_NK = nn.functional.pad(right_NK, (0, missing_k, 0, -columns % 8))
    return torch._int_mm(left_MK, right_NK.t())[:rows, :columns]


def _projection(gru: nn.GRU, kind: str, layer: int) -> Int8Linear:
    bias = getattr(gru, f"bias_{kind}_l{layer}") if gru.bias else None
    return Int8Linear(getattr(gru, f"weight_{kind}_l{layer}"), bias)
