"""The module bridge: merges the states of heads and analysers, some of which may be missing or corrupt.

A state is missing when its module did not run, and is treated as missing when it is corrupt (``is_sound``). Each part
has a rule beside it in ``bridge_rules``.

Dimensions: B passages, M modules, W width of the bridge, K cache slots, S width of a module's own state.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError
from redheart_core.model.config import BridgeConfig
from redheart_core.model.layers import ResidualLayer, masked_mean

LARGEST_STATE = 1e4
"""A state with a larger number in it is corrupt: modules end in layer norms or gated units, healthy ones are small."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """What the bridge makes of the module states."""

    state_BW: Tensor
    recovery_error: Tensor
    """Mean squared error of reconstructing the states hidden or disturbed on purpose; zero if none was."""


def is_sound(state_BS: Tensor) -> Tensor:
    """Return (B), false where a passage's state holds NaN, infinity, or a number beyond ``LARGEST_STATE``."""
    # A comparison with NaN is false, so one reduction finds all three.
    return state_BS.abs().amax(dim=-1) <= LARGEST_STATE


class IntegrationNetwork(nn.Module):
    """Brings module states to one width, marks whose they are, and works on the merged state."""

    def __init__(self, config: BridgeConfig, widths: Mapping[str, int]) -> None:
        super().__init__()
        self.enter = nn.ModuleDict({name: nn.Linear(width, config.width) for name, width in widths.items()})
        self.norm = nn.LayerNorm(config.width)
        self.owner_MW = nn.Parameter(torch.randn(len(widths), config.width))
        self.work = ResidualLayer(config.width, config.integration_width)
        self.leave = nn.LayerNorm(config.width)

    def gather(self, states: Mapping[str, Tensor]) -> Tensor:
        """Project and stack states (B, M, W); the state of a module that is not given is zero.

        Raises:
            ConfigError: No state is given, or one of an unknown module.
        """
        unknown = [name for name in states if name not in self.enter]
        if unknown or not states:
            problem = f"states of unknown modules {unknown}" if unknown else "no module's state"
            raise ConfigError(f"The bridge was given {problem}. Run at least one of {', '.join(self.enter)}.")
        any_state = next(iter(states.values()))
        nothing = any_state.new_zeros(any_state.shape[0], self.owner_MW.shape[1])
        rows = [self.norm(layer(states[name])) if name in states else nothing for name, layer in self.enter.items()]
        return torch.stack([row.to(nothing.dtype) for row in rows], dim=1)

    def forward(self, merged_BW: Tensor) -> Tensor:
        """Map (B, W) to the same shape."""
        result_BW: Tensor = self.leave(self.work(merged_BW))
        return result_BW


class KeyValueCache(nn.Module):
    """Learned memory that module states read by attention."""

    def __init__(self, config: BridgeConfig) -> None:
        super().__init__()
        self.keys_KW = nn.Parameter(torch.randn(config.num_cache_slots, config.width))
        self.values_KW = nn.Parameter(torch.randn(config.num_cache_slots, config.width) / math.sqrt(config.width))

    def forward(self, states_BMW: Tensor) -> Tensor:
        """Return the states with what they read added."""
        score_BMK = states_BMW @ self.keys_KW.T / math.sqrt(self.keys_KW.shape[1])
        return states_BMW + torch.softmax(score_BMK, dim=-1).to(states_BMW.dtype) @ self.values_KW


class MemoryCompressor(nn.Module):
    """Keeps a few numbers of every module and restores one state from all of them together."""

    def __init__(self, config: BridgeConfig, num_modules: int) -> None:
        super().__init__()
        self.compress = nn.Linear(config.width, config.memory_width)
        self.restore = nn.Linear(num_modules * config.memory_width, config.width)

    def forward(self, states_BMW: Tensor) -> Tensor:
        """Return (B, W)."""
        restored_BW: Tensor = self.restore(nn.functional.gelu(self.compress(states_BMW)).flatten(1))
        return restored_BW


