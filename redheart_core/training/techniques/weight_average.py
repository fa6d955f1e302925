"""An exponential moving average of the weights (EMA), which validation and the final checkpoint use.

Source: ``torch.optim.swa_utils``, https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema. The
decay starts short (``optimization.rules.average_decay``), so that a short run's average forgets the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from redheart_core.errors import ConfigError
from redheart_core.training.optimization.rules import AVERAGE_DECAY, average_decay
from redheart_core.training.optimization.study import System
from redheart_core.training.techniques.decision import require_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageConfig:
    """How far the average looks back."""

    decay: float = AVERAGE_DECAY
    """Share of the average that an update keeps, once it is warm."""

    def __post_init__(self) -> None:
        if not 0.0 < self.decay < 1.0:
            raise ConfigError(f"average.decay is {self.decay}; it must lie strictly between 0 and 1.")


class WeightAverage:
    """Averages of a float32 model's parameters, updated after each optimiser step."""

    def __init__(self, model: nn.Module, config: AverageConfig) -> None:
        require_rule(System.AVERAGING)
        self._decay = config.decay
        self._averaged = AveragedModel(model, multi_avg_fn=self._move)

    @property
    def num_updates(self) -> int:
        """Return how many steps went into the average."""
        return int(self._averaged.n_averaged)

    def update(self, model: nn.Module) -> None:
        """Move every average towards the weights."""
        self._averaged.update_parameters(model)

    def _move(self, averages: Any, weights: Any, num_updates: Tensor | int) -> None:
        decay = average_decay(int(num_updates) + 1, decay=self._decay)
        get_ema_multi_avg_fn(decay)(averages, weights, num_updates)  # type: ignore[no-untyped-call]  # torch's

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Let the model carry the averages for the duration of the block, then its own weights again."""
        own = [parameter.detach().clone() for parameter in model.parameters()]
        try:
            self.copy_to(model)
            yield
        finally:
            _fill(model, own)

    def copy_to(self, model: nn.Module) -> None:
        """Let the model carry the averages from here on."""
        _fill(model, [parameter.detach() for parameter in self._averaged.module.parameters()])

    def distance(self, model: nn.Module) -> float:
        """Return how far the weights lie from their average, as a share of the average's length."""
        averages = [parameter.detach() for parameter in self._averaged.module.parameters()]
        apart = [own.detach() - average for own, average in zip(model.parameters(), averages, strict=True)]
        return float(_length(apart) / _length(averages).clamp(min=1e-12))

    def state(self) -> dict[str, Tensor]:
        """Return the averages by parameter name, and the number of updates."""
        averages = {name: parameter.detach() for name, parameter in self._averaged.module.named_parameters()}
        return {**averages, "n_averaged": self._averaged.n_averaged}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what ``state`` returned."""
        with torch.no_grad():
            for name, parameter in self._averaged.module.named_parameters():
                parameter.copy_(state[name])
            self._averaged.n_averaged.copy_(state["n_averaged"])


def _fill(model: nn.Module, weights: list[Tensor]) -> None:
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(weight)


def _length(tensors: list[Tensor]) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(tensor) for tensor in tensors]))
    return length
