"""Pre-training from its first step to its last, or from a saved step on, with the same numbers either way.

Every random number of a step follows from seed and step, none from what ran before; so a resumed run is bit-identical
and nothing of the random state has to be saved.

Dimensions: N hidden tokens, D width, V vocabulary.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn
from torch.optim import AdamW

from redheart_core.errors import ConfigError, DataError
from redheart_core.model.network import RedHeartModel
from redheart_core.training.happenings import PretrainingResumed, PretrainingSaved
from redheart_core.training.observer import Event, Observer, SilentObserver, StepRecord
from redheart_core.training.pretraining.config import PretrainingConfig
from redheart_core.training.pretraining.heads import PretrainingHeads, PretrainingLoss
from redheart_core.training.pretraining.sequences import TextBatch, batches_from, cut_by_tokens, pad
from redheart_core.training.pretraining.state import Counts, load_pretraining, save_pretraining
from redheart_core.training.schedule import learning_rate_factor

logger = logging.getLogger(__name__)

TASK = "pretraining"
HELD_OUT_SEED = -1
_SPECIAL_PER_PASSAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingResult:
    """What a pre-training did, and whether it learned anything."""

    counts: Counts
    held_out_loss_after: float
    """As ``counts.held_out_loss_before``, now."""
    num_passages: int
    num_held_out: int
    finished: bool
    """False where an observer asked to stop."""

    @property
    def tokens_per_s(self) -> float:
        """Tokens without padding per second of training steps."""
        return self.counts.tokens / self.counts.seconds if self.counts.seconds else 0.0


def pretrain(
    model: RedHeartModel,
    sequences: Sequence[Sequence[int]],
    config: PretrainingConfig,
    *,
    seed: int,
    observer: Observer | None = None,
    state_dir: Path | None = None,
) -> PretrainingResult:
    """Train the backbone of ``model`` in place to guess hidden tokens; heads and analysers are left alone.

    Args:
        model: Built, with its embedding set.
        sequences: Token ids of each passage, special tokens included (``encode_texts``).
        config: The run.
        seed: Decides order, hidden tokens, dropout and the first weights of what is dropped afterwards.
        observer: Hears of every step.
        state_dir: Where the state is saved now and then; a state found there goes on.

    Raises:
        ConfigError: The model is not on the processor.
        DataError: No two passages have a token, or the loss is not finite.
        CheckpointError: The saved state is damaged or belongs to another run.
    """
    device = model.backbone.embedding.token.weight.device
    if device.type != "cpu":
        raise ConfigError(f"pretraining runs on the processor, but the model is on {device}. Move it there afterwards.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        run = _Pretraining(model, sequences, config, seed, observer or SilentObserver(), state_dir)
        return run.finish()


class _Pretraining:
    """The parts of one run. Lives for the length of one call."""

    def __init__(
        self,
        model: RedHeartModel,
        sequences: Sequence[Sequence[int]],
        config: PretrainingConfig,
        seed: int,
        observer: Observer,
        state_dir: Path | None,
    ) -> None:
        self.config, self.seed, self.observer, self.state_dir = config, seed, observer, state_dir
        self.train, self.held_out = _split(sequences, config.held_out_share)
        self.backbone = model.backbone
        self.heads = PretrainingHeads(model.config, config)
        self.modules: Mapping[str, nn.Module] = {"backbone": self.backbone, "heads": self.heads}
        self.parameters = [parameter for module in self.modules.values() for parameter in module.parameters()]
        self.optimizer = _optimizer(self.parameters, config)
        self.identity = hashlib.sha256(
            repr((model.config, config, seed, tuple(map(tuple, sequences)))).encode()
        ).hexdigest()
        self.counts = self._resume() or Counts(held_out_loss_before=self._held_out_loss())

    def finish(self) -> PretrainingResult:
        """Run to the end, or until the observer asks to stop."""
        batches = batches_from(
            self.train, first_step=self.counts.steps, batch_tokens=self.config.batch_tokens, seed=self.seed
        )
        stopped = False
        while self.counts.steps < self.config.steps and not stopped:
            self._step(next(batches))
            stopped = self.observer.stop_requested()
            if stopped or self.counts.steps % self.config.save_every == 0 or self.counts.steps == self.config.steps:
                self._save()
        return PretrainingResult(
            counts=self.counts,
            held_out_loss_after=self._held_out_loss(),
            num_passages=len(self.train),
            num_held_out=len(self.held_out),
            finished=self.counts.steps == self.config.steps,
        )

    def _step(self, batch: TextBatch) -> None:
        started_s = time.perf_counter()
        rate = self._set_rate()
        loss = self._loss(batch, self.counts.steps, training=True)
        value = loss.total.item()
        if not math.isfinite(value):
            raise DataError(
                f"pre-training, step {self.counts.steps + 1}: the loss is {value}. Lower the learning rate."
            )
        torch.autograd.backward(loss.total)
        torch.nn.utils.clip_grad_norm_(self.parameters, self.config.gradient_clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._count(batch, loss, rate, time.perf_counter() - started_s)

    def _set_rate(self) -> float:
        """Set the rate of this step, from its number alone."""
        share = learning_rate_factor(self.counts.steps, warmup_steps=self.config.warmup_steps, steps=self.config.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = share * self.config.learning_rate
        return share * self.config.learning_rate

    def _loss(self, batch: TextBatch, step: int, *, training: bool) -> PretrainingLoss:
        """Return the loss of a batch; dropout and hidden tokens follow from the seed and ``step``."""
        torch.manual_seed(_mixed(self.seed, step))
        generator = torch.Generator().manual_seed(_mixed(self.seed + 1, step))
        for module in self.modules.values():
            module.train(training)
        with torch.autocast("cpu", torch.bfloat16):
            result: PretrainingLoss = self.heads(self.backbone, batch, generator)
        return result

    def _count(self, batch: TextBatch, loss: PretrainingLoss, rate: float, seconds: float) -> None:
        counts = self.counts
        self.counts = replace(
            counts,
            steps=counts.steps + 1,
            tokens=counts.tokens + batch.num_tokens,
            seconds=counts.seconds + seconds,
        )
        record = StepRecord(
            step=self.counts.steps,
            epoch=batch.epoch,
            task=TASK,
            loss=loss.total.item(),
            losses={name: part.item() for name, part in loss.parts.items()},
            learning_rate=self.optimizer.param_groups[0]["lr"],
            planned_learning_rate=rate,
            gradient_norms={},
            batch_size=batch.ids_BT.shape[0],
            tokens=batch.num_tokens,
            seconds=seconds,
        )
        self.observer.on_step(record)

    def _held_out_loss(self) -> float:
        """Return the mean loss per hidden token in nats, on the same hidden tokens every time."""
        lengths = [len(sequence) for sequence in self.held_out]
        order = sorted(range(len(lengths)), key=lambda index: lengths[index])
        total, count = 0.0, 0
        with torch.no_grad():
            for place, indices in enumerate(cut_by_tokens(order, lengths, self.config.batch_tokens)):
                batch = pad([self.held_out[index] for index in indices])
                loss = self._loss(batch, HELD_OUT_SEED - place, training=False)
                total += loss.num_hidden * loss.parts["masked_language"].item()
                count += loss.num_hidden
        return total / count

    def _resume(self) -> Counts | None:
        if self.state_dir is None:
            return None
        counts = load_pretraining(self.state_dir, self.modules, self.optimizer, identity=self.identity)
        if counts is not None:
            self.observer.on_event(Event(step=counts.steps, what=PretrainingResumed(steps=counts.steps)))
        return counts

    def _save(self) -> None:
        if self.state_dir is not None:
            save_pretraining(self.state_dir, self.modules, self.optimizer, self.counts, identity=self.identity)
            self.observer.on_event(Event(step=self.counts.steps, what=PretrainingSaved(steps=self.counts.steps)))


def _split(
    sequences: Sequence[Sequence[int]], held_out_share: float
) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
    """Hold every n-th passage out; passages without a token of their own are left aside."""
    useful = [sequence for sequence in sequences if len(sequence) > _SPECIAL_PER_PASSAGE]
    if len(useful) < 2:
        raise DataError(f"pre-training: {len(useful)} passages with a token. It needs at least 2.")
    stride = min(max(round(1 / held_out_share), 2), len(useful))
    held_out = useful[stride - 1 :: stride]
    return [sequence for place, sequence in enumerate(useful) if (place + 1) % stride], held_out


def _optimizer(parameters: Sequence[nn.Parameter], config: PretrainingConfig) -> AdamW:
    groups = [
        {"params": [each for each in parameters if each.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [each for each in parameters if each.ndim < 2], "weight_decay": 0.0},
    ]
    return AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)


def _mixed(seed: int, step: int) -> int:
    """Return one seed for a step of a run; different for neighbouring seeds and steps."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{step}".encode()).digest()[:7], "big")
