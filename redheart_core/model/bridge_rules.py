"""The rule beside each part of the module bridge: what does the part's job without anything trained by gradients.

| part | its rule |
|---|---|
| integration network | nothing: the merged state goes on as it is, only normalised |
| key-value cache | the value of the nearest key alone (``nearest_value``) |
| memory compressor | principal components of the states, restored by least squares (``PrincipalMemory``) |
| asynchronous merge | the plain mean of the states that are present (``plain_mean``) |
| error recovery | the module's mean state over training passages (``mean_states``) |

Dimensions: B passages, N training passages, M modules, W width of the bridge, K cache slots, P components kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from redheart_core.errors import DataError
from redheart_core.model.bridge import AsynchronousMerge, KeyValueCache
from redheart_core.model.layers import masked_mean


def nearest_value(states_BMW: Tensor, keys_KW: Tensor, values_KW: Tensor) -> Tensor:
    """Return (B, M, W): for each state the value whose key has the largest dot product with it, the first of equals."""
    return values_KW[(states_BMW @ keys_KW.T).argmax(dim=-1)]


def plain_mean(states_BMW: Tensor, present_BM: Tensor) -> Tensor:
    """Return the mean (B, W) of the states that are present; zero where none is."""
    return masked_mean(states_BMW, present_BM)


def mean_states(states_NMW: Tensor) -> Tensor:
    """Return the mean state (M, W) of each module.

    Raises:
        DataError: There are no passages.
    """
    if not states_NMW.shape[0]:
        raise DataError("No passage to average module states over; give at least one.")
    return states_NMW.mean(dim=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PrincipalMemory:
    """Keeps the first principal components of every module's state and restores one state from all of them."""

    mean_W: Tensor
    components_PW: Tensor
    weight_QW: Tensor
    """Restores from Q = M P numbers."""
    bias_W: Tensor

    def restore(self, states_BMW: Tensor) -> Tensor:
        """Return (B, W)."""
        kept_BQ = ((states_BMW - self.mean_W) @ self.components_PW.T).flatten(1)
        return kept_BQ @ self.weight_QW + self.bias_W


def fit_principal_memory(states_NMW: Tensor, wanted_NW: Tensor, *, num_components: int) -> PrincipalMemory:
    """Fit components to all states together and the restoring map to ``wanted_NW`` by least squares.

    Raises:
        DataError: Fewer passages than numbers kept of one, so that least squares has no unique answer.
    """
    passages, modules, width = states_NMW.shape
    if passages <= modules * num_components:
        raise DataError(
            f"{passages} passages cannot fit {modules} × {num_components} kept numbers; "
            f"give more than {modules * num_components}."
        )
    rows_RW = states_NMW.reshape(-1, width).double()
    mean_W = rows_RW.mean(dim=0)
    components_PW = torch.linalg.svd(rows_RW - mean_W, full_matrices=False).Vh[:num_components]
    kept_NQ = ((states_NMW.double() - mean_W) @ components_PW.T).flatten(1)
    centre_Q, centre_W = kept_NQ.mean(dim=0), wanted_NW.double().mean(dim=0)
    # gelsd: modules that never differ leave the system short of rank.
    weight_QW = torch.linalg.lstsq(
        (kept_NQ - centre_Q).cpu(), (wanted_NW.double() - centre_W).cpu(), driver="gelsd"
    ).solution.to(kept_NQ)
    dtype = states_NMW.dtype
    return PrincipalMemory(
        mean_W=mean_W.to(dtype),
        components_PW=components_PW.to(dtype),
        weight_QW=weight_QW.to(dtype),
        bias_W=(centre_W - centre_Q @ weight_QW).to(dtype),
    )


class NearestCache(nn.Module):
    """In the cache's place: its keys and values, read without mixing."""

    def __init__(self, cache: KeyValueCache) -> None:
        super().__init__()
        self.keys_KW, self.values_KW = cache.keys_KW, cache.values_KW

    def forward(self, states_BMW: Tensor) -> Tensor:
        """Return the states with the nearest value added."""
        return states_BMW + nearest_value(states_BMW, self.keys_KW, self.values_KW)


class FixedMemory(nn.Module):
    """In the memory's place: principal components."""

    def __init__(self, memory: PrincipalMemory) -> None:
        super().__init__()
        self.memory = memory

    def forward(self, states_BMW: Tensor) -> Tensor:
        """Return (B, W)."""
        return self.memory.restore(states_BMW)


class MeanMerge(nn.Module):
    """In the merge's place: every present state counts the same. The merge's own linear map reads the mean."""

    def __init__(self, merge: AsynchronousMerge) -> None:
        super().__init__()
        self.value = merge.value

    def forward(self, states_BMW: Tensor, present_BM: Tensor) -> Tensor:
        """Return (B, W)."""
        merged_BW: Tensor = self.value(plain_mean(states_BMW, present_BM))
        return merged_BW


class MeanRecovery(nn.Module):
    """In the recovery's place: a module's usual state (M, W), or zero."""

    usual_MW: Tensor

    def __init__(self, usual_MW: Tensor) -> None:
        super().__init__()
        self.register_buffer("usual_MW", usual_MW)

    def forward(self, states_BMW: Tensor, present_BM: Tensor) -> Tensor:
        """Return (B, M, W)."""
        return self.usual_MW.to(states_BMW.dtype).expand_as(states_BMW)


class Nothing(nn.Module):
    """In the place of a part that is taken out: zeros, whatever it is asked."""

    def forward(self, states: Tensor, present_BM: Tensor | None = None) -> Tensor:
        """Return zeros of shape (B, W) for states (B, M, W) or (B, W)."""
        return torch.zeros_like(states[:, 0] if states.ndim == 3 else states)
