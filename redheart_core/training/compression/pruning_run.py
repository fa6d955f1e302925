"""From a checkpoint to a smaller one: importance, removal, a short recovery, and what each step did to the metrics."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from redheart_core.model.checkpoint import save_checkpoint
from redheart_core.model.ledger import count_parameters
from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import endless_batches
from redheart_core.training.compression.finetuning import no_checkpoint, single_stage, training_run
from redheart_core.training.compression.importance import Criterion, JudgedBatch, measure_importance
from redheart_core.training.compression.pruning import PruningShares, choose_units, prune
from redheart_core.training.compression.sources import Source, TaskRows, evaluate, metric_table, refitted_temperatures
from redheart_core.training.compression.speed import Speed, compare_speed
from redheart_core.training.compression.structure import unit_groups
from redheart_core.training.evaluation import Metric
from redheart_core.training.loop import train


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningConfig:
    """One pruning."""

    shares: PruningShares
    criterion: Criterion
    batches_per_task: int
    """Batches of training rows on which importance is measured."""
    batch_size: int
    recovery_steps: int
    """Optimiser steps afterwards; 0 for none."""
    learning_rate: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pruned:
    """The smaller model and what it cost."""

    model: RedHeartModel
    config: PruningConfig
    parameters_before: int
    before: tuple[Metric, ...]
    pruned: tuple[Metric, ...]
    """Directly after the removal."""
    recovered: tuple[Metric, ...]
    """After the recovery steps; as ``pruned`` without any."""
    speed: tuple[Speed, ...]
    seconds: float

    @property
    def parameters_after(self) -> int:
        """Parameters of the smaller model."""
        return count_parameters(self.model)


def run_pruning(source: Source, rows: TaskRows, config: PruningConfig) -> Pruned:
    """Prune the model of ``source``, which itself is left as it is.

    Raises:
        DataError: The loss of the recovery is not finite.
    """
    started_s = time.monotonic()
    torch.manual_seed(config.seed)
    model = source.checkpoint.model
    groups = unit_groups(model.config)
    importance = measure_importance(model, groups, _batches(rows, config), criterion=config.criterion)
    smaller = prune(model, groups, choose_units(groups, importance, config.shares))
    items = rows.dev[rows.tasks[0].name]
    speed = compare_speed(model, smaller, items)
    before, pruned = evaluate(model, rows), evaluate(smaller, rows)
    _recover(smaller, rows, config)
    return Pruned(
        model=smaller,
        config=config,
        parameters_before=count_parameters(model),
        before=before,
        pruned=pruned,
        recovered=evaluate(smaller, rows) if config.recovery_steps else pruned,
        speed=speed,
        seconds=time.monotonic() - started_s,
    )


def save_pruned(directory: Path, source: Source, pruned: Pruned, rows: TaskRows, *, command: str) -> None:
    """Write the smaller model as an ordinary checkpoint; its configuration has the smaller widths.

    Temperatures are fitted again on the development rows of the tasks that were used.
    """
    manifest = source.checkpoint.manifest
    provenance = replace(
        manifest.provenance,
        command=command,
        seed=pruned.config.seed,
        steps=manifest.provenance.steps + pruned.config.recovery_steps,
    )
    save_checkpoint(
        directory,
        model=pruned.model,
        tokenizer_file=source.tokenizer_file,
        ngrams=source.checkpoint.tokenizer.ngrams,
        manifest=replace(
            manifest,
            model=pruned.model.config,
            provenance=provenance,
            temperatures=refitted_temperatures(pruned.model, rows, manifest.temperatures),
        ),
        card=_card(pruned, command),
    )


def _batches(rows: TaskRows, config: PruningConfig) -> Iterator[JudgedBatch]:
    for index, task in enumerate(rows.tasks):
        stream = endless_batches(
            rows.train[task.name],
            batch_size=config.batch_size,
            max_batch_tokens=64 * config.batch_size,
            random_state=random.Random(config.seed + index),
        )
        for _ in range(config.batches_per_task):
            yield JudgedBatch(batch=next(stream), objective=task.objective)


def _recover(model: RedHeartModel, rows: TaskRows, config: PruningConfig) -> None:
    if config.recovery_steps == 0:
        return
    stage = single_stage(steps=config.recovery_steps, batch_size=config.batch_size, learning_rate=config.learning_rate)
    run = training_run(stage, preset=model.config.preset, seed=config.seed, weight_decay=0.05)
    train(model, rows.tasks, rows.train, run, save=no_checkpoint)


def _card(pruned: Pruned, command: str) -> str:
    shares = pruned.config.shares
    table = metric_table({"before": pruned.before, "pruned": pruned.pruned, "recovered": pruned.recovered})
    return (
        f"# Pruned\n\n`{command}`: {shares.units:.0%} of the feed-forward units and {shares.heads:.0%} of the "
        f"attention heads of each layer removed by the {pruned.config.criterion} criterion, then "
        f"{pruned.config.recovery_steps} steps of recovery. "
        f"{pruned.parameters_before:,} parameters became {pruned.parameters_after:,}.\n\n{table}\n\n"
        "Measured before the weights were rounded to float16 for storage. "
        "Everything else is as the base's card says.\n"
    )
