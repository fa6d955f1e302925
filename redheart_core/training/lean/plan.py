"""What a lean step will take, planned and simulated on the meta device: nothing is allocated.

The plan adds lines up: bytes per parameter from the kinds of state, activations from a fit. The simulation runs the
very step without numbers and counts its peak.

Dimensions: B passages, T tokens, K target columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError
from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.activations import ActivationProfile, activation_profile, measured_peak
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.plan import MemoryRequest, Place, largest_batch
from redheart_core.training.batches import Batch
from redheart_core.training.lean.optimizer import AdamWConfig, EightBitAdamW, LeanOptimizer
from redheart_core.training.lean.reach import TaskBatch
from redheart_core.training.lean.step import Booking, allocate_gradients, lean_step, unbooked
from redheart_core.training.objectives import BinaryTerm, Logits
from redheart_core.vocabulary.reading import READ_FAMILIES

WEIGHT_BYTES, PLAIN_BYTES = 2.0, 4.0
MOMENT_BYTES, MASTER_BYTES, AVERAGE_BYTES = 8.0, 4.0, 4.0
"""In float32, per parameter, on the host."""


MAX_REFITS = 3


class StateKind(StrEnum):
    """Where the optimiser keeps its state."""

    OFFLOADED = "offloaded"
    """In float32 on the host."""
    EIGHT_BIT = "eight_bit"
    """In eight bits on the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShape:
    """What one step looks like."""

    state: StateKind = StateKind.EIGHT_BIT
    accumulates: bool = False
    """Whether gradients are summed over several micro-batches, and so all exist at once."""
    recompute: bool = True
    average: bool = True
    """Whether an average of the weights is kept on the host."""


class AllOutputs:
    """Stands for any task where only memory matters: the mean of every logit."""

    families = READ_FAMILIES

    def binary_terms(self, logits: Logits, target_BK: Tensor) -> Sequence[BinaryTerm]:
        """See ``Objective``."""
        del target_BK
        return ()

    def other_loss(self, logits: Logits, target_BK: Tensor) -> Tensor:
        """See ``Objective``."""
        del target_BK
        return torch.stack([values.float().mean() for values in logits.values()]).sum()


class _HostStandIn(LeanOptimizer):
    """An optimiser whose work all happens on the host: on the device it only frees gradients."""

    def _update(self, name: str, parameter: Tensor, gradient: Tensor) -> None:
        del name, parameter, gradient


def training_request(
    config: ModelConfig, shape: StepShape, *, batch: int, length: int, fits_around: bool = True
) -> MemoryRequest:
    """Return the request of a training step.

    Args:
        config: Of the model.
        shape: What a step looks like.
        batch: Passages.
        length: Tokens of each.
        fits_around: Whether activations are fitted near the given size, so that other sizes can be asked of the
            request; without it they are those of this size alone, in about a tenth of the time.

    Raises:
        ConfigError: Passages of that length do not fit the model's window.
    """
    model = meta_model(config).to(torch.bfloat16).train()
    optimizer = _simulated_optimizer(model, shape)
    allocate_gradients(model)
    held = [parameter.grad for parameter in model.parameters()]

    def run(rows: int, tokens: int) -> None:
        for parameter, gradient in zip(model.parameters(), held, strict=True):
            parameter.grad = gradient if shape.accumulates else None
        _simulate(model, optimizer, shape, rows, tokens)

    offloaded = shape.state is StateKind.OFFLOADED
    return MemoryRequest(
        parameters=_parameters(model),
        weight_bytes=WEIGHT_BYTES,
        gradient_bytes=WEIGHT_BYTES if shape.accumulates else 0.0,
        optimizer_bytes=_state_bytes(optimizer, model),
        optimizer_place=Place.HOST if offloaded else Place.DEVICE,
        master_weight_bytes=MASTER_BYTES if offloaded else 0.0,
        master_weight_place=Place.HOST,
        average_bytes=AVERAGE_BYTES if shape.average else 0.0,
        average_place=Place.HOST,
        activations=activation_profile(run, _near(config, batch, length))
        if fits_around
        else _at(run, config, batch, length),
        batch=batch,
        length=length,
    )


def plain_request(config: ModelConfig, *, batch: int, length: int, average: bool) -> MemoryRequest:
    """Return the request of an ordinary training step: everything in float32, all of it where the model is.

    Activations are those of float32 with every module running; a step in mixed precision, or without some modules,
    takes less. What is not counted: Python, PyTorch and the data in memory. The request is of this size alone.

    Args:
        config: Of the model.
        batch: Passages.
        length: Tokens of each.
        average: Whether an average of the weights is kept.

    Raises:
        ConfigError: Passages of that length do not fit the model's window.
    """
    model = meta_model(config).train()
    optimizer = _HostStandIn(model.named_parameters(), AdamWConfig())
    shape = StepShape(state=StateKind.OFFLOADED, accumulates=True, recompute=False)
    allocate_gradients(model)
    held = [parameter.grad for parameter in model.parameters()]

    def run(rows: int, tokens: int) -> None:
        for parameter, gradient in zip(model.parameters(), held, strict=True):
            parameter.grad = gradient
        _simulate(model, optimizer, shape, rows, tokens)

    return MemoryRequest(
        parameters=_parameters(model),
        weight_bytes=PLAIN_BYTES,
        gradient_bytes=PLAIN_BYTES,
        optimizer_bytes=MOMENT_BYTES,
        average_bytes=AVERAGE_BYTES if average else 0.0,
        activations=_at(run, config, batch, length),
        batch=batch,
        length=length,
    )


