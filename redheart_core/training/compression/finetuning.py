"""Fine-tuning a checkpoint on one task: all of it, or adapters on a frozen base in full or few bits."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import torch
from torch import nn

from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.training.compression.adapter_files import AdapterDescription, save_adapters
from redheart_core.training.compression.lora import AdapterConfig, add_adapters, merge_adapters
from redheart_core.training.compression.quantized_base import BaseStorage, Footprint, quantize_frozen, restore_dense
from redheart_core.training.compression.sources import Source, TaskRows, evaluate, metric_table
from redheart_core.training.config import StageConfig, TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.loop import train

ADAM_COPIES = 4
"""Float32 numbers per trained parameter: itself, its gradient, and AdamW's two averages."""
NEVER = 1_000_000_000
COUNTED_STEPS = 3


class Method(StrEnum):
    """What is trained."""

    LORA = "lora"
    QLORA_NF4 = "qlora-nf4"
    QLORA_INT8 = "qlora-int8"
    FULL = "full"

    @property
    def storage(self) -> BaseStorage:
        """How the frozen base is kept."""
        return {Method.QLORA_NF4: BaseStorage.NF4, Method.QLORA_INT8: BaseStorage.INT8}.get(self, BaseStorage.FP32)


DEFAULT_RATE = {Method.LORA: 2e-3, Method.QLORA_NF4: 2e-3, Method.QLORA_INT8: 2e-3, Method.FULL: 3e-4}
"""Adapters take about ten times the rate of the weights (Hu et al. 2021, appendix D)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuningConfig:
    """One fine-tuning."""

    method: Method
    adapters: AdapterConfig
    """Not used by ``Method.FULL``."""
    steps: int
    batch_size: int
    learning_rate: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineTuned:
    """A fine-tuned model, still with its adapters, and what it took."""

    model: RedHeartModel
    config: FineTuningConfig
    base_parameters: int
    trainable: int
    base: Footprint
    """The part that is not trained; nothing for ``Method.FULL``."""
    before: tuple[Metric, ...]
    """The checkpoint as it was loaded."""
    at_start: tuple[Metric, ...]
    """With the base as it is kept and adapters that have learned nothing."""
    after: tuple[Metric, ...]
    seconds: float
    peak_bytes: int
    """Highest live bytes of tensors during the first steps, weights included, counted on a copy."""

    @property
    def state_bytes(self) -> int:
        """Weights, gradients and optimiser state, counted; activations come on top."""
        return self.base.stored_bytes + 4 * ADAM_COPIES * self.trainable


def fine_tune(source: Source, rows: TaskRows, config: FineTuningConfig) -> FineTuned:
    """Fine-tune the model of ``source`` in place.

    Raises:
        ConfigError: A target of the adapters matches no layer.
        DataError: The loss is not finite.
    """
    torch.manual_seed(config.seed)
    model = source.checkpoint.model
    base_parameters = sum(parameter.numel() for parameter in model.parameters())
    before = evaluate(model, rows)
    footprint = _prepare(model, config)
    at_start = evaluate(model, rows)
    peak_bytes = _counted_peak(model, rows, config)
    started_s = time.monotonic()
    train(model, rows.tasks, rows.train, _run(model, config), save=no_checkpoint)
    seconds = time.monotonic() - started_s
    return FineTuned(
        model=model,
        config=config,
        base_parameters=base_parameters,
        trainable=trainable_parameters(model),
        base=footprint,
        before=before,
        at_start=at_start,
        after=evaluate(model, rows),
        seconds=seconds,
        peak_bytes=peak_bytes,
    )


def save_fine_tuned(directory: Path, source: Source, tuned: FineTuned, rows: TaskRows, *, command: str) -> None:
    """Write the adapters, if any, and a checkpoint with them merged in (``checkpoint/``) to ``directory``.

    The temperatures stay those of the base: one task says nothing about the other families.
    """
    if tuned.config.method is not Method.FULL:
        base_sha256 = source.checkpoint.sha256
        description = AdapterDescription(
            base_sha256=base_sha256, storage=tuned.config.method.storage, config=tuned.config.adapters
        )
        save_adapters(directory, tuned.model, description)
        merge_adapters(tuned.model)
        restore_dense(tuned.model)
    manifest = source.checkpoint.manifest
    provenance = replace(
        manifest.provenance,
        command=command,
        seed=tuned.config.seed,
        steps=manifest.provenance.steps + tuned.config.steps,
        data_sha256=dict(manifest.provenance.data_sha256) | rows.data_sha256,
    )
    save_checkpoint(
        directory / "checkpoint",
        model=tuned.model,
        tokenizer_file=source.tokenizer_file,
        ngrams=source.checkpoint.tokenizer.ngrams,
        manifest=replace(manifest, provenance=provenance),
        card=_card(tuned, command),
    )


def trainable_parameters(model: nn.Module) -> int:
    """Count what a step changes."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def training_run(config: StageConfig, *, preset: str, seed: int, weight_decay: float) -> TrainingConfig:
    """Describe a run of one deep stage in which every module always runs and every layer has the same rate."""
    return TrainingConfig(
        preset=preset,
        seed=seed,
        readout_rate=1.0,
        weight_decay=weight_decay,
        gradient_clip=1.0,
        size_exponent=0.6,
        all_parts_share=1.0,
        other_part_share=0.0,
        log_every=50,
        save_every=NEVER,
        stages=(config,),
    )


def single_stage(*, steps: int, batch_size: int, learning_rate: float) -> StageConfig:
    """Describe a stage whose rate rises over a tenth of its steps."""
    return StageConfig(
        steps=steps,
        batch_size=batch_size,
        max_batch_tokens=max(64 * batch_size, 512),
        learning_rate=learning_rate,
        warmup_steps=max(steps // 10, 1),
        shallow=False,
    )


def no_checkpoint(_: int) -> None:
    """Keep no intermediate checkpoint: the runs of compression are short."""


def _prepare(model: RedHeartModel, config: FineTuningConfig) -> Footprint:
    if config.method is Method.FULL:
        model.requires_grad_(requires_grad=True)
        return Footprint(num_layers=0, dense_bytes=0, stored_bytes=0, relative_error=0.0)
    add_adapters(model, config.adapters)
    return quantize_frozen(model, config.method.storage)


def _counted_peak(model: RedHeartModel, rows: TaskRows, config: FineTuningConfig) -> int:
    """Count on a copy, because the counter slows every operation down."""
    copied = deepcopy(model)
    few = replace(config, steps=COUNTED_STEPS)
    with AllocationCounter() as counter:
        counter.track(copied)
        train(copied, rows.tasks, rows.train, _run(copied, few), save=no_checkpoint)
    peak_bytes: int = counter.peak_bytes
    return peak_bytes


def _run(model: RedHeartModel, config: FineTuningConfig) -> TrainingConfig:
    stage = single_stage(steps=config.steps, batch_size=config.batch_size, learning_rate=config.learning_rate)
    # Decay pulls weights towards zero: for an adapter that means towards the base, so it gets the usual share too.
    return training_run(stage, preset=model.config.preset, seed=config.seed, weight_decay=0.01)


def _card(tuned: FineTuned, command: str) -> str:
    table = metric_table({"before": tuned.before, "after": tuned.after})
    return (
        f"# Fine-tuned\n\n`{command}`, {tuned.config.steps} steps, {tuned.trainable:,} of {tuned.base_parameters:,} "
        f"parameters' worth trained.\n\n{table}\n\nMeasured before the weights were rounded to float16 for storage. "
        "Temperatures are those of the base. Everything else is as the base's card says.\n"
    )
