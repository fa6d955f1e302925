"""Tensors of moments in eight bits a number, and the stochastic rounding of weights to bfloat16.

Numbers are cut into blocks of ``BLOCK``; a block stores its largest magnitude in float32 and each number as a share
of it, on a square scale: code ``c`` of at most ``n`` stands for ``(c / n)²``. So small numbers, which decide how far
Adam moves, keep a relative error: a number of share s is off by at most ``sqrt(s) / n + 1 / n²`` of the largest,
with n = 127 for signed and 255 for unsigned numbers. The second moment is stored as its root, which halves its range
in logarithms. Numbers below about 1 / (4 n²) of their block's largest become zero in the first moment; in the root of
the second they become the smallest code, because Adam divides by it.

Dimensions: K blocks, N numbers of a block.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 256
SIGNED_CODES, UNSIGNED_CODES = 127, 255
_SMALLEST = 1e-30
"""Keeps an all-zero block from dividing by zero."""


class EightBit:
    """One tensor of moments."""

    def __init__(self, shape: torch.Size, device: torch.device, *, signed: bool) -> None:
        self._shape = shape
        self._signed = signed
        blocks = -(-shape.numel() // BLOCK)
        dtype = torch.int8 if signed else torch.uint8
        self._codes_KN = torch.zeros(blocks, BLOCK, dtype=dtype, device=device)
        self._largest_K1 = torch.zeros(blocks, 1, device=device)

    @classmethod
    def zeros_like(cls, tensor: Tensor, *, signed: bool) -> EightBit:
        """Start with zeros, of the shape and on the device of ``tensor``."""
        return cls(tensor.shape, tensor.device, signed=signed)

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        """Codes and scales."""
        return self._codes_KN, self._largest_K1

    def read(self) -> Tensor:
        """Return the numbers in float32."""
        share_KN = self._codes_KN.float().div_(SIGNED_CODES if self._signed else UNSIGNED_CODES)
        value_KN = share_KN.mul_(share_KN.abs() if self._signed else share_KN).mul_(self._largest_K1)
        return value_KN.view(-1)[: self._shape.numel()].view(self._shape)

    def write(self, values: Tensor) -> None:
        """Store numbers; unsigned ones must not be negative."""
        value_KN = self._blocks(values)
        largest_K1 = value_KN.abs().amax(dim=1, keepdim=True)
        root_KN = value_KN.abs().div_(largest_K1.clamp(min=_SMALLEST)).sqrt_()
        self._largest_K1.copy_(largest_K1)
        if self._signed:
            self._codes_KN.copy_(root_KN.mul_(SIGNED_CODES).round_().mul_(value_KN.sign()))
        else:
            code_KN = root_KN.mul_(UNSIGNED_CODES).round_()
            self._codes_KN.copy_(torch.where(value_KN > 0, code_KN.clamp_(min=1.0), code_KN))

    def _blocks(self, values: Tensor) -> Tensor:
        missing = self._codes_KN.numel() - values.numel()
        return torch.nn.functional.pad(values.reshape(-1), (0, missing)).view(-1, BLOCK)


def stochastic_bfloat16(values: Tensor, generator: torch.Generator | None) -> Tensor:
    """Round float32 to one of the two neighbouring bfloat16 numbers, the nearer one more probably.

    The mean of many roundings is the number itself. Adds a random number below the cut to the bits and cuts them off.
    """
    noise = torch.randint(0, 1 << 16, values.shape, dtype=torch.int32, device=values.device, generator=generator)
    bits = values.contiguous().view(torch.int32).add(noise).bitwise_and_(-65_536)
    return bits.view(torch.float32).to(torch.bfloat16)
