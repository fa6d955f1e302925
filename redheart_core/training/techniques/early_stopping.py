"""Early stopping on validation data: end where several validations in a row bring nothing beyond their noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.errors import ConfigError
from redheart_core.training.evaluation import Metric
from redheart_core.training.optimization.rules import NOISE_MULTIPLE, PATIENCE, sweet_spot
from redheart_core.training.optimization.study import System
from redheart_core.training.techniques.decision import require_rule

LOWER_IS_BETTER = "lower is better"
"""Stands in the name of a metric that is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStoppingConfig:
    """What is watched, and how long."""

    patience: int = PATIENCE
    """Validations without progress before the end."""
    noise_multiple: float = NOISE_MULTIPLE
    """Progress counts where it is larger than this many standard deviations of the curve's own noise."""
    task: str | None = None
    """Task whose metrics count; all when left out."""
    metric: str = ""
    """Beginning of the names of the metrics that count; all when empty."""

    def __post_init__(self) -> None:
        if self.patience < 1 or self.noise_multiple < 0:
            raise ConfigError(f"early_stopping: patience is {self.patience}, noise_multiple {self.noise_multiple}.")


class EarlyStopping:
    """Keeps the watched score of every validation."""

    def __init__(self, config: EarlyStoppingConfig) -> None:
        require_rule(System.SWEET_SPOT)
        self._config = config
        self.scores: list[float] = []

    def add(self, metrics: Sequence[Metric]) -> bool:
        """Take note of a validation; return whether it is the best so far."""
        self.scores.append(watched_score(metrics, self._config))
        return self.best == len(self.scores) - 1

    @property
    def best(self) -> int:
        """Position of the first validation with the highest score."""
        return max(range(len(self.scores)), key=lambda place: (self.scores[place], -place))

    def is_over(self) -> bool:
        """Return whether patience ran out at the last validation."""
        return patience_ran_out([-score for score in self.scores], self._config)


def watched_score(metrics: Sequence[Metric], config: EarlyStoppingConfig) -> float:
    """Return the mean of the watched metrics, errors with their sign changed.

    Raises:
        ConfigError: None of the metrics is watched.
    """
    watched = [
        -metric.value if LOWER_IS_BETTER in metric.name else metric.value
        for metric in metrics
        if config.task in (None, metric.task) and metric.name.startswith(config.metric)
    ]
    if not watched:
        known = ", ".join(f"{metric.task}: {metric.name}" for metric in metrics) or "none"
        raise ConfigError(
            f"early_stopping watches task {config.task!r}, metric {config.metric!r}, but validation gave: {known}."
        )
    return sum(watched) / len(watched)


def patience_ran_out(losses: Sequence[float], config: EarlyStoppingConfig) -> bool:
    """Return whether the rule of ``sweet_spot`` ends a run at or before the last of these losses."""
    if not losses:
        return False
    # A further loss shows whether the rule would have gone on: it reports the last place in either case.
    longer = [*losses, losses[-1]]
    stop = sweet_spot(longer, patience=config.patience, noise_multiple=config.noise_multiple)
    return stop.stopped_at < len(losses)
