"""What a training run depends on, as numbers read from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path

from redheart_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """One stage of a run, with its own optimiser and schedule."""

    steps: int
    """Optimiser steps; one batch of one task each."""
    batch_size: int
    max_batch_tokens: int
    """Upper bound on passages times the length of the longest of them."""
    learning_rate: float
    warmup_steps: int
    """Steps spent rising linearly from zero; afterwards the rate falls linearly to zero."""
    shallow: bool
    """Whether encoder layers and analysers rest, so that embedding, heads and bridge learn what words alone say."""

    def __post_init__(self) -> None:
        if not 0 < self.warmup_steps < self.steps:
            raise ConfigError(f"warmup_steps is {self.warmup_steps}; it must lie between 0 and steps, {self.steps}.")
        if self.batch_size < 2 or self.max_batch_tokens < 512:
            raise ConfigError("batch_size must be at least 2 and max_batch_tokens at least 512.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """A run of the plain multi-task loop."""

    preset: str
    seed: int
    readout_rate: float
    """Learning rate of the layers that give logits, as a share of the stage's."""
    weight_decay: float
    gradient_clip: float
    size_exponent: float
    all_parts_share: float
    other_part_share: float
    log_every: int
    save_every: int
    stages: tuple[StageConfig, ...]
    emphasis: Mapping[str, float] = field(default_factory=dict)
    """Factor on how often a task is drawn; 1 where not named."""
    proxies: bool = False
    """Whether the outputs without labels learn from proxies too (``supervision``). They stay refused when reading."""

    @property
    def steps(self) -> int:
        """Optimiser steps of all stages."""
        return sum(stage.steps for stage in self.stages)


def load_config(name_or_path: str) -> TrainingConfig:
    """Read a shipped configuration by name, or any other by path.

    Raises:
        ConfigError: There is none, or its keys are not exactly those of ``TrainingConfig``.
    """
    shipped = files("redheart_core.training").joinpath(f"configs/{name_or_path}.toml")
    path = Path(name_or_path)
    if shipped.is_file():
        content = shipped.read_text(encoding="utf-8")
    elif path.is_file():
        content = path.read_text(encoding="utf-8")
    else:
        raise ConfigError(f"There is no training configuration {name_or_path!r}, neither shipped nor as a file.")
    return _parse(name_or_path, content)


def _parse(name: str, content: str) -> TrainingConfig:
    try:
        values = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not a TOML file ({error}).") from error
    _require_keys(name, values, TrainingConfig, optional={"emphasis", "proxies"})
    for stage in values["stages"]:
        _require_keys(name, stage, StageConfig)
    return TrainingConfig(**values | {"stages": tuple(StageConfig(**stage) for stage in values["stages"])})


def _require_keys(
    name: str, values: Mapping[str, object], kind: type, *, optional: frozenset[str] | set[str] = frozenset()
) -> None:
    known = {entry.name for entry in fields(kind)}
    problem = (set(values) - known) | (known - optional - set(values))
    if problem:
        raise ConfigError(f"{name}: these keys are unknown or missing: {', '.join(sorted(problem))}.")
