"""Gradient reach: which parameters a real multi-task step teaches anything.

Encoder layers start as the identity: their last matrices are zero, so that nothing in front of them has a gradient at
the very first step. Reach is therefore measured at the second step, after one update; what the first one does not
reach is reported beside it.

Dimensions: B items, K target columns, R passages, T tokens.
"""

from __future__ import annotations

import logging
import math
import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from redheart_core.errors import DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.training.batches import Batch, Item, collate
from redheart_core.training.lean.optimizer import AdamWConfig, EightBitAdamW
from redheart_core.training.objectives import Logits, Objective, total_loss
from redheart_core.training.optimization.batch import TelemetryBatch, telemetry_loss
from redheart_core.training.required import RECOVERY_WEIGHT

logger = logging.getLogger(__name__)

STEP_RATE = 1e-3
FAINT = 1e-6
GROUPS = ("backbone", "heads", "analyzers", "bridge", "optimization")
"""Containers whose children are reported one by one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskBatch:
    """A micro-batch of one task."""

    name: str
    objective: Objective
    batch: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPass:
    """One forward and backward pass of a task."""

    name: str
    loss: float
    num_passages: int
    num_tokens: int
    """Length of the padded batch."""
    peak_bytes: int
    """Highest number of bytes that weights, gradients and activations held, counted, in the pass it was part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What was measured of the step: both passes, and each module before and after the update."""

    before: tuple[TaskPass, ...]
    after: tuple[TaskPass, ...]
    modules: tuple[str, ...]
    gradient_norms: tuple[tuple[float, float], ...]
    """By module, of the whole gradient before and after the update."""
    weight_norms: tuple[tuple[float, float], ...]
    distances: tuple[float, ...]
    """By module, how far its first tensor moved."""
    static_bytes: int
    """Bytes of weights and gradients together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleReach:
    """One row of the report."""

    module: str
    tensors: int
    reached_tensors: int
    elements: int
    reached_elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingReach:
    """How much of a table a step touches: only rows of tokens that occurred."""

    name: str
    rows: int
    touched_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachReport:
    """The reach of one step."""

    modules: tuple[ModuleReach, ...]
    embeddings: tuple[EmbeddingReach, ...]
    unreached: tuple[str, ...]
    """Parameters whose gradient is missing or zero everywhere; must be empty."""
    faint: tuple[str, ...]
    """Parameters whose gradient is there, but smaller than ``FAINT`` times the median of all tensors' root mean square:
    probably rounding and nothing else. Telling only in float32 and above."""
    unreached_at_start: tuple[str, ...]
    """The same at the very first step, while encoder layers are still the identity."""
    state_is_stable: bool
    """Whether keys and shapes of the state are the same after the step as after construction."""
    record: StepRecord


TelemetrySource = TelemetryBatch | Callable[[StepRecord], TelemetryBatch]