def reading_request(config: ModelConfig, *, batch: int, length: int) -> MemoryRequest:
    """Return the request of a forward pass without gradients.

    Raises:
        ConfigError: Passages of that length do not fit the model's window.
    """
    model = meta_model(config).to(torch.bfloat16).eval()

    def run(rows: int, tokens: int) -> None:
        inputs = _inputs(rows, tokens)
        with torch.device("meta"), torch.no_grad():
            model(inputs.ids_RT, inputs.mask_RT, inputs.segments_RT)

    return MemoryRequest(
        parameters=_parameters(model),
        weight_bytes=WEIGHT_BYTES,
        activations=activation_profile(run, _near(config, batch, length)),
        batch=batch,
        length=length,
    )


def largest_fitting_batch(request_of: Callable[[int], MemoryRequest], request: MemoryRequest, budget_bytes: int) -> int:
    """Return the most passages that fit, or 0.

    A peak is the largest of several sums, so a fit near a small batch says too little of a large one: the activations
    are fitted anew where the last fit ended, until it stays there.

    Args:
        request_of: Makes the request, and so the fit, for a batch.
        request: The first request.
        budget_bytes: Of the device.
    """
    found = largest_batch(request, budget_bytes)
    for _ in range(MAX_REFITS):
        if found == 0:
            break
        before, found = found, largest_batch(request_of(found), budget_bytes)
        if found == before:
            break
    return found


def simulated_peak(config: ModelConfig, shape: StepShape, *, batch: int, length: int) -> AllocationCounter:
    """Run the step on the meta device and return the counter that saw it."""
    model = meta_model(config).to(torch.bfloat16).train()
    optimizer = _simulated_optimizer(model, shape)
    counter = AllocationCounter()
    with counter:
        counter.track(model)
        if isinstance(optimizer, EightBitAdamW):
            counter.track(optimizer.device_tensors, category="optimizer")
        _simulate(model, optimizer, shape, batch, length, booked=counter.category)
    return counter


def _simulated_optimizer(model: RedHeartModel, shape: StepShape) -> LeanOptimizer:
    kind = EightBitAdamW if shape.state is StateKind.EIGHT_BIT else _HostStandIn
    return kind(model.named_parameters(), AdamWConfig())


def _simulate(
    model: RedHeartModel,
    optimizer: LeanOptimizer,
    shape: StepShape,
    rows: int,
    tokens: int,
    *,
    booked: Booking = unbooked,
) -> None:
    task = TaskBatch(name="any", objective=AllOutputs(), batch=_inputs(rows, tokens))
    batches = (task, task) if shape.accumulates else (task,)
    with torch.device("meta"):
        lean_step(model, batches, optimizer, recompute=shape.recompute, booked=booked)


def _state_bytes(optimizer: LeanOptimizer, model: nn.Module) -> float:
    """Return bytes of the moments per parameter: eight-bit ones with scales, and with blocks not full."""
    if isinstance(optimizer, EightBitAdamW):
        return optimizer.device_bytes / count_parameters(model)
    return MOMENT_BYTES


def _inputs(rows: int, tokens: int) -> Batch:
    with torch.device("meta"):
        return Batch(
            ids_RT=torch.zeros(rows, tokens, dtype=torch.long),
            mask_RT=torch.ones(rows, tokens, dtype=torch.bool),
            segments_RT=torch.ones(rows, tokens, dtype=torch.long),
            target_BK=torch.zeros(rows, 1),
        )


def _parameters(model: nn.Module) -> dict[str, int]:
    return {name: count_parameters(child) for name, child in model.named_children() if count_parameters(child)}


def _at(run: Callable[[int, int], object], config: ModelConfig, batch: int, length: int) -> ActivationProfile:
    _require_window(config, length)
    return ActivationProfile(fixed_bytes=measured_peak(run, batch, length))


def _require_window(config: ModelConfig, length: int) -> None:
    if not 4 <= length <= config.max_tokens:
        raise ConfigError(f"length is {length}; {config.preset} reads passages of 4 to {config.max_tokens} tokens.")


def _near(config: ModelConfig, batch: int, length: int) -> tuple[tuple[int, int], ...]:
    """Return shapes around the one of interest that determine the fit and show its misfit."""
    _require_window(config, length)
    longer = 2 * length if 2 * length <= config.max_tokens else 3 * length // 4
    return ((batch, length), (2 * batch, length), (batch, length // 2), (2 * batch, length // 2), (batch, longer))
