"""One update of the weights: gradients as they are, their norms, clipping, the optimiser's step, the average.

Dimensions: P parts of the loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.errors import DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.config import TrainingConfig
from redheart_core.training.gradient_norms import gradient_norms
from redheart_core.training.optimizer import StageOptimizer, clipped_norm
from redheart_core.training.parameter_groups import ParameterGroup, parameter_groups
from redheart_core.training.schedule import planned_rate
from redheart_core.training.techniques.precision import gradient_scaler
from redheart_core.training.techniques.weight_average import WeightAverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What one update was made of."""

    losses: tuple[float, ...]
    """Parts of the loss in their order, nats."""
    gradient_norms: Mapping[str, float]
    """By module, before clipping; empty on steps where they are not measured."""


class WeightUpdate:
    """Holds the optimiser of the present stage, the scaler of fp16 gradients, and the average of the weights."""

    def __init__(self, model: RedHeartModel, config: TrainingConfig, device: torch.device) -> None:
        self._model, self._config = model, config
        self.scaler = gradient_scaler(config.precision, device)
        self.average = None if config.average is None else WeightAverage(model, config.average)
        self.optimizer: StageOptimizer

    def begin_stage(self) -> tuple[ParameterGroup, ...]:
        """Take a new optimiser, and return its groups."""
        self.optimizer = StageOptimizer(parameter_groups(self._model, self._config))
        return self.optimizer.groups

    def take(self, losses_P: Tensor, *, step: int, task: str) -> Updated:
        """Take the step with the gradients that are there.

        Raises:
            DataError: The loss or a gradient is not finite; the weights are as they were.
        """
        # Of steps whose modules have all stopped learning, a scaler would complain that there is nothing to scale.
        learns = any(parameter.grad is not None for parameter in self.optimizer.parameters)
        if learns:
            self.scaler.unscale_(self.optimizer.inner)
        every = self._config.gradient_norms_every
        norms = gradient_norms(self._model) if every is not None and step % every == 0 else {}
        norm = clipped_norm(self.optimizer.parameters, self._config.gradient_clip)
        *values, length = torch.cat([losses_P, norm.detach().reshape(1).to(losses_P.device)]).tolist()
        self._require_finite(sum(values), length, f"step {step}: the {{}} of {task}")
        self.optimizer.set_base_rate(planned_rate(self._config, step))
        if learns:
            self.scaler.step(self.optimizer.inner)
            self.scaler.update()
        if self.average is not None:
            self.average.update(self._model)
        return Updated(losses=tuple(values), gradient_norms=norms)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Let the model carry its average, where there is one, for the duration of the block."""
        with nullcontext() if self.average is None else self.average.applied(self._model):
            yield

    def keep(self, best_weights: Mapping[str, Tensor]) -> None:
        """Give the model the weights that are kept: the best validated ones, or the average, or its own."""
        if best_weights:
            with torch.no_grad():
                for name, parameter in self._model.named_parameters():
                    parameter.copy_(best_weights[name])
        elif self.average is not None:
            self.average.copy_to(self._model)

    def _require_finite(self, loss: float, norm: float, what: str) -> None:
        remedy = "Lower the learning rate."
        if not math.isfinite(loss):
            raise DataError(f"{what.format('loss')} is {loss}. {remedy}")
        if not math.isfinite(norm) and not self.scaler.is_enabled():
            raise DataError(f"{what.format('gradient')} has the length {norm}. {remedy}")
