"""The memory plan: what a run will take, line by line, before anything is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from redheart_core.errors import ConfigError, OutOfDeviceMemoryError
from redheart_core.runtime.activations import ActivationProfile

GIB = 1024**3
_LARGEST_BATCH = 1 << 20


class Place(StrEnum):
    """Where bytes lie."""

    DEVICE = "device"
    HOST = "host"


class Line(StrEnum):
    """What bytes are for."""

    WEIGHTS = "weights"
    TRANSFER = "transfer"
    """Room on the device for the largest module that is brought in only when needed."""
    GRADIENTS = "gradients"
    OPTIMIZER = "optimizer"
    MASTER_WEIGHTS = "master_weights"
    AVERAGE = "average"
    """The exponential moving average of the weights."""
    ACTIVATIONS = "activations"
    BOUNDARIES = "boundaries"
    """Inputs of checkpointed segments, kept for recomputation."""
    WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRequest:
    """What a run wants. Bytes are per parameter; zero means that there is no such thing."""

    parameters: Mapping[str, int]
    """Parameters by module."""
    absent: frozenset[str] = frozenset()
    """Modules that wait on the host and are brought in one at a time."""
    weight_bytes: float = 4.0
    gradient_bytes: float = 0.0
    optimizer_bytes: float = 0.0
    """All states together: 8 for two in float32, a little over 2 for two in 8 bits with their scales."""
    optimizer_place: Place = Place.DEVICE
    master_weight_bytes: float = 0.0
    """A more precise copy of the weights that the optimiser changes."""
    master_weight_place: Place = Place.DEVICE
    average_bytes: float = 0.0
    average_place: Place = Place.DEVICE
    activations: ActivationProfile = field(default_factory=ActivationProfile)
    """Measured without checkpointing, or with it: then leave ``segments`` at one."""
    batch: int = 1
    length: int = 1
    """Tokens per passage."""
    segments: int = 1
    """Equal parts of the network whose insides are recomputed in the backward pass; one keeps everything."""
    boundary_bytes_per_token: float = 0.0
    """What enters one segment, per token."""
    workspace_bytes: int = 0
    """Scratch memory of kernels and libraries, which no counter of tensors sees."""

    def __post_init__(self) -> None:
        if min(self.batch, self.length, self.segments) < 1:
            raise ConfigError(
                f"A memory request needs batch, length and segments of at least 1, not {self.batch}, {self.length} "
                f"and {self.segments}."
            )
        unknown = sorted(self.absent - self.parameters.keys())
        if unknown:
            raise ConfigError(f"Unknown modules: {', '.join(unknown)}. The plan knows {', '.join(self.parameters)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line of the plan."""

    name: Line
    part: str | None = None
    """The module, where a line is about one."""
    bytes: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """The lines of a request, and their sums."""

    lines: tuple[PlanLine, ...]

    def total(self, place: Place) -> int:
        """Return the bytes in one place."""
        return sum(line.bytes for line in self.lines if line.place is place)

    @property
    def device_bytes(self) -> int:
        """Bytes on the device."""
        return self.total(Place.DEVICE)

    @property
    def host_bytes(self) -> int:
        """Bytes on the host, beside what the program itself takes there."""
        return self.total(Place.HOST)

    def fits(self, budget_bytes: int) -> bool:
        """Return whether the device part is within the budget."""
        return self.device_bytes <= budget_bytes

    def require(self, budget_bytes: int) -> None:
        """Refuse a plan that is larger than the budget.

        Raises:
            OutOfDeviceMemoryError: It is; the message names the largest lines.
        """
        if self.fits(budget_bytes):
            return
        largest = sorted((line for line in self.lines if line.place is Place.DEVICE), key=lambda line: -line.bytes)
        named = ", ".join(f"{_label(line)} {line.bytes / GIB:.2f}" for line in largest[:3])
        raise OutOfDeviceMemoryError(
            f"The plan takes {self.device_bytes / GIB:.2f} GiB, the budget is {budget_bytes / GIB:.2f} GiB "
            f"(largest: {named}). Lower the batch, checkpoint more segments, or move states to the host."
        )


def plan_memory(request: MemoryRequest) -> MemoryPlan:
    """Return the plan of a request. Lines without bytes are left out."""
    lines = (*_weights(request), *_states(request), *_activations(request))
    return MemoryPlan(lines=tuple(line for line in lines if line.bytes))


def plan_error(plan: MemoryPlan, measured_bytes: int) -> float:
    """Return the share of the measured peak on the device by which the plan is above (positive) or below it."""
    return plan.device_bytes / measured_bytes - 1


def largest_batch(request: MemoryRequest, budget_bytes: int) -> int:
    """Return the most passages of the request's length that fit, or 0 when not even one does."""

    def fits(batch: int) -> bool:
        return plan_memory(replace(request, batch=batch)).fits(budget_bytes)

    if not fits(1):
        return 0
    low, high = 1, 2
    while high < _LARGEST_BATCH and fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _weights(request: MemoryRequest) -> list[PlanLine]:
    sizes = {name: round(count * request.weight_bytes) for name, count in request.parameters.items()}
    lines = [
        PlanLine(name=Line.WEIGHTS, part=name, bytes=size, place=Place.HOST if name in request.absent else Place.DEVICE)
        for name, size in sizes.items()
    ]
    transfer = max((sizes[name] for name in request.absent), default=0)
    return [*lines, PlanLine(name=Line.TRANSFER, bytes=transfer, place=Place.DEVICE)]


def _states(request: MemoryRequest) -> list[PlanLine]:
    total = sum(request.parameters.values())
    rows = (
        (Line.GRADIENTS, request.gradient_bytes, Place.DEVICE),
        (Line.OPTIMIZER, request.optimizer_bytes, request.optimizer_place),
        (Line.MASTER_WEIGHTS, request.master_weight_bytes, request.master_weight_place),
        (Line.AVERAGE, request.average_bytes, request.average_place),
    )
    return [PlanLine(name=name, bytes=round(total * each), place=place) for name, each, place in rows]


def _activations(request: MemoryRequest) -> list[PlanLine]:
    whole = request.activations.predict(request.batch, request.length)
    kept = request.batch * request.length * request.boundary_bytes_per_token if request.segments > 1 else 0.0
    sizes = (
        (Line.ACTIVATIONS, whole / request.segments),
        (Line.BOUNDARIES, kept * request.segments),
        (Line.WORKSPACE, float(request.workspace_bytes)),
    )
    return [PlanLine(name=name, bytes=round(size), place=Place.DEVICE) for name, size in sizes]


def _label(line: PlanLine) -> str:
    return line.name.value if line.part is None else f"{line.name.value} of {line.part}"
