"""Telemetry of trainings as typed records: what was known at a moment, and what was measured afterwards.

Losses called ``validation`` are known while training and choices are made on them; losses called ``check`` come from
other examples and only judge the choices. All losses are those of the task's objective, in its own unit (mostly nats).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import DataError

RECORDED_FILE = Path(str(files("redheart_core.training.optimization"))) / "data" / "telemetry.json"
HORIZONS = (1.0, 10.0, 32.0, 100.0)
"""Steps that an average looks back, 1 / (1 - decay); one is the weights themselves."""
RULE_HORIZON = 1000.0
"""Of decay 0.999; with the rule's warm-up it is the whole run divided by nine while a run is short."""
LOG_RATES = (-1.0, 0.0, 1.0)
"""Trials of a depth's learning rate: halved, kept, doubled, as powers of two."""
NUM_SAVED = 4
"""Checkpoints that a run keeps; their plain average is a further candidate for every layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What determines a run."""

    index: int
    task: str
    seed: int
    learning_rate: float
    num_examples: int
    dropout: float
    batch_size: int
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A point of a learning curve."""

    step: int
    training_loss: float
    """Mean since the last evaluation."""
    validation_loss: float
    gradient_norm: float
    """Of the last step, after clipping at one."""
    update_ratio: float
    """Length of the last step over the length of the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisePhase:
    """Gradients of several batches at one point of the curve."""

    point: int
    """Position of the evaluation in the curve."""
    log2_noise_scale: float
    """Of the simple noise scale in examples (McCandlish et al. 2018)."""
    mean_norm: float
    """Length of the mean gradient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageTrial:
    """Averages over several horizons at one point of the curve; the last entry is the rule's own average."""

    point: int
    validation_losses: tuple[float, ...]
    check_losses: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrial:
    """Validation losses after a few steps in which one depth learned at another rate."""

    point: int
    group: str
    depth: float
    """0 at the embedding, 1 at the outputs."""
    gradient_norm: float
    """Of the group, as a share of the whole."""
    losses: tuple[float, ...]
    """In the order of ``LOG_RATES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCandidates:
    """Versions of one layer, each tried alone inside the best checkpoint."""

    group: str
    depth: float
    swap_losses: tuple[float, ...]
    """Validation loss with this version: one per saved checkpoint, then the average."""
    distances: tuple[float, ...]
    """To the version in the best checkpoint, relative to its length."""
    norms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossoverTrial:
    """Everything measured about mixing checkpoints of a run."""

    steps: tuple[int, ...]
    losses: tuple[float, ...]
    """Validation loss of each whole checkpoint, then of the average."""
    check_losses: tuple[float, ...]
    greedy_check_loss: float
    """Of the rule: each layer in turn takes the version with the lowest measured validation loss."""
    layers: tuple[LayerCandidates, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One training."""

    spec: RunSpec
    curve: tuple[Evaluation, ...]
    noise: tuple[NoisePhase, ...]
    averages: tuple[AverageTrial, ...]
    rates: tuple[RateTrial, ...]
    crossover: CrossoverTrial


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRecord:
    """The peak of one step, counted, beside what the plan said."""

    model: str
    parameters: int
    batch: int
    length: int
    is_training: bool
    is_checkpointed: bool
    planned_bytes: int
    measured_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """All records, and where they come from."""

    command: str
    machine: str
    date: str
    torch: str
    seed: int
    data_sha256: Mapping[str, str]
    runs: tuple[RunRecord, ...]
    memory: tuple[MemoryRecord, ...]


def load_telemetry(path: Path = RECORDED_FILE) -> Telemetry:
    """Read recorded telemetry, by default the one that the package carries.

    Raises:
        DataError: The file is missing or damaged.
    """
    try:
        return TypeAdapter(Telemetry).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        problem = " ".join(str(error).split())[:200]
        raise DataError(f"{path.name}: no telemetry: {problem}. Record it again.") from error


def save_telemetry(path: Path, telemetry: Telemetry) -> None:
    """Write telemetry, one run per line."""
    content = _rounded(asdict(telemetry))
    assert isinstance(content, dict)
    head = {name: value for name, value in content.items() if name not in ("runs", "memory")}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    for name in ("runs", "memory"):
        rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in content[name])
        lines.append(f"{json.dumps(name)}: [\n{rows}\n]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
