"""An exponential moving average of the weights that lives on the host, in float32.

``torch.optim.swa_utils.AveragedModel`` keeps a second module in the model's own type. In bfloat16 an average with decay
0.999 would never move: its changes are smaller than half a unit in the last place. So the average is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError


class HostAverage:
    """Averages of every parameter, updated after each optimiser step."""

    def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
        if not 0.0 < decay < 1.0:
            raise ConfigError(f"decay is {decay}; it must lie strictly between 0 and 1.")
        self.decay = decay
        self.num_updates = 0
        self._averages = {name: _host(parameter) for name, parameter in model.named_parameters()}

    @property
    def averages(self) -> dict[str, Tensor]:
        """The averages in float32 by parameter name."""
        return self._averages

    @property
    def host_bytes(self) -> int:
        """Bytes that the averages take."""
        return sum(average.nbytes for average in self._averages.values())

    def update(self, model: nn.Module, masters: dict[str, Tensor] | None = None) -> None:
        """Move every average towards the weights by ``1 - decay``.

        Args:
            model: The model after a step.
            masters: More exact weights in float32 by name, where the optimiser keeps some.
        """
        known = masters or {}
        self.num_updates += 1
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                weight = known[name] if name in known else _host(parameter)
                self._averages[name].lerp_(weight, 1.0 - self.decay)

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Let the model carry the averages for the duration of the block, then its own weights again."""
        own = {name: parameter.detach().cpu().clone() for name, parameter in model.named_parameters()}
        try:
            _copy(model, self._averages)
            yield
        finally:
            _copy(model, own)


def _host(parameter: Tensor) -> Tensor:
    return parameter.detach().to("cpu", torch.float32, copy=True)


def _copy(model: nn.Module, weights: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])
