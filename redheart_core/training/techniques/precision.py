"""Mixed precision: matrix products in 16 bits, weights, sums and logits in 32."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum

import torch
from torch.amp.grad_scaler import GradScaler

from redheart_core.errors import ConfigError


class MixedPrecision(StrEnum):
    """What matrix products are computed in."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


_TYPES = {MixedPrecision.BF16: torch.bfloat16, MixedPrecision.FP16: torch.float16}


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
