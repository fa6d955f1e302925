"""Which parameters learn at which rate: by kind, and by layer where rates fall with depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from redheart_core.model.network import RedHeartModel
from redheart_core.training.config import TrainingConfig
from redheart_core.training.happenings import GroupRate, LayerRatesSet
from redheart_core.training.techniques.layer_rates import BASE_LAYER, Layer, layers_below_outputs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParameterGroup:
    """Parameters with one learning rate and one weight decay."""

    name: str
    factor: float
    """Share of the base rate."""
    weight_decay: float
    parameters: tuple[nn.Parameter, ...]

    @property
    def num_elements(self) -> int:
        """Numbers in all of them."""
        return sum(parameter.numel() for parameter in self.parameters)


def parameter_groups(model: RedHeartModel, config: TrainingConfig) -> tuple[ParameterGroup, ...]:
    """Group what is trainable.

    Readouts have a lower rate: each adds hundreds of inputs, so that one step would move its logits too far.
    """
    layers = () if config.layer_rates is None else layers_below_outputs(model, config.layer_rates)
    layer_of = _layer_of(layers)
    groups: dict[tuple[str, bool, bool], list[nn.Parameter]] = defaultdict(list)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            is_readout = "readouts." in name or name.endswith("answer_QW")
            groups[layer_of.get(id(parameter), BASE_LAYER), is_readout, parameter.ndim >= 2].append(parameter)
    rates = {layer.name: layer.rate for layer in layers} | {BASE_LAYER: 1.0}
    return tuple(
        ParameterGroup(
            name=f"{layer}, {'readouts, ' if is_readout else ''}{'matrices' if is_matrix else 'vectors'}",
            factor=rates[layer] * (config.readout_rate if is_readout else 1.0),
            weight_decay=config.weight_decay if is_matrix else 0.0,
            parameters=tuple(parameters),
        )
        for (layer, is_readout, is_matrix), parameters in groups.items()
    )


def rates_of_groups(groups: Sequence[ParameterGroup]) -> LayerRatesSet:
    """Return what is told of the groups, the slowest first."""
    return LayerRatesSet(
        groups=tuple(
            GroupRate(group.name, group.factor, group.weight_decay, len(group.parameters), group.num_elements)
            for group in sorted(groups, key=lambda group: group.factor)
        )
    )


def _layer_of(layers: Sequence[Layer]) -> Mapping[int, str]:
    return {
        id(parameter): layer.name for layer in layers for module in layer.modules for parameter in module.parameters()
    }
