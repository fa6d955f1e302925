"""What share of a preset its adapters are, counted on the meta device: nothing is allocated."""

from __future__ import annotations

from dataclasses import dataclass, replace

from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.training.compression.lora import AdapterConfig, targeted_linears


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterCount:
    """Trainable parameters of adapters beside those of the model that they leave alone."""

    preset: str
    adapters: AdapterConfig
    num_layers: int
    """Linear layers that are adapted."""
    trainable: int
    base: int
    """Parameters of the model without adapters, all of them frozen."""
    targeted: int
    """Those of ``base`` that are weights of an adapted layer."""

    @property
    def share(self) -> float:
        """Trainable parameters over the base's."""
        return self.trainable / self.base


def count_adapters(config: ModelConfig, adapters: AdapterConfig) -> AdapterCount:
    """Count the adapters that ``add_adapters`` would put on a model of this configuration.

    Raises:
        ConfigError: A target matches no layer.
    """
    model = meta_model(config)
    layers = targeted_linears(model, adapters.targets).values()
    return AdapterCount(
        preset=config.preset,
        adapters=adapters,
        num_layers=len(layers),
        trainable=adapters.rank * sum(layer.in_features + layer.out_features for layer in layers),
        base=count_parameters(model),
        targeted=sum(layer.weight.numel() for layer in layers),
    )


def count_for(config: ModelConfig, adapters: AdapterConfig, *, trainable: int) -> AdapterCount:
    """Count with the rank that comes nearest to ``trainable`` parameters, everything else as in ``adapters``."""
    per_rank = count_adapters(config, replace(adapters, rank=1)).trainable
    return count_adapters(config, replace(adapters, rank=max(round(trainable / per_rank), 1)))
