"""Gradient accumulation: several micro-batches of one task make one optimiser step, their losses averaged."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class AccumulationConfig:
    """How many micro-batches."""

    micro_batches: int = 32

    def __post_init__(self) -> None:
        if self.micro_batches < 2:
            raise ConfigError(
                f"accumulation.micro_batches is {self.micro_batches}; it must be at least 2. Leave the table out for 1."
            )
