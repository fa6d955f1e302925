"""Activation checkpointing: a module's inner activations are computed again in the backward pass instead of kept.

Gradients are exactly those of the plain pass: the same operations run on the same numbers, and the state of the random
generator is restored for dropout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn
from torch.utils.checkpoint import checkpoint

from redheart_core.model.network import RedHeartModel


@contextmanager
def checkpointed(modules: Iterable[nn.Module]) -> Iterator[None]:
    """Recompute the given modules in every backward pass that belongs to a forward pass in this block.

    The backward pass must run inside the block too. Outside it the modules are as they were.
    """
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(_recomputed(module))
        yield


def checkpointable(model: RedHeartModel) -> tuple[nn.Module, ...]:
    """Return what is worth recomputing: encoder layers, output projection, heads, analysers, auxiliary modules."""
    return (
        *model.backbone.encoder,
        model.backbone.output_projection,
        *model.heads.values(),
        *model.analyzers.values(),
        model.auxiliary,
    )


@contextmanager
def _recomputed(module: nn.Module) -> Iterator[None]:
    plain = module.forward

    def forward(*arguments: Any, **named: Any) -> Any:
        return checkpoint(plain, *arguments, use_reentrant=False, **named)

    module.forward = forward
    try:
        yield
    finally:
        del module.forward
