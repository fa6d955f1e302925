"""Recording: one short real training, measured at its evaluations and on trials that leave it undisturbed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from redheart_core.model.network import RedHeartModel
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.optimization.model import (
    GROUPS,
    RunData,
    batch_loss,
    depth_of,
    gradients,
    held_loss,
    layer_groups,
    norm,
    put_weights,
    run_data,
    run_model,
    weights_of,
)
from redheart_core.training.optimization.rules import average_decay, greedy_crossover, simple_noise_scale
from redheart_core.training.optimization.telemetry import (
    HORIZONS,
    LOG_RATES,
    NUM_SAVED,
    AverageTrial,
    CrossoverTrial,
    Evaluation,
    LayerCandidates,
    NoisePhase,
    RateTrial,
    RunRecord,
    RunSpec,
)
from redheart_core.training.tasks import Task

EVALUATE_EVERY = 8
NOISE_EVERY = 3
"""Evaluations between two measurements of the gradient noise."""
NOISE_BATCHES = 8
AVERAGE_EVERY = 6
BRANCH_AT = 5
"""Evaluation at which learning rates are tried."""
BRANCH_STEPS = 12
BRANCH_SEED = 7
WARMUP_STEPS = 8
LARGEST_LOG2 = 14.0
"""Stands for an infinite noise scale: no signal among ``NOISE_BATCHES`` batches."""
Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """A training in the middle of a run."""

    model: RedHeartModel
    optimizer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A run's record with the weights that choices are tried on."""

    record: RunRecord
    data: RunData
    saved: tuple[Weights, ...]
    """Checkpoints, then their average."""
    snapshot: Snapshot


