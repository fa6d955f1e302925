"""What a training run depends on, as numbers read from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib.resources import files
from pathlib import Path

from redheart_core.errors import ConfigError
from redheart_core.training.crossover.config import CrossoverConfig
from redheart_core.training.pretraining.config import PretrainingConfig
from redheart_core.training.techniques.accumulation import AccumulationConfig
from redheart_core.training.techniques.dynamic_batch import DynamicBatchConfig
from redheart_core.training.techniques.early_stopping import EarlyStoppingConfig
from redheart_core.training.techniques.label_smoothing import LabelSmoothingConfig
from redheart_core.training.techniques.layer_rates import LayerRatesConfig
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.techniques.r_drop import RDropConfig
from redheart_core.training.techniques.sweet_spots import SweetSpotsConfig
from redheart_core.training.techniques.weight_average import AverageConfig
from redheart_core.vocabulary.reading import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearConfig:
    """The linear part on n-grams, fitted beside the network (``linear``)."""

    min_passages: Mapping[str, int]
    """Training passages of a family's tasks that must have an n-gram, by family; for letters one more. What a family
    is not named for is not fitted. More passages or more outputs want a higher number, for the sake of size."""
    strength: float
    """Inverse of the regularisation (C of a logistic regression) of outputs that are not named below."""
    strengths: Mapping[str, float] = field(default_factory=dict)
    """The same by family, or by family and output ("reasoning.just")."""

    words_only: tuple[str, ...] = ()
    """Families that do not read letters: where there is little to find, letters find what is not there."""
    crossed_min_passages: Mapping[str, int] = field(default_factory=dict)
    """Passages that must have a crossed pair, by family; families that are not named know none."""
    common_words: int = 100
    """How many of the most frequent words stand in no crossed pair."""
    alone: tuple[str, ...] = ()
    """Families of which the linear part speaks alone: where the network adds nothing to it on development rows."""

    def __post_init__(self) -> None:
        named = {*self.min_passages, *self.words_only, *self.crossed_min_passages, *self.alone}
        named |= {name.partition(".")[0] for name in self.strengths}
        if unknown := sorted(named - set(Family)):
            raise ConfigError(f"linear: there is no family {', '.join(unknown)}. Known: {', '.join(Family)}.")

    def strength_of(self, family: Family, output: str) -> float:
        """Return the inverse of the regularisation of one output."""
        named = self.strengths.get(f"{family.value}.{output}", self.strengths.get(family.value))
        return self.strength if named is None else named


TECHNIQUES: dict[str, type] = {
    "label_smoothing": LabelSmoothingConfig,
    "r_drop": RDropConfig,
    "average": AverageConfig,
    "layer_rates": LayerRatesConfig,
    "dynamic_batch": DynamicBatchConfig,
    "accumulation": AccumulationConfig,
    "early_stopping": EarlyStoppingConfig,
    "sweet_spots": SweetSpotsConfig,
    "pretraining": PretrainingConfig,
    "crossover": CrossoverConfig,
}
"""Tables that may stand in a configuration; a technique without a table is off."""
LEAST_ROWS = 50
"""Fewer rows of a task leave some of its labels without an example."""
TABLES: dict[str, type] = {**TECHNIQUES, "linear": LinearConfig}
"""The same with what follows the training of the network."""


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
    """A multi-task run. Each technique is off where its field is None."""

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
    precision: MixedPrecision = MixedPrecision.BF16
    recovers_memory: bool = True
    """Whether a step that ran out of memory is taken again in smaller pieces, instead of ending the run."""
    validate_every: int | None = None
    """Optimiser steps between two validations; None: never."""
    validation_rows: int = 32
    """Development rows of each task that validations on the way look at, drawn by the seed in whole groups; half of the
    rows where there are fewer. What is reported at the end is fitted and measured on the others."""
    state_every: int | None = None
    """Optimiser steps between two states to resume from; None: only on request."""
    gradient_norms_every: int | None = None
    """Optimiser steps between two measurements of the gradient's norm by module; None: never, in a recorded run at the
    recorder's own pace."""
    max_rows: int | None = None
    """About how many training rows, and development rows, of each task are used: whole groups at even distances over
    its file; None: all. For trying things out."""
    max_texts: int | None = None
    """About how many passages tokenizer and word vectors are made from, at even distances; None: all."""
    linear: LinearConfig | None = None
    label_smoothing: LabelSmoothingConfig | None = None
    r_drop: RDropConfig | None = None
    average: AverageConfig | None = None
    layer_rates: LayerRatesConfig | None = None
    dynamic_batch: DynamicBatchConfig | None = None
    accumulation: AccumulationConfig | None = None
    early_stopping: EarlyStoppingConfig | None = None
    sweet_spots: SweetSpotsConfig | None = None
    pretraining: PretrainingConfig | None = None
    crossover: CrossoverConfig | None = None

    def __post_init__(self) -> None:
        if not self.stages:
            raise ConfigError("A run needs at least one stage.")
        for name in ("log_every", "save_every", "validate_every", "state_every", "gradient_norms_every"):
            if (every := getattr(self, name)) is not None and every < 1:
                raise ConfigError(f"{name} is {every}; it must be at least 1.")
        for name in ("max_rows", "max_texts"):
            if (most := getattr(self, name)) is not None and most < LEAST_ROWS:
                raise ConfigError(f"{name} is {most}; it must be at least {LEAST_ROWS}.")
        if self.validation_rows < 1:
            raise ConfigError(f"validation_rows is {self.validation_rows}; it must be at least 1.")
        for name in ("early_stopping", "sweet_spots"):
            if getattr(self, name) is not None and self.validate_every is None:
                raise ConfigError(f"{name} needs validations. Set validate_every.")
        for stage in self.stages:
            self._require_start_within_bounds(stage)

    def _require_start_within_bounds(self, stage: StageConfig) -> None:
        bounds = self.dynamic_batch
        if bounds is not None and not bounds.smallest <= stage.batch_size <= bounds.largest:
            raise ConfigError(
                f"A stage starts with a batch_size of {stage.batch_size}, but dynamic_batch keeps it between "
                f"{bounds.smallest} and {bounds.largest}."
            )

    @property
    def steps(self) -> int:
        """Optimiser steps of all stages."""
        return sum(stage.steps for stage in self.stages)


