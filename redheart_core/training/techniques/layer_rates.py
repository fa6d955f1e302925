"""Layer-wise learning-rate decay (LLRD): the deeper below the outputs, the slower. From the structure, not from names.

Source: Howard and Ruder 2018, https://arxiv.org/abs/1801.06146, section 3.2. Heads, analysers, bridge and auxiliary
modules have the base rate; then come the output projection, the encoder layers from the top, and the embedding. What
conditions the norms is fed by the embedding and feeds the lowest layer, so it goes with that one.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.optimization.rules import LAYER_DECAY, layer_rate
from redheart_core.training.optimization.study import System
from redheart_core.training.techniques.decision import require_rule

BASE_LAYER = "outputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRatesConfig:
    """How fast rates fall."""

    decay: float = LAYER_DECAY
    """Rate of a layer as a share of the one above it."""

    def __post_init__(self) -> None:
        if not 0.0 < self.decay <= 1.0:
            raise ConfigError(f"layer_rates.decay is {self.decay}; it must lie between 0 and 1.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """Modules that share a rate."""

    name: str
    rate: float
    """Share of the base rate."""
    modules: tuple[nn.Module, ...]


def layers_below_outputs(model: RedHeartModel, config: LayerRatesConfig) -> tuple[Layer, ...]:
    """Return the backbone's layers from the top down; whatever is in none of them has the base rate."""
    require_rule(System.LAYER_RATES)
    backbone = model.backbone
    encoder = list(enumerate(backbone.encoder))[::-1]
    stack: list[tuple[str, tuple[nn.Module, ...]]] = [("output projection", (backbone.output_projection,))]
    stack += [(f"encoder layer {index}", (layer,)) for index, layer in encoder]
    lowest, own = stack[-1]
    stack[-1] = (f"{lowest} and conditioning", (*own, backbone.conditioning))
    stack.append(("embedding", (backbone.embedding,)))
    return tuple(
        Layer(name=name, rate=layer_rate(distance, decay=config.decay), modules=modules)
        for distance, (name, modules) in enumerate(stack, start=1)
    )
