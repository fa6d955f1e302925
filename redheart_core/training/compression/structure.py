"""What can be removed whole: feed-forward units, attention heads. One number of the configuration counts each kind.

A group is one such number. It belongs to one or several layers, from each of which the same count is removed, so that
what is left is an ordinary, smaller model.

Dimensions: K units that stay, S numbers of a unit (one, or the width of a head).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.model.config import ModelConfig
from redheart_core.model.network import Part

HEADS = tuple(part.value for part in Part if part.value.endswith("_head"))
QUERY_ANALYZERS = ("bentham_calculator", "regret_analyzer", "counterfactual_reasoner", "surd_analyzer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the units of one layer live."""

    producers: tuple[str, ...]
    """Paths of linear layers whose outputs are the units."""
    consumer: str
    """Path of the linear layer that reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGroup:
    """Interchangeable units that one number of the configuration counts."""

    component: str
    """Field of ``ModelConfig``."""
    field: str
    """Field of the component: the number that shrinks."""
    count: int
    """Units in each layer."""
    unit_size: int
    """Numbers that make up a unit: one, or the width of an attention head."""
    sites: tuple[Site, ...]

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.component}.{self.field}"

    @property
    def is_attention(self) -> bool:
        """Whether the units are attention heads."""
        return self.field == "num_heads"

    def numbers(self, kept_K: Tensor) -> Tensor:
        """Return the positions (K·S,) of the units that stay, among the inputs of the consumer."""
        return (kept_K[:, None] * self.unit_size + torch.arange(self.unit_size)).flatten()


def unit_groups(config: ModelConfig) -> tuple[UnitGroup, ...]:
    """Return everything that can be removed from a model of this configuration.

    The recurrent network, widths that a residual stream has, and the bridge's cache and memory are not among it.
    Nor is the bridge's recovery: where every module runs, nothing depends on it, so its importance cannot be seen.
    """
    return tuple(group for group in _all_groups(config) if group.sites and group.count > 1)


def shrunken(config: ModelConfig, group: UnitGroup, count: int) -> ModelConfig:
    """Return the configuration with ``count`` units of the group in each layer.

    Raises:
        ConfigError: That is none, or more than there are.
    """
    if not 0 < count <= group.count:
        raise ConfigError(f"{group.name}: {count} units cannot stay of {group.count}; at least one must.")
    changes: dict[str, int] = {group.field: count}
    if group.is_attention:
        changes["attention_width"] = count * group.unit_size
    component: Any = getattr(config, group.component)
    return replace(config, **{group.component: replace(component, **changes)})


def _all_groups(config: ModelConfig) -> Iterator[UnitGroup]:
    yield from _backbone(config)
    for name in HEADS:
        head = getattr(config, name)
        sites = tuple(_feedforward(f"heads.{name}.layers.{index}") for index in range(head.num_layers))
        yield _units(name, "inner_width", head.inner_width or head.width, sites)
    for name in QUERY_ANALYZERS:
        yield from _query_analyzer(config, name)
    auxiliary = config.auxiliary
    sites = tuple(_feedforward(f"auxiliary.layers.{index}") for index in range(auxiliary.num_layers))
    yield _units("auxiliary", "inner_width", auxiliary.inner_width or auxiliary.width, sites)
    bridge = config.bridge
    yield _units("bridge", "integration_width", bridge.integration_width, (_feedforward("bridge.integration.work"),))
    yield _units("bridge", "merge_width", bridge.merge_width, (_pair("bridge.merge.score.0", "bridge.merge.score.2"),))


def _backbone(config: ModelConfig) -> Iterator[UnitGroup]:
    backbone = config.backbone
    layers = [f"backbone.encoder.{index}" for index in range(backbone.num_layers)]
    width = backbone.attention_width or backbone.d_model
    yield _heads("backbone", backbone.num_heads, width, [f"{layer}.attention" for layer in layers])
    yield _units("backbone", "feedforward_width", backbone.feedforward_width, tuple(map(_feedforward, layers)))
    projection = (_feedforward("backbone.output_projection"),)
    yield _units("backbone", "projection_width", backbone.projection_width, projection)
    conditioning = (_pair("backbone.conditioning.down", "backbone.conditioning.up"),)
    yield _units("backbone", "conditioning_width", backbone.conditioning_width, conditioning)


def _query_analyzer(config: ModelConfig, name: str) -> Iterator[UnitGroup]:
    analyzer = getattr(config, name)
    network = f"analyzers.{name}.network"
    width = analyzer.attention_width or analyzer.width
    yield _heads(name, analyzer.num_heads, width, [f"{network}.attention"])
    sites = tuple(_feedforward(f"{network}.layers.{index}") for index in range(analyzer.num_layers))
    yield _units(name, "feedforward_width", analyzer.feedforward_width, sites)


def _units(component: str, field: str, count: int, sites: tuple[Site, ...]) -> UnitGroup:
    return UnitGroup(component=component, field=field, count=count, unit_size=1, sites=sites)


def _heads(component: str, num_heads: int, width: int, attentions: list[str]) -> UnitGroup:
    sites = tuple(Site(producers=(f"{path}.query", f"{path}.key_value"), consumer=f"{path}.out") for path in attentions)
    return UnitGroup(component=component, field="num_heads", count=num_heads, unit_size=width // num_heads, sites=sites)


def _feedforward(path: str) -> Site:
    return _pair(f"{path}.up", f"{path}.down")


def _pair(producer: str, consumer: str) -> Site:
    return Site(producers=(producer,), consumer=consumer)
