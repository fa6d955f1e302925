"""The parameter table: one row per line of the specification, counted from a built model, never typed in."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from redheart_core.model.budgets import BudgetRow, budget_table
from redheart_core.model.config import ModelConfig
from redheart_core.model.network import RedHeartModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    parameters: int
    """Counted from the built model."""
    budget: int | None
    """What the founding documents give; absent where they say nothing."""
    parts: tuple[Row, ...]
    """What the line consists of; empty where it is one piece."""

    @property
    def deviation(self) -> float | None:
        """Share of the budget by which the count is above (positive) or below it."""
        return None if self.budget is None else self.parameters / self.budget - 1


def parameter_rows(config: ModelConfig) -> tuple[Row, ...]:
    """Count the parameters of every row of a configuration, on the meta device: nothing is allocated."""
    model = meta_model(config)
    built = (row for row in budget_table(config.preset) if _is_built(model, row))
    return tuple(_count(model, row) for row in built)


def total_budget(rows: tuple[Row, ...]) -> int | None:
    """Return the sum of the rows' budgets, or nothing where a row has none."""
    budgets = [row.budget for row in rows if row.budget is not None]
    return sum(budgets) if len(budgets) == len(rows) else None


def meta_model(config: ModelConfig) -> RedHeartModel:
    """Build a model without storage: its shapes can be asked, its numbers do not exist."""
    with torch.device("meta"):
        return RedHeartModel(config)


def count_parameters(module: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def _is_built(model: RedHeartModel, row: BudgetRow) -> bool:
    return all(getattr(model, path, None) is not None for path in row.components if path in ("optimization", "ngrams"))


def _count(model: RedHeartModel, row: BudgetRow) -> Row:
    parameters = sum(count_parameters(model.get_submodule(path)) for path in row.components)
    parts = tuple(_count(model, part) for part in row.parts)
    return Row(name=row.name, parameters=parameters, budget=row.parameters, parts=parts)
