"""Two runs of a function side by side: the functions that it meets answer by the rules of ``difference_rules``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from redheart_core.explain.attribution.methods import difference_rules as rules
from redheart_core.explain.attribution.methods.difference_rules import Pair

Answer = Pair | tuple[Pair, Pair]
Rule = Callable[..., Answer]


class DifferenceRun(TorchFunctionMode):
    """While it is on, functions that are not linear are noted (reference run) or answered by their rule.

    Args:
        noted: What the reference run noted; empty for the reference run itself.
        is_reference: Whether this is the reference run.
    """

    def __init__(self, noted: list[list[Tensor]], *, is_reference: bool) -> None:
        super().__init__()
        self._noted, self._is_reference, self._next = noted, is_reference, 0

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Answer a call by its rule, if it has one and something in it moves."""
        kwargs = kwargs or {}
        found = _RULES.get(getattr(func, "__name__", ""))
        if found is None:
            return func(*args, **kwargs)
        count, rule = found
        moving = args[:count]
        if not all(isinstance(one, Tensor) for one in moving) or not any(one.requires_grad for one in moving):
            return func(*args, **kwargs)
        if self._is_reference:
            self._noted.append([one.detach() for one in moving])
            return func(*args, **kwargs)
        answer = rule(*self._paired(moving), *args[count:], **kwargs)
        parts = answer if isinstance(answer, tuple) else (answer,)
        live = tuple(part.live for part in parts)
        return live if isinstance(answer, tuple) else live[0]

    def _paired(self, moving: Sequence[Tensor]) -> list[Pair]:
        references = self._noted[self._next]
        self._next += 1
        return [Pair(one, reference) for one, reference in zip(moving, references, strict=True)]


def _norm(pair: Pair, shape: Sequence[int], weight: Tensor, bias: Tensor, eps: float, *_: Any) -> Pair:
    return rules.normed(pair, shape, weight, bias, eps)


def _softmax(pair: Pair, dim: int, *_: Any, **__: Any) -> Pair:
    return rules.softmaxed(pair, dim)


def _amax(pair: Pair, dim: int, keepdim: bool = False) -> Pair:
    return rules.largest(pair, dim, keepdim=keepdim)


def _addcmul(start: Pair, one: Pair, other: Pair) -> Pair:
    return start + rules.multiplied(one, other)


def _gru(pair: Pair, start: Tensor, weights: Sequence[Tensor], has_biases: bool, num_layers: int, *_: Any) -> Answer:
    assert has_biases
    return rules.recurrent(pair, start, weights, num_layers)


def _elementwise(function: Callable[..., Tensor]) -> Rule:
    return lambda pair, *args, **kwargs: rules.rescaled(pair, partial(_called, function, args, kwargs))


def _called(function: Callable[..., Tensor], args: tuple[Any, ...], kwargs: dict[str, Any], value: Tensor) -> Tensor:
    return function(value, *args, **kwargs)


_PRODUCT = partial(rules.multiplied, function=torch.mul)
_MATRIX_PRODUCT = partial(rules.multiplied, function=torch.matmul)
_RULES: dict[str, tuple[int, Rule]] = {
    "gelu": (1, _elementwise(nn.functional.gelu)),
    "relu": (1, _elementwise(torch.relu)),
    "tanh": (1, _elementwise(torch.tanh)),
    "sigmoid": (1, _elementwise(torch.sigmoid)),
    "exp": (1, _elementwise(torch.exp)),
    "softmax": (1, _softmax),
    "layer_norm": (1, _norm),
    "amax": (1, _amax),
    "mul": (2, _PRODUCT),
    "matmul": (2, _MATRIX_PRODUCT),
    "addcmul": (3, _addcmul),
    "gru": (1, _gru),
}
"""Functions that are not linear, by name: how many leading tensors may move, and the rule. All others that the network
uses are linear, which the sum of the scores proves each time."""
