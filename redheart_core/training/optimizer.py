"""The optimiser of a stage. Its rates are set before every step, so that there is no schedule state to lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from torch.optim import AdamW

from redheart_core.errors import CheckpointError
from redheart_core.training.parameter_groups import ParameterGroup

BETAS = (0.9, 0.98)


class StageOptimizer:
    """AdamW over groups whose rates are shares of one base rate."""

    def __init__(self, groups: Sequence[ParameterGroup], *, fused: bool = True) -> None:
        self.groups = tuple(groups)
        self.inner = AdamW(
            [{"params": list(group.parameters), "weight_decay": group.weight_decay} for group in groups],
            betas=BETAS,
            fused=fused,
        )

    @property
    def parameters(self) -> list[nn.Parameter]:
        """Everything that is trained."""
        return [parameter for group in self.groups for parameter in group.parameters]

    @property
    def base_rate(self) -> float:
        """Base rate of the last step, read back from the optimiser."""
        return float(self.inner.param_groups[0]["lr"]) / self.groups[0].factor

    def set_base_rate(self, rate: float) -> None:
        """Set every group's rate to its share of ``rate``."""
        for group, values in zip(self.groups, self.inner.param_groups, strict=True):
            values["lr"] = rate * group.factor

    def state(self, model: nn.Module) -> dict[str, Tensor]:
        """Return moments and counts by name of parameter and of state."""
        return {
            f"{name}/{key}": value
            for name, parameter in _trained(model, self.parameters)
            for key, value in self.inner.state.get(parameter, {}).items()
        }

    def restore(self, model: nn.Module, state: Mapping[str, Tensor]) -> None:
        """Go on from what ``state`` returned.

        Raises:
            CheckpointError: It is of other parameters.
        """
        own = {name: parameter for name, parameter in _trained(model, self.parameters)}
        left = {key.rpartition("/")[0] for key in state} - set(own)
        if left:
            raise CheckpointError(f"The state is of another model: it has {', '.join(sorted(left)[:3])}.")
        places = {id(parameter): place for place, parameter in enumerate(self.parameters)}
        restored: dict[int, dict[str, Tensor]] = {}
        for key, value in state.items():
            name, _, kind = key.rpartition("/")
            restored.setdefault(places[id(own[name])], {})[kind] = value.clone()
        self.inner.load_state_dict({**self.inner.state_dict(), "state": restored})


def _trained(model: nn.Module, parameters: Sequence[nn.Parameter]) -> Iterator[tuple[str, nn.Parameter]]:
    trained = {id(parameter) for parameter in parameters}
    return ((name, parameter) for name, parameter in model.named_parameters() if id(parameter) in trained)


def clipped_norm(parameters: Sequence[nn.Parameter], most: float) -> Tensor:
    """Scale gradients down to a joint norm of at most ``most``; return the norm they had."""
    norm = torch.nn.utils.clip_grad_norm_(parameters, most)
    return norm.full_tensor() if isinstance(norm, DTensor) else norm
