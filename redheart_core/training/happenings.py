"""What can happen beside the ordinary step: one small value per happening, with its numbers.

Whoever shows a happening words it: ``detail`` is the English line of logs and the command line, a page has its own
words by ``name``. A record keeps ``name`` and ``values_of``, and makes the value again with ``happening_of``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, get_args


class EventKind(StrEnum):
    """What a happening means for a run."""

    STARTED = "started"
    TECHNIQUE_ACTED = "technique_acted"
    """A technique changed something for the first time."""
    BATCH_RESIZED = "batch_resized"
    OUT_OF_MEMORY = "out_of_memory"
    SWEET_SPOT = "sweet_spot"
    CROSSOVER = "crossover"
    EARLY_STOP = "early_stop"
    CHECKPOINT = "checkpoint"
    RESUMED = "resumed"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The first step of a run is about to be taken."""

    name: ClassVar[str] = "started"
    kind: ClassVar[EventKind] = EventKind.STARTED
    steps: int
    """Optimiser steps planned."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"{self.steps} steps planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A run goes on from a state."""

    name: ClassVar[str] = "resumed"
    kind: ClassVar[EventKind] = EventKind.RESUMED
    steps: int
    """Optimiser steps planned, those before included."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"{self.steps} steps planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingResumed:
    """Pre-training goes on from its state."""

    name: ClassVar[str] = "pretraining_resumed"
    kind: ClassVar[EventKind] = EventKind.RESUMED
    steps: int
    """Steps of pre-training done before."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"pre-training goes on after step {self.steps}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingSaved:
    """The state of pre-training was kept."""

    name: ClassVar[str] = "pretraining_saved"
    kind: ClassVar[EventKind] = EventKind.CHECKPOINT
    steps: int
    """Steps of pre-training done."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"pre-training saved after step {self.steps}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretrained:
    """Pre-training ended."""

    name: ClassVar[str] = "pretraining"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    steps: int
    tokens: int
    tokens_per_s: float
    before: float
    """Held-out loss at first, nats."""
    after: float

    @property
    def detail(self) -> str:
        """One line in English."""
        return (
            f"pretraining: {self.steps} steps, {self.tokens:,} tokens, {self.tokens_per_s:.0f} tokens/s, "
            f"held-out loss {self.before:.4f} to {self.after:.4f} nats"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionUsed:
    """The first step was computed in a precision."""

    name: ClassVar[str] = "precision"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    precision: str
    """Value of a ``TrainingPrecision``."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"precision: matrix products in {self.precision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsSmoothed:
    """Label smoothing moved targets."""

    name: ClassVar[str] = "label_smoothing"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    targets: int

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"label_smoothing: {self.targets} targets moved towards one half"


@dataclass(frozen=True, slots=True, kw_only=True)
class RDropAdded:
    """R-Drop added to a loss."""

    name: ClassVar[str] = "r_drop"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    nats: float

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"r_drop: added {self.nats:.5f} nats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulated:
    """Several micro-batches made one step."""

    name: ClassVar[str] = "accumulation"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    micro_batches: int

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"accumulation: {self.micro_batches} micro-batches made one step"


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageMoved:
    """The average of the weights differs from the weights."""

    name: ClassVar[str] = "average"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    distance: float
    """Euclidean, over all weights."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"average: lies {self.distance:.3g} from the weights"


class GroupRate(NamedTuple):
    """How fast one group of weights learns."""

    name: str
    factor: float
    """Of the base rate."""
    weight_decay: float
    num_tensors: int
    num_elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRatesSet:
    """Layers learn at rates of their own."""

    name: ClassVar[str] = "layer_rates"
    kind: ClassVar[EventKind] = EventKind.TECHNIQUE_ACTED
    groups: tuple[GroupRate, ...]
    """The slowest first."""

    def __post_init__(self) -> None:
        """Take what a record kept as plain lists."""
        object.__setattr__(self, "groups", tuple(GroupRate(*group) for group in self.groups))

    @property
    def detail(self) -> str:
        """A line in English per group."""
        return "layer_rates: " + "\n".join(
            f"{group.name}: {group.factor:.4f} of the base rate, decay {group.weight_decay:g}, "
            f"{group.num_tensors} tensors, {group.num_elements:,} numbers"
            for group in self.groups
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResized:
    """The size of batches follows the memory."""

    name: ClassVar[str] = "batch_resized"
    kind: ClassVar[EventKind] = EventKind.BATCH_RESIZED
    before: int
    after: int
    used_share: float
    """Of the memory, in use when it was decided."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"{self.before} became {self.after} with {self.used_share:.0%} of memory in use"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfMemory:
    """A step did not fit and is taken again in smaller pieces."""

    name: ClassVar[str] = "out_of_memory"
    kind: ClassVar[EventKind] = EventKind.OUT_OF_MEMORY
    failed: int
    """Examples that did not fit at once."""
    fitting: int

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"{self.failed} examples did not fit; the step is taken again with {self.fitting}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweetSpotReached:
    """A module no longer learns."""

    name: ClassVar[str] = "sweet_spot"
    kind: ClassVar[EventKind] = EventKind.SWEET_SPOT
    module: str
    frozen_at: int
    """Validation after which it no longer learns, from 1."""
    best: int
    """Validation with the highest score of the tasks that it serves, from 1."""
    score: float

    @property
    def detail(self) -> str:
        """One line in English."""
        return (
            f"{self.module} no longer learns after validation {self.frozen_at}; "
            f"its best was {self.score:.4f} at validation {self.best}"
        )


class Origin(NamedTuple):
    """Where a module of a crossover comes from."""

    module: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """Checkpoints were combined module by module."""

    name: ClassVar[str] = "crossover"
    kind: ClassVar[EventKind] = EventKind.CROSSOVER
    loss: float
    single_loss: float
    """Of the best whole checkpoint."""
    single: str
    """Its name."""
    moved: tuple[Origin, ...]
    """Modules that come from elsewhere."""

    def __post_init__(self) -> None:
        """Take what a record kept as plain lists."""
        object.__setattr__(self, "moved", tuple(Origin(*origin) for origin in self.moved))

    @property
    def detail(self) -> str:
        """One line in English."""
        moved = ", ".join(f"{each.module} from {each.candidate}" for each in self.moved) or "every module as it was"
        return f"crossover: loss {self.loss:.5f}, best single ({self.single}) {self.single_loss:.5f}: {moved}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedEarly:
    """Validations brought nothing more."""

    name: ClassVar[str] = "early_stop"
    kind: ClassVar[EventKind] = EventKind.EARLY_STOP
    best: int
    """Validation of the last progress, from 1."""
    validations: int
    score: float

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"no progress since validation {self.best} of {self.validations}, {self.score:.4f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllFrozen:
    """No module is left to learn."""

    name: ClassVar[str] = "all_frozen"
    kind: ClassVar[EventKind] = EventKind.EARLY_STOP

    @property
    def detail(self) -> str:
        """One line in English."""
        return "no progress since any module's sweet spot"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateKept:
    """The state to go on from is about to be written."""

    name: ClassVar[str] = "state_kept"
    kind: ClassVar[EventKind] = EventKind.CHECKPOINT
    file: str

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"keeping the state in {self.file}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWritten:
    """The model was written."""

    name: ClassVar[str] = "model_written"
    kind: ClassVar[EventKind] = EventKind.CHECKPOINT
    folder: str

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"the model was written to {self.folder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Somebody asked the training to stop."""

    name: ClassVar[str] = "stopped"
    kind: ClassVar[EventKind] = EventKind.STOPPED

    @property
    def detail(self) -> str:
        """One line in English."""
        return "on request"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedAtOnce:
    """A signal asked the training to stop without finishing its step."""

    name: ClassVar[str] = "stopped_at_once"
    kind: ClassVar[EventKind] = EventKind.STOPPED

    @property
    def detail(self) -> str:
        """One line in English."""
        return "on request, at once: what had been begun was left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Training is over."""

    name: ClassVar[str] = "finished"
    kind: ClassVar[EventKind] = EventKind.FINISHED
    examples: int
    """Trained on, repetitions counted."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"after {self.examples:,} examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An error ended the training."""

    name: ClassVar[str] = "failed"
    kind: ClassVar[EventKind] = EventKind.FAILED
    error: str
    """Name of its class."""
    message: str
    """In English; the log has it too."""

    @property
    def detail(self) -> str:
        """One line in English."""
        return f"{self.error}: {self.message}"


Happening = (
    Started | Resumed | PretrainingResumed | PretrainingSaved | Pretrained | PrecisionUsed | LabelsSmoothed
    | RDropAdded | Accumulated | AverageMoved | LayerRatesSet | BatchResized | OutOfMemory | SweetSpotReached | Crossed
    | StoppedEarly | AllFrozen | StateKept | ModelWritten | Stopped | StoppedAtOnce | Finished | Failed
)  # fmt: skip
HAPPENINGS: Mapping[str, type[Happening]] = {each.name: each for each in get_args(Happening)}
"""By name, for whoever reads a record. Names are a contract."""


def values_of(happening: Happening) -> dict[str, object]:
    """Return the fields of a happening as JSON values."""
    return asdict(happening)


def happening_of(name: str, values: Mapping[str, Any]) -> Happening | None:
    """Return what a record kept, or None where this version knows no such happening. JSON has no NaN, only null."""
    known = HAPPENINGS.get(name)
    if known is None or {each.name for each in fields(known)} != set(values):
        return None
    given: dict[str, Any] = {key: math.nan if value is None else value for key, value in values.items()}
    return known(**given)
