"""The modules of the model as its structure gives them: what crossover swaps and early stopping freezes.

Every parameter is in exactly one module. A part that is added to the architecture appears here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from redheart_core.model.backbone import Backbone

CONTAINERS = (nn.ModuleList, nn.ModuleDict, Backbone)
"""What only holds other modules: its children count one by one."""
WHOLE = "model"
"""Name of the module that parameters outside every child belong to."""


def parameters_by_module(model: nn.Module) -> dict[str, tuple[str, ...]]:
    """Return the parameter names of each module that has any, in the order of the architecture."""
    groups: dict[str, list[str]] = {}
    names = tuple(_modules(model, ""))
    for parameter, _ in model.named_parameters():
        groups.setdefault(_owner(parameter, names), []).append(parameter)
    return {name: tuple(parameters) for name, parameters in groups.items()}


def _modules(module: nn.Module, prefix: str) -> Iterator[str]:
    for name, child in module.named_children():
        path = f"{prefix}{name}"
        if isinstance(child, CONTAINERS):
            yield from _modules(child, f"{path}.")
        else:
            yield path


def _owner(parameter: str, names: tuple[str, ...]) -> str:
    return next((name for name in names if parameter.startswith(f"{name}.")), WHOLE)
