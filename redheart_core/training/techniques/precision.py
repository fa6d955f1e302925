"""Mixed precision: matrix products in 16 bits, weights, sums and logits in 32."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum

import torch
from torch.amp.grad_scaler import GradScaler

from redheart_core.errors import ConfigError
from redheart_core.runtime.devices import supports_bf16


class MixedPrecision(StrEnum):
    """What matrix products are computed in."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
    AUTO = "auto"
    """bf16 where the hardware multiplies it, fp32 elsewhere: emulated, a step takes about ten times as long."""


_TYPES = {MixedPrecision.BF16: torch.bfloat16, MixedPrecision.FP16: torch.float16}


def on_device(precision: MixedPrecision, device: torch.device) -> MixedPrecision:
    """Return what a training on ``device`` computes in: what was asked for, or what suits the device."""
    if precision is not MixedPrecision.AUTO:
        return precision
    return MixedPrecision.BF16 if supports_bf16(str(device)) else MixedPrecision.FP32


def autocast(precision: MixedPrecision, device: torch.device) -> AbstractContextManager[object]:
    """Return the context that a forward pass runs in."""
    if precision is MixedPrecision.FP32:
        return nullcontext()
    return torch.autocast(device.type, _TYPES[precision])


def gradient_scaler(precision: MixedPrecision, device: torch.device) -> GradScaler:
    """Return what keeps small fp16 gradients from vanishing; it does nothing for the others, which have the range.

    Raises:
        ConfigError: fp16 was asked for on a device other than a CUDA GPU.
    """
    if precision is MixedPrecision.FP16 and device.type != "cuda":
        raise ConfigError(f"fp16 needs a CUDA GPU, and the training runs on {device.type}. Choose bf16 or fp32.")
    return GradScaler(device.type, enabled=precision is MixedPrecision.FP16)
