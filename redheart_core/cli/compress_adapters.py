"""``redheart compress lora`` and ``share``: low-rank adapters, trained and counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from redheart_core.cli.compress_shared import command_line, run_options, show
from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.model.presets import preset
from redheart_core.training.compression.adapter_count import AdapterCount, count_adapters, count_for
from redheart_core.training.compression.finetuning import (
    DEFAULT_RATE,
    FineTuningConfig,
    Method,
    fine_tune,
    save_fine_tuned,
)
from redheart_core.training.compression.lora import DEFAULT_TARGETS, AdapterConfig
from redheart_core.training.compression.report import report_fine_tuned
from redheart_core.training.compression.sources import open_source, read_rows

Command = TypeVar("Command", bound=Callable[..., Any])


def _adapter_options(command: Command) -> Command:
    for option in (
        click.option("--target", "targets", multiple=True, help="Pattern of module paths; repeat for several."),
        click.option("--rank", default=8, show_default=True, help="Rank of the adapters."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--base", default="compact", show_default=True, help="Checkpoint that is fine-tuned: name or folder.")
@click.option("--task", required=True, help="Task that is learned.")
@click.option("--method", default="lora", show_default=True, type=click.Choice([each.value for each in Method]))
@_adapter_options
@click.option("--alpha", type=float, help="Scale of the adapters is alpha / rank; twice the rank by default.")
@click.option("--dropout", default=0.05, show_default=True, help="On the input of the adapters.")
@click.option("--steps", default=100, show_default=True, help="Optimiser steps.")
@click.option("--rate", type=float, help="Learning rate; 2e-3 for adapters and 3e-4 for all weights by default.")
@run_options
def lora(
    base: str,
    task: str,
    method: str,
    rank: int,
    targets: tuple[str, ...],
    alpha: float | None,
    dropout: float,
    steps: int,
    rate: float | None,
    batch_size: int,
    data_dir: Path,
    out_dir: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Fine-tune a checkpoint on one task by low-rank adapters on a frozen base, or all of it for comparison."""
    with reported_errors(reader_language(None), as_json=as_json):
        source = open_source(base)
        config = FineTuningConfig(
            method=Method(method),
            adapters=_adapters(rank, alpha, dropout, targets),
            steps=steps,
            batch_size=batch_size,
            learning_rate=rate or DEFAULT_RATE[Method(method)],
            seed=seed,
        )
        checkpoint = source.checkpoint
        max_tokens = checkpoint.model.config.max_tokens
        rows = read_rows(data_dir, checkpoint.tokenizer, names=[task], max_tokens=max_tokens)
        tuned = fine_tune(source, rows, config)
        if out_dir is not None:
            save_fine_tuned(out_dir, source, tuned, rows, command=command_line())
        show(report_fine_tuned(tuned, command=command_line()), out_dir, as_json=as_json)


@click.command()
@click.option("--preset", "name", default="full", show_default=True, help="Name of a preset.")
@_adapter_options
@click.option("--trainable", type=int, help="Choose the rank that comes nearest to this many trainable parameters.")
@click.option("--json", "as_json", is_flag=True, help="Print the count as JSON.")
def share(name: str, rank: int, targets: tuple[str, ...], trainable: int | None, as_json: bool) -> None:
    """Count adapters on a preset, on the meta device: nothing is allocated."""
    with reported_errors(reader_language(None), as_json=as_json):
        adapters = _adapters(rank, None, 0.0, targets)
        config = preset(name)
        count = (
            count_adapters(config, adapters) if trainable is None else count_for(config, adapters, trainable=trainable)
        )
    if as_json:
        print_json(_count_json(count))
    else:
        click.echo(
            f"{count.preset}: rank {count.adapters.rank} on {count.num_layers} layers is {count.trainable:,} trainable "
            f"beside {count.base:,} frozen parameters ({count.share:.2%})"
        )


def _adapters(rank: int, alpha: float | None, dropout: float, targets: tuple[str, ...]) -> AdapterConfig:
    return AdapterConfig(rank=rank, alpha=alpha or 2.0 * rank, dropout=dropout, targets=targets or DEFAULT_TARGETS)


def _count_json(count: AdapterCount) -> dict[str, Any]:
    return {
        "preset": count.preset,
        "rank": count.adapters.rank,
        "targets": list(count.adapters.targets),
        "layers": count.num_layers,
        "trainable": count.trainable,
        "base": count.base,
        "targeted": count.targeted,
        "share": count.share,
    }
