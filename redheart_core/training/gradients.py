"""Gradients of one optimiser step: over micro-batches, in pieces where memory is short, nothing lost.

Dimensions: P parts of the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler

from redheart_core.errors import OutOfDeviceMemoryError
from redheart_core.runtime.recovery import PieceSize, is_out_of_memory, release_memory
from redheart_core.training.batches import Batch, Item, collate
from redheart_core.training.sampling import Draw

Loss = Callable[[Batch, Draw], Tensor]
"""Gives the parts of the loss, (P,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroBatch:
    """Examples of one task that this process works on, and how much their mean loss counts beside other processes'."""

    items: Sequence[Item]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Examples that go through the model at once, and how much their mean loss counts."""

    items: Sequence[Item]
    weight: float


def plan_shares(micro_batches: Sequence[MicroBatch], most: int | None) -> tuple[Share, ...]:
    """Cut micro-batches into shares of at most ``most`` examples; their weights add up to the micro-batches' mean.

    Every micro-batch counts alike; within one, every example does.
    """
    return tuple(
        Share(items=piece, weight=micro.weight * len(piece) / len(micro.items) / len(micro_batches))
        for micro in micro_batches
        for piece in _pieces(micro.items, most)
    )


class GradientPass:
    """Fills the gradients of a model.

    Args:
        model: Its gradients are cleared and filled.
        loss: Runs the model on one batch.
        device: Where the model is.
        scaler: Scales losses where gradients are computed in fp16.
        recovers: Whether to go on in smaller pieces where memory runs out.
        not_shared: Entered for every share but the last: processes need to add up gradients only once.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Loss,
        *,
        device: torch.device,
        scaler: GradScaler,
        recovers: bool = True,
        not_shared: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._model, self._loss, self._device, self._scaler = model, loss, device, scaler
        self._recovers, self._not_shared = recovers, not_shared
        self.size = PieceSize()
        """The most examples that fitted at once, remembered from step to step."""

    def run(
        self,
        micro_batches: Sequence[MicroBatch],
        draw: Draw,
        *,
        on_shrink: Callable[[int, int], None],
    ) -> Tensor:
        """Fill the gradients and return the parts of the loss (P,), averaged as the gradients are.

        A step that runs out of memory is begun again in halves: what half of a backward pass left behind is of no use.

        Args:
            micro_batches: Of one task.
            draw: The task and the modules that run.
            on_shrink: Told the number of examples that failed and the next one.

        Raises:
            OutOfDeviceMemoryError: Not even one example fits.
        """
        while True:
            shares = plan_shares(micro_batches, self.size.items)
            done = self._attempt(shares, draw)
            if done is not None:
                return done
            # Only here, after the exception is gone, are the tensors of its frames free.
            self._model.zero_grad(set_to_none=True)
            release_memory()
            failed = max(len(share.items) for share in shares)
            self.size.items = failed // 2
            on_shrink(failed, self.size.items)

    def _attempt(self, shares: Sequence[Share], draw: Draw) -> Tensor | None:
        try:
            return self._backward(shares, draw)
        except (RuntimeError, OutOfDeviceMemoryError) as error:
            if not self._recovers or not is_out_of_memory(error):
                raise
            if max(len(share.items) for share in shares) == 1:
                raise OutOfDeviceMemoryError(
                    f"Not even one example of {draw.task.name} fits into memory ({error}). "
                    "Shorten max_batch_tokens, choose a smaller preset or precision, or another device."
                ) from error
            return None

    def _backward(self, shares: Sequence[Share], draw: Draw) -> Tensor:
        self._model.zero_grad(set_to_none=True)
        total_P: Tensor | None = None
        for place, share in enumerate(shares):
            with nullcontext() if place == len(shares) - 1 else self._not_shared():
                parts_P = self._loss(collate(share.items).to(self._device), draw)
                loss = parts_P.sum() * share.weight
                if loss.requires_grad:  # not where every module that this step runs has stopped learning
                    torch.autograd.backward(self._scaler.scale(loss))
            own_P = parts_P.detach() * share.weight
            total_P = own_P if total_P is None else total_P + own_P
        assert total_P is not None
        return total_P


def _pieces(items: Sequence[Item], most: int | None) -> Iterator[Sequence[Item]]:
    size = len(items) if most is None else most
    return (items[start : start + size] for start in range(0, len(items), size))
