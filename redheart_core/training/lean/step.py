"""One optimiser step in little memory: bfloat16 weights, recomputed activations, gradients freed as soon as used.

Dimensions: B items, R passages, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from redheart_core.model.network import RedHeartModel
from redheart_core.training.lean.optimizer import LeanOptimizer
from redheart_core.training.lean.reach import TaskBatch
from redheart_core.training.lean.recomputing import checkpointable, checkpointed
from redheart_core.training.objectives import total_loss
from redheart_core.training.required import RECOVERY_WEIGHT

Booking = Callable[[str], AbstractContextManager[None]]
"""Enters a category of an ``AllocationCounter``."""


def unbooked(category: str) -> AbstractContextManager[None]:
    """Book nothing."""
    del category
    return nullcontext()


def lean_step(
    model: RedHeartModel,
    batches: Sequence[TaskBatch],
    optimizer: LeanOptimizer,
    *,
    recompute: bool = True,
    booked: Booking = unbooked,
) -> tuple[Tensor, ...]:
    """Take one step over one or more micro-batches and return their losses.

    With one micro-batch each parameter is updated in the backward pass, and no two gradients exist at once. With
    several, gradients in the type of the weights are summed over them first; every parameter has one, of zeros where no
    task reaches it.

    Args:
        model: In training mode.
        batches: Each is weighted alike.
        optimizer: Holds the model's parameters.
        recompute: Whether activations are computed again in the backward pass instead of kept.
        booked: For measurements: what is allocated is booked as gradients, activations or workspace.
    """
    alone = len(batches) == 1
    if not alone:
        with booked("gradients"):
            allocate_gradients(model)
    in_backward = optimizer.attach() if alone else nullcontext()
    with checkpointed(checkpointable(model) if recompute else ()), in_backward, booked("activations"):
        losses = tuple(_backward(model, task, share=1.0 / len(batches)) for task in batches)
    if not alone:
        with booked("workspace"):
            optimizer.step()
    return losses


def allocate_gradients(model: nn.Module) -> None:
    """Give every parameter that has none a gradient of zeros to add to."""
    for parameter in model.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)


def _backward(model: RedHeartModel, task: TaskBatch, *, share: float) -> Tensor:
    batch = task.batch
    output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT)
    recovery_error: Tensor = output.recovery_error
    loss = total_loss(task.objective, output.logits, batch.target_BK) + RECOVERY_WEIGHT * recovery_error
    torch.autograd.backward(share * loss)
    return loss.detach()
