"""Places inside the network at which a passage can be looked at: one vector per token, as in front of it.

Dimensions: K evaluations, T tokens, D width.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from redheart_core.errors import ExplanationError

STATES = "states"
"""Behind the whole backbone: what heads and analysers read."""


def hidden_layers(model: nn.Module) -> dict[str, nn.Module]:
    """Return the layers with one vector per token, by name, in the order in which they run; none for a toy."""
    backbone = getattr(model, "backbone", None)
    if not isinstance(backbone, nn.Module):
        return {}
    encoder = getattr(backbone, "encoder", None)
    layers = list(encoder) if isinstance(encoder, nn.ModuleList) else []
    return {**{f"encoder.{depth}": layer for depth, layer in enumerate(layers)}, STATES: backbone}


def hidden_layer(model: nn.Module, name: str) -> nn.Module:
    """Return a layer.

    Raises:
        ExplanationError: There is none of that name.
    """
    layers = hidden_layers(model)
    if name not in layers:
        raise ExplanationError(f"There is no layer {name!r}. Known: {', '.join(layers) or 'none'}.")
    return layers[name]


@contextmanager
def replaced(layer: nn.Module, activation_KTD: Tensor) -> Iterator[None]:
    """Let a layer answer with something else while the block runs."""
    handle = layer.register_forward_hook(lambda *_: activation_KTD)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def noted(layer: nn.Module) -> Iterator[list[Tensor]]:
    """Keep what a layer answers while the block runs."""
    answers: list[Tensor] = []
    handle = layer.register_forward_hook(lambda module, inputs, answer: answers.append(answer))
    try:
        yield answers
    finally:
        handle.remove()
