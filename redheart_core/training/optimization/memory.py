"""Peaks of real steps, counted on this machine, beside the memory plan that was made on the meta device."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace

import torch

from redheart_core.model.config import ModelConfig
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.activations import ActivationProfile, activation_profile
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.plan import MemoryRequest, plan_memory
from redheart_core.training.lean.recomputing import checkpointable, checkpointed
from redheart_core.training.optimization.model import telemetry_config
from redheart_core.training.optimization.telemetry import MemoryRecord

NUM_MODELS = 5
PLANNED_SHAPES = tuple((batch, length) for batch in (1, 2) for length in (16, 32, 48))
SHAPES = ((2, 64), (8, 32), (16, 96), (4, 128))
"""(batch, length) of the counted steps: larger than those that the plan is fitted on."""
MODES = ((False, False), (True, False), (True, True))
"""(training, checkpointed)."""
VOCABULARY_SIZE = 2_000
SEED = 30


def record_memory(num_models: int = NUM_MODELS) -> tuple[MemoryRecord, ...]:
    """Plan and count every step of ``SHAPES`` and ``MODES`` for models of several widths."""
    return tuple(record for config in _configs(num_models) for record in _records(config))


def _configs(num_models: int) -> Iterator[ModelConfig]:
    state = random.Random(SEED)
    for index in range(num_models):
        config = telemetry_config(VOCABULARY_SIZE, width=state.choice((16, 32, 48, 64)))
        backbone = replace(
            config.backbone,
            num_layers=state.choice((1, 2, 4)),
            feedforward_width=state.choice((32, 96, 192)),
            projection_width=state.choice((16, 64, 256)),
        )
        head = replace(config.emotion_head, width=state.choice((12, 48, 128)))
        yield replace(
            config,
            preset=f"memory_{index}",
            max_tokens=128,
            backbone=backbone,
            emotion_head=head,
            bentham_head=head,
            regret_head=head,
            surd_head=head,
        )


def _records(config: ModelConfig) -> Iterator[MemoryRecord]:
    with torch.device("meta"):
        planned_model = RedHeartModel(config)
    model = RedHeartModel(config)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    for is_training, is_checkpointed in MODES:
        with torch.device("meta"):
            run = _runner(planned_model, is_training=is_training, is_checkpointed=is_checkpointed)
            run(1, 16)
            profile = activation_profile(run, PLANNED_SHAPES)
        real = _runner(model, is_training=is_training, is_checkpointed=is_checkpointed)
        # As in accumulation, gradients exist already.
        real(1, 16)
        for batch, length in SHAPES:
            yield MemoryRecord(
                model=config.preset,
                parameters=parameters,
                batch=batch,
                length=length,
                is_training=is_training,
                is_checkpointed=is_checkpointed,
                planned_bytes=_planned(parameters, profile, batch, length, is_training=is_training),
                measured_bytes=_counted(model, real, batch, length),
            )


def _planned(parameters: int, profile: ActivationProfile, batch: int, length: int, *, is_training: bool) -> int:
    request = MemoryRequest(
        parameters={"model": parameters},
        gradient_bytes=4.0 if is_training else 0.0,
        activations=profile,
        batch=batch,
        length=length,
    )
    return plan_memory(request).device_bytes


def _counted(model: RedHeartModel, run: Callable[[int, int], None], batch: int, length: int) -> int:
    counter = AllocationCounter()
    counter.track(model.parameters())
    counter.track([parameter.grad for parameter in model.parameters() if parameter.grad is not None])
    with counter:
        run(batch, length)
    return counter.peak_bytes


def _runner(model: RedHeartModel, *, is_training: bool, is_checkpointed: bool) -> Callable[[int, int], None]:
    model.train(is_training)
    for parameter in model.parameters():
        parameter.grad = None

    def run(batch: int, length: int) -> None:
        ids_BT = torch.full((batch, length), 7)
        mask_BT = torch.ones(batch, length, dtype=torch.bool)
        recompute = checkpointed(checkpointable(model)) if is_checkpointed else nullcontext()
        with recompute, torch.set_grad_enabled(is_training):
            output = model(ids_BT, mask_BT, torch.zeros_like(ids_BT))
            if is_training:
                total = torch.stack([logits.float().sum() for logits in output.logits.values()]).sum()
                torch.autograd.backward(total + output.recovery_error)

    return run
