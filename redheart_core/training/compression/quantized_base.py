"""Frozen linear layers whose weights are kept in four or eight bits and read back for each product.

NF4 with double quantisation: Dettmers et al. 2023 (QLoRA), https://arxiv.org/abs/2305.14314. Two departures: the scales
are kept as eight-bit integers where the paper takes eight-bit floats, and a weight is rounded with the scale that will
be read back, not with the one before it was rounded itself. No optimised kernel: this is about memory, not speed.

Dimensions: I inputs, O outputs, N blocks of weights, M groups of blocks, (...) any leading dimensions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, nn

from redheart_core.model.layers import Readout
from redheart_core.runtime.int8 import quantise_rows

BLOCK = 64
"""Weights that share a scale."""
GROUP = 256
"""Scales that share a scale of their own."""
SMALLEST_SCALE = 1e-12
MIN_WEIGHTS = 4096
"""Smaller layers stay as they are: their scales would cost as much as they save."""
_TAIL = 0.9677083
"""The quantile of a standard normal that becomes 1: a mean of two corrections, taken over from the QLoRA code."""


class BaseStorage(StrEnum):
    """How the frozen weights of a base are kept."""

    FP32 = "fp32"
    NF4 = "nf4"
    INT8 = "int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What keeping the frozen part costs."""

    num_layers: int
    """Linear layers that were quantised."""
    dense_bytes: int
    """The frozen part as float32."""
    stored_bytes: int
    """The frozen part as it is kept, unquantised layers included."""
    relative_error: float
    """Root of the squared error over the squared weights, over all quantised layers; zero if none was."""


def nf4_levels() -> Tensor:
    """Return the sixteen levels: quantiles of a normal distribution, scaled to [-1, 1], zero among them."""
    positive = torch.special.ndtri(torch.linspace(_TAIL, 0.5, 9, dtype=torch.float64)[:-1])
    negative = -torch.special.ndtri(torch.linspace(_TAIL, 0.5, 8, dtype=torch.float64)[:-1])
    levels = torch.cat([positive, negative, torch.zeros(1, dtype=torch.float64)]).sort().values
    return (levels / levels.abs().max()).float()


class FrozenLinear(nn.Module, ABC):
    """A linear layer that cannot be trained and whose weight exists only while it is multiplied."""

    bias: Tensor | None

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().clone())

    @abstractmethod
    def dense_OI(self) -> Tensor:
        """Return the weight as float32."""

    def dense(self) -> nn.Linear:
        """Return an ordinary layer with the weight as it is read back."""
        layer = nn.Linear(self.in_features, self.out_features, bias=self.bias is not None)
        with torch.no_grad():
            layer.weight.copy_(self.dense_OI())
            if self.bias is not None:
                layer.bias.copy_(self.bias)
        return layer

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., I) to (..., O)."""
        result: Tensor = _FrozenProduct.apply(values, self)  # type: ignore[no-untyped-call]
        return result


class Int8FrozenLinear(FrozenLinear):
    """Eight bits with one scale per output, symmetric."""

    codes_OI: Tensor
    scale_O1: Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer)
        codes_OI, scale_O1 = quantise_rows(layer.weight.detach().float())
        self.register_buffer("codes_OI", codes_OI)
        self.register_buffer("scale_O1", scale_O1)

    def dense_OI(self) -> Tensor:
        """See ``FrozenLinear``."""
        return self.codes_OI.float() * self.scale_O1


class Nf4FrozenLinear(FrozenLinear):
    """Four bits, two to a byte, with a scale per 64 weights that is kept in eight bits itself."""

    codes: Tensor
    scale_codes_N: Tensor
    scale_steps_M: Tensor
    scale_mean: Tensor
    levels: Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer)
        blocks_NB = _padded(layer.weight.detach().float().flatten(), BLOCK).view(-1, BLOCK)
        codes_N, steps_M, mean = _quantize_scales(blocks_NB.abs().amax(dim=1))
        self.register_buffer("scale_codes_N", codes_N)
        self.register_buffer("scale_steps_M", steps_M)
        self.register_buffer("scale_mean", mean)
        self.register_buffer("levels", nf4_levels(), persistent=False)
        middles = (self.levels[1:] + self.levels[:-1]) / 2
        codes_NB = torch.bucketize(blocks_NB / self._scales_N()[:, None], middles).to(torch.uint8)
        self.register_buffer("codes", codes_NB[:, ::2] | codes_NB[:, 1::2] << 4)

    def dense_OI(self) -> Tensor:
        """See ``FrozenLinear``."""
        codes_NB = torch.stack([self.codes & 15, self.codes >> 4], dim=-1).flatten(1)
        weights_NB = self.levels[codes_NB.int()] * self._scales_N()[:, None]
        flat = weights_NB.flatten()[: self.out_features * self.in_features]
        return flat.view(self.out_features, self.in_features)

    def _scales_N(self) -> Tensor:
        steps_N = self.scale_steps_M.repeat_interleave(GROUP)[: self.scale_codes_N.shape[0]]
        return (self.scale_codes_N.float() * steps_N + self.scale_mean).clamp(min=SMALLEST_SCALE)


class _FrozenProduct(torch.autograd.Function):
    """The product with a weight that is read back again for the backward pass instead of being kept for it."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, layer: FrozenLinear) -> Tensor:
        ctx.layer = layer
        weight_OI = layer.dense_OI().to(values.dtype)
        bias_O = None if layer.bias is None else layer.bias.to(values.dtype)
        return nn.functional.linear(values, weight_OI, bias_O)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        layer: FrozenLinear = ctx.layer
        return gradient @ layer.dense_OI().to(gradient.dtype), None


