"""Linear layers whose weights lie in the order in which the processor's bfloat16 kernel reads them.

PyTorch reorders a weight matrix at every product; reordered once, a product of few rows takes about two thirds of the
time. The kernel is the same, and so is every bit of what it returns.
"""

from __future__ import annotations

import ctypes
import sys

import torch
from torch import Tensor, nn


class PackedLinear(nn.Module):
    """A linear layer for reading. Its inputs may need gradients; its weights get none and are in no state dict."""

    packed: Tensor
    bias: Tensor | None

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), 1)
        self.register_buffer("packed", packed, persistent=False)
        bias = None if linear.bias is None else linear.bias.detach().clone()
        self.register_buffer("bias", bias, persistent=False)

    @property
    def weight(self) -> Tensor:
        """The weights (out, in) in their plain order: a copy, made when it is asked for."""
        return self.packed.to_dense()

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., in) to (..., out)."""
        if torch.is_grad_enabled() and values.requires_grad:
            return nn.functional.linear(values, self.weight, self.bias)
        if values.is_contiguous() or self.bias is None:
            return self._product(values, self.bias)
        # PyTorch adds the bias in a step of its own to inputs that are not contiguous, which rounds once more.
        return self._product(values, None) + self.bias

    def _product(self, values: Tensor, bias: Tensor | None) -> Tensor:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(values, self.packed, bias, "none", [], "")
        return result

    def extra_repr(self) -> str:
        """Say how large it is."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


def can_pack() -> bool:
    """Return whether this build of PyTorch has the kernel and this processor can run it."""
    available = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    return available and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def pack(module: nn.Module) -> nn.Module:
    """Replace the bfloat16 linear layers of a module on the processor, in place, and return it."""
    for name, child in module.named_children():
        if isinstance(child, nn.Linear) and child.weight.dtype is torch.bfloat16:
            setattr(module, name, PackedLinear(child))
        elif not isinstance(child, nn.MultiheadAttention | nn.TransformerEncoderLayer):
            pack(child)
    return module


def own_memory(module: nn.Module) -> nn.Module:
    """Copy what is left of mapped files into memory of the module's own, so that the files are unmapped."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.data = parameter.data.clone()
    for owner in module.modules():
        if isinstance(owner, nn.RNNBase):
            owner.flatten_parameters()
    return module


def return_free_memory() -> None:
    """Give memory that was freed back to the operating system where the C library can; loading frees much at once."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def held_bytes(module: nn.Module) -> int:
    """Return the size of all parameters and buffers, packed ones included."""
    return sum(tensor.numel() * tensor.element_size() for tensor in (*module.parameters(), *module.buffers()))
