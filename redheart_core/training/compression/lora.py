"""Low-rank adapters: a frozen layer plus a trained product of two thin matrices.

Source: Hu et al. 2021, https://arxiv.org/abs/2106.09685. The second matrix starts at zero, so that nothing changes
before the first step; afterwards the product can be added into the weight and costs nothing.

Dimensions: I inputs, O outputs, R rank, (...) any leading dimensions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError
from redheart_core.training.compression.quantized_base import FrozenLinear

DEFAULT_TARGETS = ("*.attention.query", "*.attention.key_value", "*.attention.out", "*.up", "*.down")
"""Attention projections and feed-forward layers, wherever they are."""
EVERY_LINEAR = ("*",)
NEVER_ADAPTED = "optimization"
"""The optimisation systems read the telemetry of training, never a passage: no task reaches them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterConfig:
    """What is adapted, and how much freedom it gets."""

    rank: int = 8
    alpha: float = 16.0
    """The product is scaled by ``alpha / rank``, so that the rank can change without the learning rate."""
    dropout: float = 0.0
    """Probability on the adapter's input, in training only."""
    targets: tuple[str, ...] = DEFAULT_TARGETS
    """Patterns of module paths (``fnmatch``); a linear layer that matches one of them is adapted."""

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha <= 0 or not 0 <= self.dropout < 1:
            raise ConfigError(
                f"rank is {self.rank}, alpha {self.alpha}, dropout {self.dropout}; need a rank of at least one, "
                "a positive alpha, and a dropout in [0, 1)."
            )


class AdaptedLinear(nn.Module):
    """A frozen linear layer with a low-rank correction."""

    def __init__(self, base: nn.Linear | FrozenLinear, config: AdapterConfig) -> None:
        super().__init__()
        self.base: nn.Linear | FrozenLinear = base.requires_grad_(False)
        device = next(base.buffers()).device if isinstance(base, FrozenLinear) else base.weight.device
        self.down_RI = nn.Parameter(torch.empty(config.rank, base.in_features, device=device))
        self.up_OR = nn.Parameter(torch.zeros(base.out_features, config.rank, device=device))
        nn.init.kaiming_uniform_(self.down_RI, a=math.sqrt(5))
        self.scale = config.alpha / config.rank
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, values: Tensor) -> Tensor:
        """Map (..., I) to (..., O)."""
        thin = nn.functional.linear(self.dropout(values), self.down_RI.to(values.dtype))
        correction = nn.functional.linear(thin, self.up_OR.to(thin.dtype))
        result: Tensor = self.base(values) + self.scale * correction
        return result

    def merged(self) -> nn.Linear:
        """Return one dense layer that computes the same; a quantised base is read back first."""
        layer = self.base.dense() if isinstance(self.base, FrozenLinear) else self.base
        with torch.no_grad():
            layer.weight += self.scale * self.up_OR @ self.down_RI
        return layer


def targeted_linears(model: nn.Module, targets: tuple[str, ...]) -> dict[str, nn.Linear]:
    """Return the linear layers that a pattern names, by path.

    Raises:
        ConfigError: A pattern matches none, so that it would be silently ignored.
    """
    linears = {
        path: module
        for path, module in model.named_modules()
        if isinstance(module, nn.Linear) and path.split(".")[0] != NEVER_ADAPTED
    }
    for pattern in targets:
        if not any(fnmatchcase(path, pattern) for path in linears):
            examples = ", ".join(list(linears)[:3])
            raise ConfigError(f"The target {pattern!r} matches no linear layer. Paths look like {examples}.")
    return {path: module for path, module in linears.items() if any(fnmatchcase(path, each) for each in targets)}


def add_adapters(model: nn.Module, config: AdapterConfig) -> tuple[str, ...]:
    """Freeze ``model`` and put an adapter on every target; returns their paths.

    Raises:
        ConfigError: See ``targeted_linears``.
    """
    chosen = targeted_linears(model, config.targets)
    model.requires_grad_(requires_grad=False)
    for path, layer in chosen.items():
        replace_module(model, path, AdaptedLinear(layer, config))
    return tuple(chosen)


def adapted_layers(model: nn.Module) -> Iterator[tuple[str, AdaptedLinear]]:
    """Yield the adapted layers with their paths."""
    for path, module in model.named_modules():
        if isinstance(module, AdaptedLinear):
            yield path, module


def merge_adapters(model: nn.Module) -> None:
    """Add every adapter into its weight: the model has its old shape again, and everything may be trained."""
    for path, layer in list(adapted_layers(model)):
        replace_module(model, path, layer.merged())
    model.requires_grad_(requires_grad=True)


def adapter_parameters(model: nn.Module) -> dict[str, Tensor]:
    """Return what the adapters have learned, by name."""
    return {
        f"{path}.{name}": parameter
        for path, layer in adapted_layers(model)
        for name, parameter in (("down_RI", layer.down_RI), ("up_OR", layer.up_OR))
    }


def replace_module(model: nn.Module, path: str, module: nn.Module) -> None:
    """Put ``module`` where ``path`` points."""
    parent, _, name = path.rpartition(".")
    setattr(model.get_submodule(parent), name, module)
