"""What may stand in a configuration, field by field: kind, bounds, whether it may be left out. Forms are drawn from it.

A field's path is ``seed``, ``stages.steps`` (of every stage), or ``average.decay`` (of a technique that is off unless
its table is there). The values of a form are those that TOML would give; ``problems_of`` finds everything that is wrong
with them at once, by path, and the classes of ``config`` have the last word.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from enum import StrEnum
from typing import Any

from redheart_core.errors import ConfigError
from redheart_core.model.presets import PRESETS
from redheart_core.training.config import TECHNIQUES, StageConfig, TrainingConfig, parse_config
from redheart_core.training.techniques.precision import MixedPrecision
from redheart_core.training.toml_text import toml_text

Value = int | float | bool | str
STAGES = "stages"


class Trouble(StrEnum):
    """What can be wrong with one field."""

    MISSING = "missing"
    KIND = "kind"
    """Of another kind than the field."""
    LOW = "low"
    HIGH = "high"
    CHOICE = "choice"
    WARMUP = "warmup"
    """The warm-up is not shorter than its stage."""
    NEEDS_VALIDATIONS = "needs_validations"
    OUTSIDE_BATCHES = "outside_batches"
    """A stage begins with a batch that dynamic batching would not keep."""
    REFUSED = "refused"
    """Refused by the classes of ``config``; the detail says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a number must lie."""

    low: float
    high: float
    is_open: bool = False
    """Whether the bounds themselves are excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field."""

    path: str
    kind: type
    """int, float, bool or str."""
    default: Value | None
    """None where there is none, or where nothing is the default."""
    is_optional: bool
    """Whether it may be left empty."""
    bounds: Bounds | None
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with one field; an empty path is the configuration as a whole."""

    path: str
    """As of the field, with the number of the stage: ``stages.0.steps``."""
    trouble: Trouble
    detail: str = ""
    """The bound, the choices, or what was refused."""


_COUNT, _EVERY = Bounds(low=1, high=10_000_000), Bounds(low=1, high=1_000_000)
_SHARE, _INNER = Bounds(low=0, high=1), Bounds(low=0, high=1, is_open=True)
_RATE = Bounds(low=0, high=1, is_open=True)
BOUNDS: dict[str, Bounds] = {
    "seed": Bounds(low=0, high=2**31 - 1),
    "readout_rate": Bounds(low=0, high=10),
    "weight_decay": _SHARE,
    "gradient_clip": Bounds(low=0, high=1000, is_open=True),
    "size_exponent": Bounds(low=0, high=2),
    "all_parts_share": _SHARE,
    "other_part_share": _SHARE,
    "log_every": _EVERY,
    "save_every": _EVERY,
    "validate_every": _EVERY,
    "validation_rows": Bounds(low=1, high=100_000),
    "state_every": _EVERY,
    "gradient_norms_every": _EVERY,
    "max_rows": Bounds(low=50, high=10_000_000),
    "max_texts": Bounds(low=50, high=10_000_000),
    "stages.steps": Bounds(low=2, high=10_000_000),
    "stages.batch_size": Bounds(low=2, high=4096),
    "stages.max_batch_tokens": Bounds(low=512, high=1_000_000),
    "stages.learning_rate": _RATE,
    "stages.warmup_steps": _COUNT,
    "label_smoothing.amount": _INNER,
    "r_drop.alpha": Bounds(low=0, high=100, is_open=True),
    "average.decay": _INNER,
    "layer_rates.decay": Bounds(low=0.01, high=1),
    "dynamic_batch.smallest": Bounds(low=1, high=4096),
    "dynamic_batch.largest": Bounds(low=1, high=4096),
    "dynamic_batch.shrink_above": _INNER,
    "dynamic_batch.grow_below": _INNER,
    "dynamic_batch.check_every": _EVERY,
    "dynamic_batch.budget_mib": Bounds(low=1, high=10_000_000),
    "accumulation.micro_batches": Bounds(low=2, high=4096),
    "early_stopping.patience": Bounds(low=1, high=1000),
    "early_stopping.noise_multiple": Bounds(low=0, high=100),
    "sweet_spots.patience": Bounds(low=1, high=1000),
    "sweet_spots.noise_multiple": Bounds(low=0, high=100),
    "pretraining.steps": Bounds(low=2, high=10_000_000),
    "pretraining.batch_tokens": Bounds(low=8, high=1_000_000),
    "pretraining.max_tokens": Bounds(low=8, high=100_000),
    "pretraining.learning_rate": _RATE,
    "pretraining.warmup_steps": _COUNT,
    "pretraining.weight_decay": _SHARE,
    "pretraining.gradient_clip": Bounds(low=0, high=1000, is_open=True),
    "pretraining.masked_share": _INNER,
    "pretraining.held_out_share": _INNER,
    "pretraining.save_every": _EVERY,
    "pretraining.generator_width": Bounds(low=8, high=4096),
    "pretraining.detection_weight": Bounds(low=0, high=1000, is_open=True),
    "crossover.candidates": Bounds(low=2, high=100),
    "crossover.rows": Bounds(low=8, high=100_000),
}
"""Of every number. What a class refuses beyond that, it refuses itself."""
CHOICES: dict[str, tuple[str, ...]] = {
    "preset": tuple(PRESETS),
    "precision": tuple(precision.value for precision in MixedPrecision),
}