class AsynchronousMerge(nn.Module):
    """Merges whichever states have arrived; their order does not matter."""

    def __init__(self, config: BridgeConfig) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(config.width, config.merge_width), nn.Tanh(), nn.Linear(config.merge_width, 1)
        )
        self.value = nn.Linear(config.width, config.width)

    def forward(self, states_BMW: Tensor, present_BM: Tensor) -> Tensor:
        """Return the weighted mean (B, W) of the states that are present; of all, equally, where none is."""
        score_BM = self.score(states_BMW).squeeze(-1).float().masked_fill(~present_BM, -1e9)
        weight_BM = torch.softmax(score_BM, dim=-1).to(states_BMW.dtype)
        merged_BW: Tensor = (weight_BM.unsqueeze(-1) * self.value(states_BMW)).sum(dim=1)
        return merged_BW


class ErrorRecovery(nn.Module):
    """Reconstructs the state of a module from the others; trained by hiding and disturbing states that are known."""

    def __init__(self, config: BridgeConfig, num_modules: int) -> None:
        super().__init__()
        self.wanted_MW = nn.Parameter(torch.randn(num_modules, config.width))
        self.network = nn.Sequential(
            nn.Linear(2 * config.width, config.recovery_width),
            nn.GELU(),
            nn.Linear(config.recovery_width, config.width),
        )

    def forward(self, states_BMW: Tensor, present_BM: Tensor) -> Tensor:
        """Return a reconstruction (B, M, W) of every state from the present ones."""
        summary_BMW = masked_mean(states_BMW, present_BM).unsqueeze(1).expand_as(states_BMW)
        wanted_BMW = self.wanted_MW.to(states_BMW.dtype).expand_as(states_BMW)
        recovered_BMW: Tensor = self.network(torch.cat([summary_BMW, wanted_BMW], dim=-1))
        return recovered_BMW


class ModuleBridge(nn.Module):
    """From the states of the modules that ran to one merged state."""

    def __init__(self, config: BridgeConfig, widths: Mapping[str, int]) -> None:
        super().__init__()
        self.names = tuple(widths)
        self.integration = IntegrationNetwork(config, widths)
        self.cache = KeyValueCache(config)
        self.memory = MemoryCompressor(config, len(widths))
        self.merge = AsynchronousMerge(config)
        self.recovery = ErrorRecovery(config, len(widths))

    def forward(
        self, states: Mapping[str, Tensor], hidden_BM: Tensor | None = None, noise_BMW: Tensor | None = None
    ) -> Merged:
        """Merge the given states.

        Args:
            states: (B, own width) by module name; a missing module is simply not given, a corrupt state counts as
                missing for its passage.
            hidden_BM: Where true, a state is hidden although it is there, to train its recovery.
            noise_BMW: Added to the projected states, to train recovery from disturbed ones; zero where undisturbed.

        Raises:
            ConfigError: No state is given, or one of an unknown module.
        """
        sound = {name: is_sound(state) for name, state in states.items()}
        usable = {name: torch.where(sound[name].unsqueeze(-1), state, 0.0) for name, state in states.items()}
        clean_BMW = self.integration.gather(usable)
        absent_B = clean_BMW.new_zeros(clean_BMW.shape[0], dtype=torch.bool)
        available_BM = torch.stack([sound.get(name, absent_B) for name in self.names], dim=1)
        present_BM = available_BM if hidden_BM is None else available_BM & ~hidden_BM
        known_BMW = clean_BMW if noise_BMW is None else clean_BMW + noise_BMW.to(clean_BMW.dtype)
        recovered_BMW = self.recovery(known_BMW, present_BM)
        states_BMW = torch.where(present_BM.unsqueeze(-1), known_BMW, recovered_BMW)
        states_BMW = self.cache(states_BMW + self.integration.owner_MW)
        merged_BW = self.merge(states_BMW, present_BM) + self.memory(states_BMW)
        disturbed_BM = ~present_BM if noise_BMW is None else ~present_BM | noise_BMW.any(dim=-1)
        error = _recovery_error(recovered_BMW, clean_BMW.detach(), available_BM & disturbed_BM)
        return Merged(state_BW=self.integration(merged_BW), recovery_error=error)


def _recovery_error(recovered_BMW: Tensor, known_BMW: Tensor, counted_BM: Tensor) -> Tensor:
    squared_BM = (recovered_BMW.float() - known_BMW.float()).square().mean(dim=-1)
    return (squared_BM * counted_BM).sum() / counted_BM.sum().clamp(min=1)