def quantize_frozen(model: nn.Module, storage: BaseStorage) -> Footprint:
    """Replace the frozen linear layers of ``model`` by quantised ones, in place.

    Readouts and layers below ``MIN_WEIGHTS`` weights stay: they are a small part of the bytes and a large one of the
    accuracy. Layers that are trained are not touched.
    """
    dense_bytes = frozen_bytes(model)
    squared_error = squared_weight = 0.0
    replaced = list(_frozen_linears(model)) if storage is not BaseStorage.FP32 else []
    for parent, name, layer in replaced:
        frozen = Nf4FrozenLinear(layer) if storage is BaseStorage.NF4 else Int8FrozenLinear(layer)
        squared_error += float((frozen.dense_OI() - layer.weight).double().square().sum())
        squared_weight += float(layer.weight.double().square().sum())
        setattr(parent, name, frozen)
    return Footprint(
        num_layers=len(replaced),
        dense_bytes=dense_bytes,
        stored_bytes=frozen_bytes(model),
        relative_error=(squared_error / squared_weight) ** 0.5 if replaced else 0.0,
    )


def restore_dense(model: nn.Module) -> None:
    """Replace quantised layers by ordinary ones with the weights as they are read back: what was trained with."""
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, FrozenLinear):
                setattr(parent, name, layer.dense())


def frozen_bytes(model: nn.Module) -> int:
    """Return the bytes of everything in ``model`` that is stored and not trained."""
    tensors = [tensor for name, tensor in model.state_dict(keep_vars=True).items() if not tensor.requires_grad]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _frozen_linears(model: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if not isinstance(layer, nn.Linear) or isinstance(layer, Readout):
                continue
            if layer.weight.numel() >= MIN_WEIGHTS and not layer.weight.requires_grad:
                yield parent, name, layer


def _quantize_scales(scales_N: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    mean = scales_N.mean()
    groups_MG = _padded(scales_N - mean, GROUP).view(-1, GROUP)
    steps_M = (groups_MG.abs().amax(dim=1) / 127).clamp(min=SMALLEST_SCALE)
    codes_MG = (groups_MG / steps_M[:, None]).round().to(torch.int8)
    return codes_MG.flatten()[: scales_N.shape[0]], steps_M, mean


def _padded(values: Tensor, multiple: int) -> Tensor:
    return nn.functional.pad(values, (0, -values.shape[0] % multiple))