def draw_batches(
    tasks: Iterable[tuple[str, Objective, Sequence[Item]]], *, num_passages: int, seed: int
) -> tuple[TaskBatch, ...]:
    """Draw one micro-batch of every task; a pair counts as two passages."""
    random_state = random.Random(seed)
    drawn = []
    for name, objective, items in tasks:
        size = max(num_passages // len(items[0].encodings), 1)
        chosen = random_state.sample(items, min(size, len(items)))
        drawn.append(TaskBatch(name=name, objective=objective, batch=collate(chosen)))
    return tuple(drawn)


def measure_reach(
    model: RedHeartModel, batches: Sequence[TaskBatch], telemetry: TelemetrySource, *, together: bool = False
) -> ReachReport:
    """Take one step over every task and count what the next one's gradients reach.

    Args:
        model: Any; it is changed by one step.
        batches: One micro-batch of every task; gradients are accumulated over them.
        telemetry: For the optimisation systems, or how to make it from this very step.
        together: Whether all micro-batches go through the model in one pass instead of one after the other. The sum of
            gradients is the same, dropout apart; it takes less time and more memory.

    Raises:
        DataError: A loss is not finite.
    """
    state = _state(model)
    groups = [batches] if together else [(task,) for task in batches]
    model.train()
    modules = _modules(model)
    optimizer = EightBitAdamW(model.named_parameters(), AdamWConfig(learning_rate=STEP_RATE))
    before = _pass(model, groups)
    unreached_at_start = _unreached(model)
    norms, gradients = _norms(modules), _gradient_norms(modules)
    firsts = [next(module.parameters()).detach().clone() for _, module in modules]
    optimizer.step()
    after = _pass(model, groups)
    record = StepRecord(
        before=before,
        after=after,
        modules=tuple(name for name, _ in modules),
        gradient_norms=tuple(zip(gradients, _gradient_norms(modules), strict=True)),
        weight_norms=tuple(zip(norms, _norms(modules), strict=True)),
        distances=tuple(
            _norm([next(module.parameters()).detach() - first])
            for (_, module), first in zip(modules, firsts, strict=True)
        ),
        static_bytes=2 * sum(parameter.nbytes for parameter in model.parameters()),
    )
    if model.optimization is not None:
        given = telemetry if isinstance(telemetry, TelemetryBatch) else telemetry(record)
        torch.autograd.backward(telemetry_loss(model.optimization, _as_weights(given, model)))
    return ReachReport(
        modules=tuple(_reach(name, module) for name, module in modules),
        embeddings=tuple(_embeddings(model)),
        unreached=_unreached(model),
        faint=_faint(model),
        unreached_at_start=tuple(name for name in unreached_at_start if not name.startswith("optimization.")),
        state_is_stable=_state(model) == state,
        record=record,
    )


def _pass(model: RedHeartModel, groups: Sequence[Sequence[TaskBatch]]) -> tuple[TaskPass, ...]:
    return tuple(done for group in groups for done in _run(model, group))


def _run(model: RedHeartModel, tasks: Sequence[TaskBatch]) -> Iterator[TaskPass]:
    """Run the passages of some tasks in one forward and backward pass, each task with its own loss."""
    joined = _joined(tasks)
    with AllocationCounter() as counter:
        counter.track(model)
        output = model(joined.ids_RT, joined.mask_RT, joined.segments_RT)
        recovery_error: Tensor = output.recovery_error
        losses = [
            total_loss(task.objective, logits, task.batch.target_BK)
            for task, logits in zip(tasks, _split(output.logits, tasks), strict=True)
        ]
        torch.autograd.backward(torch.stack(losses).sum() + RECOVERY_WEIGHT * len(tasks) * recovery_error)
    for task, loss in zip(tasks, losses, strict=True):
        if not torch.isfinite(loss):
            raise DataError(f"The loss of {task.name} is {loss.item()}. Lower the learning rate.")
        passages, tokens = task.batch.ids_RT.shape
        logger.info("%s: %d passages of %d tokens, loss %.3f", task.name, passages, tokens, loss.item())
        yield TaskPass(
            name=task.name, loss=loss.item(), num_passages=passages, num_tokens=tokens, peak_bytes=counter.peak_bytes
        )


def _joined(tasks: Sequence[TaskBatch]) -> Batch:
    longest = max(task.batch.ids_RT.shape[1] for task in tasks)

    def padded(name: str) -> Tensor:
        values = [getattr(task.batch, name) for task in tasks]
        return torch.cat([torch.nn.functional.pad(value, (0, longest - value.shape[1])) for value in values])

    return Batch(
        ids_RT=padded("ids_RT"),
        mask_RT=padded("mask_RT"),
        segments_RT=padded("segments_RT"),
        target_BK=torch.zeros(0, 0),
    )


def _split(logits: Logits, tasks: Sequence[TaskBatch]) -> Iterator[Logits]:
    sizes = [task.batch.ids_RT.shape[0] for task in tasks]
    parts = {family: torch.split(values, sizes) for family, values in logits.items()}
    for place in range(len(tasks)):
        yield {family: values[place] for family, values in parts.items()}


def _as_weights(batch: TelemetryBatch, model: RedHeartModel) -> TelemetryBatch:
    """Return the measurements in the type of the weights."""
    kind = next(model.parameters()).dtype
    names = ("curve_BSF", "candidate_BKF", "memory_BF", "learning_BF")
    return replace(batch, **{name: getattr(batch, name).to(kind) for name in names})


def _modules(model: RedHeartModel) -> tuple[tuple[str, nn.Module], ...]:
    found = []
    for name, child in model.named_children():
        if name in GROUPS:
            found += [(f"{name}.{inner}", module) for inner, module in child.named_children()]
        else:
            found.append((name, child))
    return tuple((name, module) for name, module in found if any(True for _ in module.parameters()))


def _reach(name: str, module: nn.Module) -> ModuleReach:
    parameters = list(module.parameters())
    counts = [0 if parameter.grad is None else int(torch.count_nonzero(parameter.grad)) for parameter in parameters]
    return ModuleReach(
        module=name,
        tensors=len(parameters),
        reached_tensors=sum(count > 0 for count in counts),
        elements=sum(parameter.numel() for parameter in parameters),
        reached_elements=sum(counts),
    )


def _embeddings(model: RedHeartModel) -> Iterable[EmbeddingReach]:
    for name, module in model.named_modules():
        if isinstance(module, nn.Embedding):
            gradient = module.weight.grad
            touched = 0 if gradient is None else int(gradient.any(dim=1).sum())
            yield EmbeddingReach(name=name, rows=module.num_embeddings, touched_rows=touched)


def _unreached(model: nn.Module) -> tuple[str, ...]:
    return tuple(
        name for name, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()
    )


def _faint(model: nn.Module) -> tuple[str, ...]:
    sizes = {
        name: float(torch.linalg.vector_norm(parameter.grad.double())) / parameter.numel() ** 0.5
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    middle = statistics.median(sizes.values())
    return tuple(name for name, size in sizes.items() if 0.0 < size < FAINT * middle)


def _state(model: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def _norms(modules: Sequence[tuple[str, nn.Module]]) -> list[float]:
    return [_norm([parameter.detach() for parameter in module.parameters()]) for _, module in modules]


def _gradient_norms(modules: Sequence[tuple[str, nn.Module]]) -> list[float]:
    return [
        _norm([parameter.grad for parameter in module.parameters() if parameter.grad is not None])
        for _, module in modules
    ]


def _norm(tensors: Sequence[Tensor]) -> float:
    return math.hypot(*(float(torch.linalg.vector_norm(tensor.float())) for tensor in tensors))