def record_run(spec: RunSpec, task: Task, tokenizer: Tokenizer, table_VD: Tensor) -> Recording:
    """Train from a given embedding and measure; the same arguments give the same record."""
    data = run_data(spec, task, tokenizer)
    run = _Run(spec, data, run_model(spec, table_VD))
    for _ in range(spec.steps // EVALUATE_EVERY):
        run.advance()
        run.observe()
    assert run.snapshot is not None
    saved = (*run.saved, _mean(run.saved))
    record = RunRecord(
        spec=spec,
        curve=tuple(run.curve),
        noise=tuple(run.noise),
        averages=tuple(run.average_trials),
        rates=tuple(_rate_trials(data, spec, run.snapshot, run.shares)),
        crossover=_crossover_trial(run.model, data, saved, tuple(run.saved_steps)),
    )
    return Recording(record=record, data=data, saved=saved, snapshot=run.snapshot)


class _Run:
    """The state of a run in progress."""

    def __init__(self, spec: RunSpec, data: RunData, model: RedHeartModel) -> None:
        self.spec, self.data, self.model = spec, data, model
        self.optimizer = make_optimizer(model, spec.learning_rate)
        self.batches = data.batches(batch_size=spec.batch_size, seed=spec.seed)
        self.noise_batches = data.batches(batch_size=spec.batch_size, seed=spec.seed + 1)
        self.averages = [weights_of(model) for _ in range(len(HORIZONS))]
        """One per horizon but the first (which is the weights), then the rule's."""
        self.step = 0
        self.curve: list[Evaluation] = []
        self.noise: list[NoisePhase] = []
        self.average_trials: list[AverageTrial] = []
        self.saved: list[Weights] = []
        self.saved_steps: list[int] = []
        self.snapshot: Snapshot | None = None
        self.shares: dict[str, float] = {}

    def advance(self) -> None:
        """Take the steps up to the next evaluation, and evaluate."""
        losses: list[float] = []
        for _ in range(EVALUATE_EVERY):
            self.step += 1
            set_rate(self.optimizer, self.spec.learning_rate * min(1.0, self.step / WARMUP_STEPS))
            before = weights_of(self.model) if self.step % EVALUATE_EVERY == 0 else {}
            losses.append(take_step(self.model, self.data, next(self.batches), self.optimizer))
            self._average()
        gradient_norm = norm(gradients(self.model))
        moved = [parameter.detach() - before[name] for name, parameter in self.model.named_parameters()]
        self.curve.append(
            Evaluation(
                step=self.step,
                training_loss=sum(losses) / len(losses),
                validation_loss=held_loss(self.model, self.data, self.data.validation),
                gradient_norm=gradient_norm,
                update_ratio=norm(moved) / norm(list(before.values())),
            )
        )

    def observe(self) -> None:
        """Make the measurements that are due at this evaluation."""
        point = len(self.curve) - 1
        last = self.spec.steps // EVALUATE_EVERY - 1
        if point == BRANCH_AT:
            self.shares = _shares(self.model)
            self.snapshot = Snapshot(
                model=copy.deepcopy(self.model), optimizer=copy.deepcopy(self.optimizer.state_dict())
            )
        if point % NOISE_EVERY == NOISE_EVERY - 1:
            self.noise.append(self._noise_phase(point))
        if point % AVERAGE_EVERY == AVERAGE_EVERY - 1:
            self.average_trials.append(self._average_trial(point))
        if (last - point) % NOISE_EVERY == 0 and (last - point) // NOISE_EVERY < NUM_SAVED:
            self.saved.append(weights_of(self.model))
            self.saved_steps.append(self.step)

    def _average(self) -> None:
        decays = [*(1 - 1 / horizon for horizon in HORIZONS[1:]), average_decay(self.step)]
        with torch.no_grad():
            own = [parameter.detach() for parameter in self.model.parameters()]
            for average, decay in zip(self.averages, decays, strict=True):
                torch._foreach_lerp_(list(average.values()), own, 1 - decay)

    def _average_trial(self, point: int) -> AverageTrial:
        own = weights_of(self.model)
        validation, check = [], []
        for weights in (own, *self.averages):
            put_weights(self.model, weights)
            validation.append(held_loss(self.model, self.data, self.data.validation))
            check.append(held_loss(self.model, self.data, self.data.check))
        put_weights(self.model, own)
        return AverageTrial(point=point, validation_losses=tuple(validation), check_losses=tuple(check))

    def _noise_phase(self, point: int) -> NoisePhase:
        squares: list[float] = []
        total: list[Tensor] = []
        for _ in range(NOISE_BATCHES):
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(batch_loss(self.model, self.data, next(self.noise_batches)))
            own = [gradient.clone() for gradient in gradients(self.model)]
            squares.append(norm(own) ** 2)
            total = own if not total else [left + right for left, right in zip(total, own, strict=True)]
        self.optimizer.zero_grad(set_to_none=True)
        mean_norm = norm(total) / NOISE_BATCHES
        size = self.spec.batch_size
        scale = simple_noise_scale(sum(squares) / len(squares), mean_norm**2, small=size, large=size * NOISE_BATCHES)
        log2 = min(float(torch.log2(torch.tensor(scale))), LARGEST_LOG2)
        return NoisePhase(point=point, log2_noise_scale=log2, mean_norm=mean_norm)


def take_step(model: RedHeartModel, data: RunData, batch: Any, optimizer: AdamW) -> float:
    """Take one optimiser step and return its loss; gradients stay until the next one."""
    optimizer.zero_grad(set_to_none=True)
    loss = batch_loss(model, data, batch)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def make_optimizer(model: RedHeartModel, rate: float) -> AdamW:
    """Build AdamW with one group per layer, in the order of ``GROUPS``."""
    groups = [{"params": list(layer.values()), "factor": 1.0} for layer in layer_groups(model).values()]
    return AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def set_rate(optimizer: AdamW, rate: float) -> None:
    """Set every group's rate to its factor of ``rate``."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def branch(data: RunData, spec: RunSpec, snapshot: Snapshot, log2_factors: Mapping[str, float]) -> tuple[float, float]:
    """Go on from a snapshot for ``BRANCH_STEPS`` with a rate per layer; return validation and check loss."""
    model = copy.deepcopy(snapshot.model)
    optimizer = make_optimizer(model, spec.learning_rate)
    optimizer.load_state_dict(copy.deepcopy(dict(snapshot.optimizer)))
    for group, name in zip(optimizer.param_groups, GROUPS, strict=True):
        group["factor"] = 2.0 ** log2_factors.get(name, 0.0)
    set_rate(optimizer, spec.learning_rate)
    torch.manual_seed(BRANCH_SEED)
    batches = data.batches(batch_size=spec.batch_size, seed=BRANCH_SEED)
    for _ in range(BRANCH_STEPS):
        take_step(model, data, next(batches), optimizer)
    return held_loss(model, data, data.validation), held_loss(model, data, data.check)


def _shares(model: RedHeartModel) -> dict[str, float]:
    """Return each layer's share of the gradient's length."""
    whole = norm(gradients(model))
    return {
        name: norm([parameter.grad for parameter in layer.values() if parameter.grad is not None]) / whole
        for name, layer in layer_groups(model).items()
    }


def _rate_trials(data: RunData, spec: RunSpec, snapshot: Snapshot, shares: Mapping[str, float]) -> list[RateTrial]:
    plain, _ = branch(data, spec, snapshot, {})
    return [
        RateTrial(
            point=BRANCH_AT,
            group=name,
            depth=depth_of(name),
            gradient_norm=shares[name],
            losses=tuple(plain if rate == 0 else branch(data, spec, snapshot, {name: rate})[0] for rate in LOG_RATES),
        )
        for name in GROUPS
    ]


def mixture(saved: Sequence[Weights], names: Mapping[str, Sequence[str]], shares: Mapping[str, Tensor]) -> Weights:
    """Mix checkpoints: each layer is the mean of its versions weighted by ``shares`` (K candidates each)."""
    mixed: Weights = {}
    for group, own in names.items():
        for name in own:
            stacked = torch.stack([weights[name] for weights in saved])
            mixed[name] = torch.tensordot(shares[group].to(stacked.dtype), stacked, dims=1)
    return mixed


def group_names(model: RedHeartModel) -> dict[str, tuple[str, ...]]:
    """Return the parameter names of each layer."""
    return {group: tuple(layer) for group, layer in layer_groups(model).items()}


def _crossover_trial(
    model: RedHeartModel, data: RunData, saved: Sequence[Weights], steps: tuple[int, ...]
) -> CrossoverTrial:
    names = group_names(model)

    known: dict[tuple[tuple[int, ...], bool], float] = {}

    def mixed_loss(chosen: Mapping[str, int], *, check: bool = False) -> float:
        key = tuple(chosen[group] for group in names), check
        if key not in known:
            put_weights(model, {name: saved[chosen[group]][name] for group, own in names.items() for name in own})
            known[key] = held_loss(model, data, data.check if check else data.validation)
        return known[key]

    whole = [dict.fromkeys(names, candidate) for candidate in range(len(saved))]
    losses = tuple(mixed_loss(chosen) for chosen in whole)
    best = min(range(len(steps)), key=lambda candidate: losses[candidate])
    greedy = greedy_crossover(tuple(names), len(saved), start=best, measure=mixed_loss)
    layers = tuple(
        _layer(group, own, saved, best, [mixed_loss({**whole[best], group: other}) for other in range(len(saved))])
        for group, own in names.items()
    )
    return CrossoverTrial(
        steps=steps,
        losses=losses,
        check_losses=tuple(mixed_loss(chosen, check=True) for chosen in whole),
        greedy_check_loss=mixed_loss(greedy, check=True),
        layers=layers,
    )


def _layer(
    group: str, names: Sequence[str], saved: Sequence[Weights], best: int, swap_losses: Sequence[float]
) -> LayerCandidates:
    own = norm([saved[best][name] for name in names])
    return LayerCandidates(
        group=group,
        depth=depth_of(group),
        swap_losses=tuple(swap_losses),
        distances=tuple(norm([weights[name] - saved[best][name] for name in names]) / own for weights in saved),
        norms=tuple(norm([weights[name] for name in names]) for weights in saved),
    )


def _mean(saved: Sequence[Weights]) -> Weights:
    return {name: torch.stack([weights[name] for weights in saved]).mean(dim=0) for name in saved[0]}