def top_fields() -> tuple[FieldSpec, ...]:
    """Return the fields of a whole run."""
    return tuple(_specs(TrainingConfig, ""))


def stage_fields() -> tuple[FieldSpec, ...]:
    """Return the fields of one stage."""
    return tuple(_specs(StageConfig, f"{STAGES}."))


def technique_fields(technique: str) -> tuple[FieldSpec, ...]:
    """Return the fields of a technique's table."""
    return tuple(_specs(TECHNIQUES[technique], f"{technique}."))


def problems_of(values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return everything that is wrong with the values of a configuration, as TOML would give them."""
    found = [*_in_table(values, top_fields(), "")]
    for place, stage in enumerate(values.get(STAGES, ())):
        inside = [*_in_table(stage, stage_fields(), f"{STAGES}.{place}.")]
        found += inside or [*_across_stage(values, stage, f"{STAGES}.{place}.")]
    for technique in (name for name in TECHNIQUES if name in values):
        found += _in_table(values[technique], technique_fields(technique), f"{technique}.")
    found += _across(values)
    return tuple(found) or _last_word(values)


def _across_stage(values: Mapping[str, Any], stage: Mapping[str, Any], prefix: str) -> Iterator[Problem]:
    if stage["warmup_steps"] >= stage["steps"]:
        yield Problem(path=f"{prefix}warmup_steps", trouble=Trouble.WARMUP, detail=str(stage["steps"]))
    bounds = values.get("dynamic_batch")
    if bounds is not None and {"smallest", "largest"} <= bounds.keys():
        low, high = bounds["smallest"], bounds["largest"]
        if all(type(bound) is int for bound in (low, high)) and not low <= stage["batch_size"] <= high:
            yield Problem(path=f"{prefix}batch_size", trouble=Trouble.OUTSIDE_BATCHES, detail=f"{low}–{high}")


def _across(values: Mapping[str, Any]) -> Iterator[Problem]:
    watching = [name for name in ("early_stopping", "sweet_spots") if name in values]
    if watching and values.get("validate_every") is None:
        yield Problem(path="validate_every", trouble=Trouble.NEEDS_VALIDATIONS, detail=", ".join(watching))


def _last_word(values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Let the classes judge, which know rules that no table of bounds holds."""
    try:
        parse_config("form", toml_text(values))
    except ConfigError as problem:
        return (Problem(path="", trouble=Trouble.REFUSED, detail=str(problem)),)
    return ()


def _in_table(values: Mapping[str, Any], specs: tuple[FieldSpec, ...], prefix: str) -> Iterator[Problem]:
    for spec in specs:
        trouble = _trouble(spec, values.get(spec.name))
        if trouble is not None:
            yield Problem(path=f"{prefix}{spec.name}", trouble=trouble, detail=_detail(spec, trouble))


def _trouble(spec: FieldSpec, value: Any) -> Trouble | None:
    if value is None:
        return None if spec.is_optional or spec.default is not None else Trouble.MISSING
    allowed: tuple[type, ...] = (int, float) if spec.kind is float else (spec.kind,)
    if type(value) not in allowed or (isinstance(value, float) and not math.isfinite(value)):
        return Trouble.KIND
    if spec.choices and value not in spec.choices:
        return Trouble.CHOICE
    return None if spec.bounds is None or isinstance(value, str) else _outside(spec.bounds, value)


def _outside(bounds: Bounds, value: float) -> Trouble | None:
    if value < bounds.low or (bounds.is_open and value == bounds.low):
        return Trouble.LOW
    if value > bounds.high or (bounds.is_open and value == bounds.high):
        return Trouble.HIGH
    return None


def _detail(spec: FieldSpec, trouble: Trouble) -> str:
    if trouble is Trouble.CHOICE:
        return ", ".join(spec.choices)
    if spec.bounds is None:
        return ""
    return f"{spec.bounds.high if trouble is Trouble.HIGH else spec.bounds.low:,g}"


def _specs(kind: type, prefix: str) -> Iterator[FieldSpec]:
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        of_value, is_optional = _plain(hints[field.name])
        if of_value is None:
            continue
        path = f"{prefix}{field.name}"
        yield FieldSpec(
            path=path,
            kind=of_value,
            default=None if field.default is MISSING else field.default,
            is_optional=is_optional,
            bounds=BOUNDS[path] if of_value in (int, float) else None,
            choices=CHOICES.get(path, ()),
        )


def _plain(hint: Any) -> tuple[type | None, bool]:
    """Return the kind of a plain value and whether it may be None; None where it is no plain value."""
    is_optional = isinstance(hint, types.UnionType) and types.NoneType in hint.__args__
    inner = next(part for part in hint.__args__ if part is not types.NoneType) if is_optional else hint
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return str, is_optional
    return (inner if inner in (int, float, bool, str) else None), is_optional
