"""Choosing, module by module, the checkpoint that serves the validation data best.

By the rule beside the learned scorer: on recorded trainings greedy swaps were better than the scorer's shares
(``measurements/data/optimization_study.json``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from redheart_core.training.crossover.candidates import Candidate, put, with_average
from redheart_core.training.happenings import Crossed, Origin
from redheart_core.training.modules import parameters_by_module
from redheart_core.training.optimization.rules import greedy_crossover
from redheart_core.training.optimization.study import System
from redheart_core.training.techniques.decision import require_rule

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossoverResult:
    """What was chosen, and what it is worth on the validation data that it was chosen on."""

    origins: Mapping[str, str]
    """The candidate that each module comes from, by module."""
    loss: float
    """Validation loss of the combination: optimistic, since the choice was made on it."""
    single_losses: Mapping[str, float]
    """Of each whole candidate, their average included."""
    best_single: str
    """The whole candidate with the lowest loss."""
    num_measured: int
    """Validations that it took."""

    @property
    def gain(self) -> float:
        """How much lower than the best single candidate; never below zero."""
        return self.single_losses[self.best_single] - self.loss

    @property
    def told(self) -> Crossed:
        """What is told of it."""
        moved = (Origin(*origin) for origin in self.origins.items() if origin[1] != self.best_single)
        single_loss = self.single_losses[self.best_single]
        return Crossed(loss=self.loss, single_loss=single_loss, single=self.best_single, moved=tuple(moved))


def cross(
    model: nn.Module,
    candidates: Sequence[Candidate],
    validation_loss: Callable[[], float],
    *,
    include_average: bool = True,
) -> CrossoverResult:
    """Leave the best combination of modules in ``model``.

    Args:
        model: Its weights are overwritten; buffers stay.
        candidates: Versions of all its parameters, at least one.
        validation_loss: Measures ``model`` as it is, the same way every time, in evaluation mode; lower is better.
            Called ``modules x (candidates - 1) + candidates`` times at most.
        include_average: Whether the plain mean of the candidates is one more.

    Raises:
        ValueError: There is no candidate, or two have one name.
        ConfigError: The recorded comparison no longer prefers the rule.
    """
    require_rule(System.CROSSOVER)
    names = [candidate.name for candidate in candidates]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"Candidates are {names}; need at least one, each with its own name.")
    pool = with_average(candidates) if include_average else tuple(candidates)
    measured = _Measured(model, pool, validation_loss)
    singles = [measured(dict.fromkeys(measured.modules, place)) for place in range(len(pool))]
    start = min(range(len(pool)), key=lambda place: (singles[place], place))
    chosen = greedy_crossover(tuple(measured.modules), len(pool), start=start, measure=measured)
    loss = measured(chosen)
    assert loss <= min(singles), "a combination was chosen that is worse than the best single checkpoint"
    put(model, pool, chosen, measured.modules)
    return CrossoverResult(
        origins={module: pool[place].name for module, place in chosen.items()},
        loss=loss,
        single_losses={candidate.name: value for candidate, value in zip(pool, singles, strict=True)},
        best_single=pool[start].name,
        num_measured=measured.count,
    )


class _Measured:
    """Validation losses of combinations, each measured once."""

    def __init__(self, model: nn.Module, pool: Sequence[Candidate], validation_loss: Callable[[], float]) -> None:
        self.model, self.pool, self.validation_loss = model, pool, validation_loss
        self.modules = parameters_by_module(model)
        self.known: dict[tuple[int, ...], float] = {}

    @property
    def count(self) -> int:
        """Validations made."""
        return len(self.known)

    def __call__(self, chosen: Mapping[str, int]) -> float:
        key = tuple(chosen[module] for module in self.modules)
        if key not in self.known:
            put(self.model, self.pool, chosen, self.modules)
            self.known[key] = self.validation_loss()
        return self.known[key]
