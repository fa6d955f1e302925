"""How much crossover may try."""

from __future__ import annotations

from dataclasses import dataclass

from redheart_core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossoverConfig:
    """The table ``[crossover]`` of a run; absent means none. Checkpoints are those of ``save_every`` and the last."""

    candidates: int = 4
    """Checkpoints that modules can come from: those with the lowest validation loss."""
    include_average: bool = True
    """Whether their plain mean is a further candidate for every module."""
    rows: int = 128
    """Development rows of each task that combinations are measured on; each of dozens of them costs one pass."""

    def __post_init__(self) -> None:
        if self.candidates < 2 or self.rows < 8:
            raise ConfigError(f"crossover: candidates is {self.candidates} and rows {self.rows}; at least 2 and 8.")
