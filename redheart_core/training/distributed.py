"""Several processes that train one model: started by ``torchrun``, each on its own share of every batch.

Every process draws the same task, modules and batch, and takes every n-th example of it. Gradients are averaged with
the shares as weights, so that a step equals that of one process on the whole batch. Small presets are replicated
(DDP); a model too large for that is sharded (FSDP2). Only rank 0 records and saves.

Chances (dropout, hidden modules) depend on seed, step and rank alone in a run of several processes: one saved state
serves them all.

Dimensions: P parts of the loss.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from torch.nn.parallel import DistributedDataParallel

from redheart_core.errors import ConfigError, RedHeartError, RunError
from redheart_core.model.network import RedHeartModel

Thing = TypeVar("Thing")


class Spread(StrEnum):
    """How a model lies over processes."""

    REPLICATED = "replicated"
    SHARDED = "sharded"


def spread_of(preset: str) -> Spread:
    """Return how a preset is spread: whole copies, except of the one whose training state fills a GPU."""
    return Spread.SHARDED if preset == "full" else Spread.REPLICATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """The processes of a run, seen from one of them."""

    rank: int = 0
    size: int = 1
    spread: Spread = Spread.REPLICATED

    @property
    def records(self) -> bool:
        """Whether this process records and saves."""
        return self.rank == 0

    @property
    def is_sharded(self) -> bool:
        """Whether this process holds only parts of the model's tensors."""
        return self.size > 1 and self.spread is Spread.SHARDED

    def whole(self, model: RedHeartModel) -> RedHeartModel:
        """Return a model with whole tensors: itself, or, where it is sharded, a copy gathered from all processes."""
        if not self.is_sharded:
            return model
        gathered = {
            name: value.full_tensor() if isinstance(value, DTensor) else value
            for name, value in model.state_dict().items()
        }
        copy = RedHeartModel(model.config)
        copy.load_state_dict(gathered)
        return copy

    def own(self, things: Sequence[Thing]) -> Sequence[Thing]:
        """Return this process's share: together the shares are everything, and nothing twice."""
        return things if self.size == 1 else things[self.rank :: self.size]

    def weight(self, things: Sequence[Thing]) -> float:
        """Return how much the mean over this process's share counts in an average over processes."""
        return len(self.own(things)) * self.size / len(things)

    def spread_over(self, loss: nn.Module, model: RedHeartModel) -> nn.Module:
        """Return ``loss`` so that a backward pass averages gradients over processes."""
        if self.size == 1:
            return loss
        if self.is_sharded:
            shard(model)
            return loss
        # Which modules run changes from step to step; those that do not have no gradient.
        return DistributedDataParallel(loss, find_unused_parameters=True)

    def mean(self, values_P: Tensor) -> Tensor:
        """Return the average over processes."""
        return values_P if self.size == 1 else _reduced(values_P, dist.ReduceOp.SUM) / self.size

    def largest(self, value: float) -> float:
        """Return the largest value of all processes."""
        return value if self.size == 1 else float(_reduced(torch.tensor(value), dist.ReduceOp.MAX))

    def from_first(self, make: Callable[[], Thing]) -> Thing:
        """Let the recording process make a value that can be pickled, and return it in all; where it fails, all do.

        Raises:
            RunError: In the other processes, where it failed; the recording one raises what it failed with.
        """
        if self.size == 1:
            return make()
        told: list[object] = [None, "it broke off"]
        try:
            if self.records:
                told = [make(), None]
        except RedHeartError as error:
            told = [None, str(error)]
            raise
        finally:
            dist.broadcast_object_list(told, src=0)
        value, problem = told
        if problem is not None:
            raise RunError(f"Process {self.rank} of {self.size} ends, because process 0 could not go on: {problem}")
        return cast(Thing, value)

    def draw_chances(self, seed: int, step: int) -> None:
        """Set torch's chances for a step; a single process goes on with its own."""
        if self.size > 1:
            torch.manual_seed((seed * 1_000_003 + step) * 4_096 + self.rank)


ALONE = Workers()


def shard(model: RedHeartModel) -> None:
    """Shard a model in place: each encoder layer, head and analyser by itself, then whatever is left.

    The embedding stays with the root: its segment table is used outside its own forward pass.
    """
    for module in (*model.backbone.encoder, *model.heads.values(), *model.analyzers.values()):
        fully_shard(module)
    fully_shard(model)


def not_shared(loss: nn.Module) -> Callable[[], AbstractContextManager[object]]:
    """Return what to enter for a backward pass whose gradients need not be averaged yet."""
    return loss.no_sync if isinstance(loss, DistributedDataParallel) else nullcontext


@contextmanager
def joined(
    expected: int,
    *,
    spread: Spread = Spread.REPLICATED,
    device: str = "cpu",
    program: str = "-m redheart_core.training",
) -> Iterator[Workers]:
    """Join the processes that ``torchrun`` started, for the duration of the block.

    Args:
        expected: Processes that were asked for.
        spread: How the model lies over them.
        device: ``cpu`` (they speak gloo) or ``cuda`` (nccl).
        program: What torchrun starts, for the message.

    Raises:
        ConfigError: There are more or fewer. One process that silently trains alone is the usual accident.
    """
    found = int(os.environ.get("WORLD_SIZE", "1"))
    if found != expected:
        raise ConfigError(
            f"{expected} processes were asked for, but this is one of {found}. "
            f"Start them with: torchrun --nproc-per-node {expected} {program} --processes {expected}"
        )
    if expected == 1:
        yield ALONE
        return
    dist.init_process_group("nccl" if device == "cuda" else "gloo")
    try:
        yield Workers(rank=dist.get_rank(), size=dist.get_world_size(), spread=spread)
    finally:
        dist.destroy_process_group()


def _reduced(value: Tensor, operation: dist.ReduceOp.RedOpType) -> Tensor:
    own = value.detach().clone()
    dist.all_reduce(own, operation)
    return own
