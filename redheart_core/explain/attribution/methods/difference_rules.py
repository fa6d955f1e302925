"""DeepLIFT's rules for functions: what changes from a reference run to the present one, carried back exactly.

A run over the reference is noted; the run over the passage then meets the same functions in the same order. Wherever
one of them is not linear, its answer is replaced by one of the same value whose slope is a difference quotient between
both runs. The gradient of the whole is then the multiplier of every input, and multipliers times differences sum to the
difference of the outputs, whatever the network is made of.

- Elementwise functions: the quotient of differences (the rescale rule).
- Products and matrix products: each factor's difference times the mean of the other, the Shapley value of two factors.
- A maximum: the Shapley value of the two places that are largest in either run.
- Softmax, layer norm and the recurrent cells: made of the above.

Source: Shrikumar et al. 2017, https://arxiv.org/abs/1704.02685 (rescale); Lundberg and Lee 2017,
https://arxiv.org/abs/1705.07874 (Shapley values for products and maxima).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

SMALL = 1e-6
"""Differences of inputs below this take the slope at the present point instead of a quotient."""
Elementwise = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A value in the present run, through which gradients pass, and in the reference run."""

    live: Tensor
    reference: Tensor

    def linear(self, function: Elementwise) -> Pair:
        """Apply a linear function to both."""
        return Pair(function(self.live), function(self.reference))

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.live + other.live, self.reference + other.reference)


def rescaled(pair: Pair, function: Elementwise) -> Pair:
    """Apply an elementwise function; its slope is the quotient of differences."""
    with torch.enable_grad():
        point = pair.live.detach().requires_grad_()
        value = function(point)
        (slope,) = torch.autograd.grad(value.sum(), point)
    reference = function(pair.reference)
    change = point.detach() - pair.reference
    is_small = change.abs() < SMALL
    quotient = torch.where(is_small, slope, (value.detach() - reference) / torch.where(is_small, 1.0, change))
    return Pair(_with_slope(value, [(pair.live, lambda moved: quotient * moved)]), reference)


def multiplied(one: Pair, other: Pair, function: Callable[[Tensor, Tensor], Tensor] = torch.mul) -> Pair:
    """Multiply, elementwise or as matrices; each factor's difference counts with the mean of the other."""
    means = [(pair.live.detach() + pair.reference) / 2 for pair in (one, other)]
    value = function(one.live.detach(), other.live.detach())
    slopes: list[tuple[Tensor, Elementwise]] = [
        (one.live, lambda moved: function(moved, means[1])),
        (other.live, lambda moved: function(means[0], moved)),
    ]
    return Pair(_with_slope(value, slopes), function(one.reference, other.reference))


def softmaxed(pair: Pair, dim: int) -> Pair:
    """Return exponentials over their sum, each run's counted from its own maximum, or one of the two vanishes."""
    highest = largest(pair, dim, keepdim=True)
    powers = rescaled(Pair(pair.live - highest.live, pair.reference - highest.reference), torch.exp)
    share = rescaled(powers.linear(lambda value: value.sum(dim, keepdim=True)), torch.reciprocal)
    return multiplied(powers, share)


def normed(pair: Pair, shape: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float) -> Pair:
    """Return the layer norm over the last ``shape``."""
    dims = tuple(range(-len(shape), 0))
    centred = pair.linear(lambda value: value - value.mean(dims, keepdim=True))
    variance = rescaled(centred, torch.square).linear(lambda value: value.mean(dims, keepdim=True))
    scaled = multiplied(centred, rescaled(variance, lambda value: torch.rsqrt(value + eps)))
    return scaled.linear(lambda value: value * (1.0 if weight is None else weight) + (0.0 if bias is None else bias))


def largest(pair: Pair, dim: int, *, keepdim: bool) -> Pair:
    """Return the maximum along ``dim``."""
    live, reference = pair.live.detach(), pair.reference
    places = [value.argmax(dim, keepdim=True) for value in (live, reference)]
    now, then = ([value.gather(dim, place) for place in places] for value in (live, reference))
    nothing, both = then[1], now[0]
    alone = [torch.maximum(now[0], then[1]), torch.maximum(now[1], then[0])]
    gained = [(alone[0] - nothing + both - alone[1]) / 2, (alone[1] - nothing + both - alone[0]) / 2]
    is_same = places[0] == places[1]
    gained = [torch.where(is_same, both - nothing, gained[0]), torch.where(is_same, 0.0, gained[1])]
    changes = [now[side] - then[side] for side in (0, 1)]
    quotients = [
        torch.where(change == 0.0, torch.zeros_like(change), gain / torch.where(change == 0.0, 1.0, change))
        for gain, change in zip(gained, changes, strict=True)
    ]

    def slope(moved: Tensor) -> Tensor:
        return sum(
            (quotient * moved.gather(dim, place) for quotient, place in zip(quotients, places, strict=True)),
            torch.zeros_like(both),
        )

    found = Pair(_with_slope(both, [(pair.live, slope)]), nothing)
    return found if keepdim else found.linear(lambda value: value.squeeze(dim))


def recurrent(pair: Pair, start: Tensor, weights: Sequence[Tensor], num_layers: int) -> tuple[Pair, Pair]:
    """Return states (B, T, W) and last states (layers, B, W) of a gated recurrent network with batches first."""
    sequence, last = pair, []
    for layer in range(num_layers):
        to_gates, from_state, bias_in, bias_state = weights[4 * layer : 4 * layer + 4]
        inputs = sequence.linear(lambda value, w=to_gates, b=bias_in: nn.functional.linear(value, w, b))  # type: ignore[misc]
        state, states = Pair(start[layer], start[layer]), []
        for step in range(inputs.live.shape[1]):
            gates = inputs.linear(lambda value, at=step: value[:, at])  # type: ignore[misc]
            memory = state.linear(lambda value, w=from_state, b=bias_state: nn.functional.linear(value, w, b))  # type: ignore[misc]
            state = _cell(gates, memory, state)
            states.append(state)
        sequence = Pair(*(torch.stack([getattr(one, side) for one in states], dim=1) for side in ("live", "reference")))
        last.append(state)
    return sequence, Pair(*(torch.stack([getattr(one, side) for one in last]) for side in ("live", "reference")))


def _cell(gates: Pair, memory: Pair, state: Pair) -> Pair:
    (reset_in, update_in, new_in), (reset_h, update_h, new_h) = _thirds(gates), _thirds(memory)
    reset, update = rescaled(reset_in + reset_h, torch.sigmoid), rescaled(update_in + update_h, torch.sigmoid)
    new = rescaled(new_in + multiplied(reset, new_h), torch.tanh)
    # h' = n + z (h - n)
    return new + multiplied(update, Pair(state.live - new.live, state.reference - new.reference))


def _thirds(pair: Pair) -> tuple[Pair, Pair, Pair]:
    parts = [Pair(*both) for both in zip(pair.live.chunk(3, dim=-1), pair.reference.chunk(3, dim=-1), strict=True)]
    return cast(tuple[Pair, Pair, Pair], tuple(parts))


def _with_slope(value: Tensor, slopes: Sequence[tuple[Tensor, Elementwise]]) -> Tensor:
    """Return ``value`` with the given linear slopes in live tensors."""
    moved = [slope(live - live.detach()) for live, slope in slopes if live.requires_grad]
    return sum(moved, value.detach())
