"""The bridge with one part replaced by its rule, or taken out.

Dimensions: R passages, M modules, W width of the bridge.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import torch
from torch import Tensor, nn

from redheart_core.model.bridge import ModuleBridge
from redheart_core.model.bridge_rules import (
    FixedMemory,
    MeanMerge,
    MeanRecovery,
    NearestCache,
    Nothing,
    PrincipalMemory,
    fit_principal_memory,
    mean_states,
)


class BridgePart(StrEnum):
    """A trained part of the bridge."""

    INTEGRATION = "integration"
    CACHE = "cache"
    MEMORY = "memory"
    MERGE = "merge"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a part is for, and what stands beside it."""

    job: str
    rule: str
    removed: str


DESCRIPTIONS: Mapping[BridgePart, Description] = MappingProxyType(
    {
        BridgePart.INTEGRATION: Description(
            job="works on the merged state",
            rule="the merged state as it is, normalised",
            removed="nothing of the bridge reaches the outputs",
        ),
        BridgePart.CACHE: Description(
            job="adds learned values that states read by attention",
            rule="the value of the nearest key",
            removed="nothing added",
        ),
        BridgePart.MEMORY: Description(
            job="restores one state from a few numbers of every module",
            rule="principal components, restored by least squares",
            removed="the merge alone",
        ),
        BridgePart.MERGE: Description(
            job="weighs the states that are present",
            rule="their plain mean",
            removed="the memory alone",
        ),
        BridgePart.RECOVERY: Description(
            job="reconstructs the state of a missing module from the others",
            rule="its mean state over training passages",
            removed="zero",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """What the rules know from training passages."""

    memory: PrincipalMemory
    usual_MW: Tensor


def fit_rules(bridge: ModuleBridge, states_RMW: Tensor, *, num_components: int, imitate: bool) -> Fitted:
    """Fit the rules to projected states of training passages.

    Args:
        bridge: Whose rules they will be.
        states_RMW: As ``bridge_states.projected`` gives them.
        num_components: Numbers that the memory's rule keeps of a state.
        imitate: Whether the memory's rule restores what the learned memory does, the best stand-in for it that is
            linear; otherwise the mean of the states.
    """
    with torch.no_grad():
        read_RMW = bridge.cache(states_RMW + bridge.integration.owner_MW)
        wanted_RW = bridge.memory(read_RMW) if imitate else read_RMW.mean(dim=1)
        memory = fit_principal_memory(read_RMW, wanted_RW, num_components=num_components)
    return Fitted(memory=memory, usual_MW=mean_states(states_RMW))


def with_rule(bridge: ModuleBridge, part: BridgePart, fitted: Fitted) -> ModuleBridge:
    """Return a copy of the bridge in which the part's rule does the part's job."""
    changed = copy.deepcopy(bridge)
    make: Mapping[BridgePart, Callable[[], nn.Module]] = {
        BridgePart.INTEGRATION: nn.Identity,
        BridgePart.CACHE: lambda: NearestCache(changed.cache),
        BridgePart.MEMORY: lambda: FixedMemory(fitted.memory),
        BridgePart.MERGE: lambda: MeanMerge(changed.merge),
        BridgePart.RECOVERY: lambda: MeanRecovery(fitted.usual_MW),
    }
    _replace(changed, part, make[part](), of_integration="work")
    return changed


def without(bridge: ModuleBridge, part: BridgePart) -> ModuleBridge:
    """Return a copy of the bridge from which the part is taken out."""
    changed = copy.deepcopy(bridge)
    removed: Mapping[BridgePart, nn.Module] = {
        BridgePart.CACHE: nn.Identity(),
        BridgePart.RECOVERY: MeanRecovery(torch.zeros_like(bridge.integration.owner_MW.detach())),
    }
    _replace(changed, part, removed.get(part, Nothing()), of_integration="leave")
    return changed


def _replace(bridge: ModuleBridge, part: BridgePart, module: nn.Module, *, of_integration: str) -> None:
    """Integration keeps its projections: only a layer of it is exchanged."""
    if part is BridgePart.INTEGRATION:
        bridge.integration.register_module(of_integration, module)
    else:
        bridge.register_module(part.value, module)