def load_config(name_or_path: str) -> TrainingConfig:
    """Read a shipped configuration by name, or any other by path.

    Raises:
        ConfigError: There is none, or its keys are not exactly those of ``TrainingConfig``.
    """
    return parse_config(name_or_path, config_text(name_or_path))


def config_text(name_or_path: str) -> str:
    """Return the text of a shipped configuration by name, or of any other by path.

    Raises:
        ConfigError: There is none, or it is no UTF-8 text.
    """
    shipped = files("redheart_core.training").joinpath(f"configs/{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        if shipped.is_file():
            return shipped.read_text(encoding="utf-8")
        if path.is_file():
            return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(f"The training configuration {name_or_path!r} cannot be read ({error}).") from error
    raise ConfigError(f"There is no training configuration {name_or_path!r}, neither shipped nor as a file.")


def parse_config(name: str, content: str) -> TrainingConfig:
    """Parse the text of a configuration; ``name`` is for messages.

    Raises:
        ConfigError: It is no TOML, or its keys are not exactly those of ``TrainingConfig``.
    """
    try:
        values = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not a TOML file ({error}).") from error
    _require_keys(name, values, TrainingConfig)
    for stage in values["stages"]:
        _require_keys(name, stage, StageConfig)
    for technique, kind in TABLES.items():
        if technique in values:
            _require_keys(f"{name}, {technique}", values[technique], kind)
            values[technique] = kind(**values[technique])
    values["precision"] = _precision(name, values.get("precision", MixedPrecision.BF16))
    return TrainingConfig(**values | {"stages": tuple(StageConfig(**stage) for stage in values["stages"])})


def _precision(name: str, value: str) -> MixedPrecision:
    if value not in [known.value for known in MixedPrecision]:
        raise ConfigError(f"{name}: precision is {value!r}; known are {', '.join(MixedPrecision)}.")
    return MixedPrecision(value)


def _require_keys(name: str, values: Mapping[str, object], kind: type) -> None:
    known = {entry.name for entry in fields(kind)}
    required = {entry.name for entry in fields(kind) if entry.default is MISSING and entry.default_factory is MISSING}
    problem = (set(values) - known) | (required - set(values))
    if problem:
        raise ConfigError(f"{name}: these keys are unknown or missing: {', '.join(sorted(problem))}.")
