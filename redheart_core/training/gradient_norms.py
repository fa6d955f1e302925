"""How long the gradient is, module by module."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

import torch
from torch import nn

CONTAINERS = ("backbone", "heads", "analyzers", "bridge")
"""Their children are reported one by one."""


def module_of(parameter_name: str) -> str:
    """Return the module under which a parameter is reported."""
    first, _, rest = parameter_name.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first in CONTAINERS else first


def gradient_norms(model: nn.Module) -> Mapping[str, float]:
    """Return the norm of the gradient by module; modules without one are left out."""
    named = [(name, parameter.grad) for name, parameter in model.named_parameters() if parameter.grad is not None]
    if not named:
        return {}
    norms = torch.stack([torch.linalg.vector_norm(gradient.float()) for _, gradient in named]).tolist()
    by_module: dict[str, list[float]] = defaultdict(list)
    for (name, _), norm in zip(named, norms, strict=True):
        by_module[module_of(name)].append(norm)
    return {module: math.hypot(*own) for module, own in by_module.items()}
