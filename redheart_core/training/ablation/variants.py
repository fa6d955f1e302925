"""The configurations that are compared: each differs from the base by one switch and sees as many examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from redheart_core.errors import ConfigError
from redheart_core.training.config import StageConfig, TrainingConfig
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

MIXED_PRECISION = "mixed_precision"
DYNAMIC_BATCH = "dynamic_batch"
ON: Mapping[str, object] = {
    "label_smoothing": LabelSmoothingConfig(),
    "r_drop": RDropConfig(),
    "average": AverageConfig(),
    "layer_rates": LayerRatesConfig(),
    DYNAMIC_BATCH: DynamicBatchConfig(),
    "accumulation": AccumulationConfig(micro_batches=4),
    "early_stopping": EarlyStoppingConfig(),
    "sweet_spots": SweetSpotsConfig(),
    "pretraining": PretrainingConfig(steps=120, warmup_steps=12),
    "crossover": CrossoverConfig(),
}
"""What is switched on where the base has it off: the documents' numbers, except accumulation over 4 batches instead of
32, since 32 would leave a short training a handful of steps, and a pre-training of about a million tokens."""
TECHNIQUES = (*ON, MIXED_PRECISION)
VALIDATIONS = 12
"""Validations of a training that needs some and whose base has none."""
SAVES = 5
"""Checkpoints that crossover gets, the last one aside."""


def is_on(config: TrainingConfig, technique: str) -> bool:
    """Return whether a configuration uses a technique.

    Raises:
        ConfigError: There is no such technique.
    """
    if technique not in TECHNIQUES:
        raise ConfigError(f"There is no technique {technique!r}. Known: {', '.join(TECHNIQUES)}.")
    if technique == MIXED_PRECISION:
        return config.precision is not MixedPrecision.FP32
    return getattr(config, technique) is not None


def flipped(config: TrainingConfig, technique: str) -> TrainingConfig:
    """Return the configuration with one technique switched, and what it needs to see as many examples as before."""
    off = is_on(config, technique)
    if technique == MIXED_PRECISION:
        return replace(config, precision=MixedPrecision.FP32 if off else MixedPrecision.BF16)
    changes = {technique: None if off else ON[technique]} | _needs(config, technique, off=off)
    return replace(config, **changes)  # type: ignore[arg-type]  # values of the fields that they are named after


def _needs(config: TrainingConfig, technique: str, *, off: bool) -> dict[str, object]:
    """Return what else changes with a technique."""
    if technique == "accumulation":
        accumulation = config.accumulation or AccumulationConfig(micro_batches=4)
        factor = accumulation.micro_batches if off else 1 / accumulation.micro_batches
        return {"stages": tuple(_scaled(stage, factor) for stage in config.stages)}
    if technique == DYNAMIC_BATCH and not off:
        return {"stages": tuple(_with_growing_batches(stage) for stage in config.stages)}
    if technique in ("early_stopping", "sweet_spots") and not off and config.validate_every is None:
        return {"validate_every": max(1, config.steps // VALIDATIONS)}
    if technique == "crossover" and not off:
        return {"save_every": max(1, config.steps // (SAVES + 1))}
    return {}


def _scaled(stage: StageConfig, factor: float) -> StageConfig:
    steps = max(2, round(factor * stage.steps))
    return replace(stage, steps=steps, warmup_steps=min(max(1, round(factor * stage.warmup_steps)), steps - 1))


def _with_growing_batches(stage: StageConfig) -> StageConfig:
    """Return the stage with as many steps as it takes when batches double at every look at memory, to their largest."""
    bounds = DynamicBatchConfig()
    size = min(stage.batch_size, bounds.largest)
    examples, steps = stage.steps * stage.batch_size, 0
    while examples > 0 and size < bounds.largest:
        examples, steps = examples - bounds.check_every * size, steps + bounds.check_every
        size = min(2 * size, bounds.largest)
    steps += max(0, -(-examples // size))
    return replace(_scaled(stage, steps / stage.steps), batch_size=min(stage.batch_size, bounds.largest))
