"""``redheart compress prune``: a smaller model of the same architecture."""

from __future__ import annotations

from pathlib import Path

import click

from redheart_core.cli.compress_shared import command_line, run_options, show
from redheart_core.cli.shared import reader_language, reported_errors
from redheart_core.model.ledger import parameter_rows
from redheart_core.training.compression.importance import Criterion
from redheart_core.training.compression.pruning import PruningShares
from redheart_core.training.compression.pruning_run import PruningConfig, run_pruning, save_pruned
from redheart_core.training.compression.report import report_pruned
from redheart_core.training.compression.sources import open_source, read_rows


@click.command()
@click.option("--base", default="compact", show_default=True, help="Checkpoint that is pruned: name or folder.")
@click.option("--units", default=0.5, show_default=True, help="Share of each layer's feed-forward units to remove.")
@click.option("--heads", default=0.25, show_default=True, help="Share of each layer's attention heads to remove.")
@click.option("--criterion", default="taylor", show_default=True, type=click.Choice([each.value for each in Criterion]))
@click.option("--batches", default=8, show_default=True, help="Batches of each task on which importance is measured.")
@click.option("--recover", "recovery_steps", default=100, show_default=True, help="Optimiser steps afterwards.")
@click.option("--rate", default=3e-4, show_default=True, help="Learning rate of the recovery.")
@click.option("--task", "tasks", multiple=True, help="Tasks that are used; all by default.")
@run_options
def prune(
    base: str,
    units: float,
    heads: float,
    criterion: str,
    batches: int,
    recovery_steps: int,
    rate: float,
    tasks: tuple[str, ...],
    batch_size: int,
    data_dir: Path,
    out_dir: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Remove the least important units and heads: a smaller model of the same architecture."""
    with reported_errors(reader_language(None), as_json=as_json):
        config = PruningConfig(
            shares=PruningShares(units=units, heads=heads),
            criterion=Criterion(criterion),
            batches_per_task=batches,
            batch_size=batch_size,
            recovery_steps=recovery_steps,
            learning_rate=rate,
            seed=seed,
        )
        source = open_source(base)
        checkpoint = source.checkpoint
        max_tokens = checkpoint.model.config.max_tokens
        rows = read_rows(data_dir, checkpoint.tokenizer, names=tasks, max_tokens=max_tokens)
        pruned = run_pruning(source, rows, config)
        if out_dir is not None:
            save_pruned(out_dir / "checkpoint", source, pruned, rows, command=command_line())
        rows_before = parameter_rows(checkpoint.model.config)
        show(report_pruned(pruned, rows_before=rows_before, command=command_line()), out_dir, as_json=as_json)
