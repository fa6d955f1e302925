"""In which numbers a module computes: float32, bfloat16, or 8-bit integers with bfloat16 around them."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.runtime.devices import supports_bf16
from redheart_core.runtime.int8 import MAX_IN_FEATURES, Int8GRU, Int8Linear

BF16_FROM_PARAMETERS = 50_000_000
"""From this size on bfloat16 is the default where the processor has it: it gained at 100 M, and nothing at 13 M."""
INT8_FROM_WEIGHTS = 65_536
"""Linear layers with fewer weights stay bfloat16: they would gain nothing."""
INT8_FROM_RECURRENT_WEIGHTS = 524_288
"""Recurrent layers with fewer weights per step stay bfloat16: the loop over steps would cost more than it saves."""


class Precision(StrEnum):
    """Numbers that a module computes in."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


def cast(module: nn.Module, precision: Precision) -> nn.Module:
    """Bring a float module to a precision, in place where it can be, and return it.

    With ``int8``, linear and recurrent layers are replaced; everything else (embeddings, norms, free parameters, small
    layers, PyTorch's own attention, which reads the weights of its layers itself) becomes bfloat16.

    Args:
        module: Any module in float32; ``int8`` needs one in evaluation mode, since it has no gradients.
        precision: What it should compute in.

    Raises:
        ConfigError: The module is already quantised, or is still training and should be.
    """
    if any(isinstance(part, Int8Linear) for part in module.modules()):
        if precision is Precision.INT8:
            return module
        raise ConfigError(f"A module in int8 cannot go back to {precision.value}: load its weights again.")
    if precision is Precision.INT8:
        if module.training:
            raise ConfigError("int8 has no gradients, so a module in training mode stays as it is. Call eval() first.")
        module = _quantised(module)
        for part in module.modules():
            if not isinstance(part, Int8Linear):
                _convert_own(part, torch.bfloat16)
        return module
    return module.to(torch.float32 if precision is Precision.FP32 else torch.bfloat16)


def precision_of(module: nn.Module) -> Precision:
    """Return what a module that ``cast`` prepared computes in."""
    if any(isinstance(part, Int8Linear) for part in module.modules()):
        return Precision.INT8
    reduced = any(parameter.dtype is torch.bfloat16 for parameter in module.parameters())
    return Precision.BF16 if reduced else Precision.FP32


def default_precision(device: torch.device | str, num_parameters: int) -> Precision:
    """Return bfloat16 for large models where the device computes it natively, else float32.

    Small models keep float32: it costs them little, and their saved traces verify on any processor.
    """
    large = num_parameters >= BF16_FROM_PARAMETERS
    return Precision.BF16 if large and supports_bf16(str(device)) else Precision.FP32


def _quantised(module: nn.Module) -> nn.Module:
    if isinstance(module, nn.Linear):
        return Int8Linear.from_float(module) if _gains(module) else module
    if isinstance(module, nn.GRU):
        return Int8GRU(module) if _gru_gains(module) else module
    if isinstance(module, nn.MultiheadAttention | nn.TransformerEncoderLayer):
        return module
    for name, child in module.named_children():
        setattr(module, name, _quantised(child))
    return module


def _gains(linear: nn.Linear) -> bool:
    return linear.weight.numel() >= INT8_FROM_WEIGHTS and linear.in_features <= MAX_IN_FEATURES


def _gru_gains(gru: nn.GRU) -> bool:
    large = 3 * gru.hidden_size * gru.hidden_size >= INT8_FROM_RECURRENT_WEIGHTS
    return large and not gru.bidirectional and max(gru.hidden_size, gru.input_size) <= MAX_IN_FEATURES


def _convert_own(module: nn.Module, dtype: torch.dtype) -> None:
    """Convert what belongs to this module itself; its children are asked on their own."""
    for parameter in module.parameters(recurse=False):
        parameter.data = parameter.data.to(dtype)
    for name, buffer in module.named_buffers(recurse=False):
        if buffer.is_floating_point():
            setattr(module, name, buffer.to(dtype))
