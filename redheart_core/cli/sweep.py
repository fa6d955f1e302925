"""``redheart sweep``: which learning rate, and whether the answer can be told from noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.cli.studies import study_bench, study_options
from redheart_core.errors import DataError
from redheart_core.training.cells import CellFolder
from redheart_core.training.config import TrainingConfig, load_config
from redheart_core.training.short.bench import Bench
from redheart_core.training.short.training import train_short
from redheart_core.training.sweep.policy import Neighbour, SweepResult, Trial
from redheart_core.training.sweep.run import SweepSettings, run_sweep


@click.command()
@click.argument("config_name", metavar="CONFIG")
@click.option("--steps", required=True, type=click.IntRange(min=4), help="Optimiser steps of each training.")
@click.option("--stage", default=-1, show_default=True, help="Stage of CONFIG whose batches are used; -1 is the last.")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(min=2), help="Fresh seeds at the optimum.")
@study_options
def sweep(
    config_name: str,
    steps: int,
    stage: int,
    repeats: int,
    data_dir: Path,
    work_dir: Path,
    task_names: tuple[str, ...],
    dev_rows: int,
    threads: int,
    as_json: bool,
) -> None:
    """Search the rate of one stage of CONFIG: 5 rates from 1e-5 to 1e-2, 10 around the best, then repeated seeds."""
    with reported_errors(reader_language(None), as_json=as_json):
        config = one_stage(load_config(config_name), steps=steps, stage=stage)
        bench = study_bench(config.preset, data_dir, work_dir, task_names, dev_rows, threads)
        finished = CellFolder(work_dir, Trial, identity=repr((bench.identity, config)))
        settings = SweepSettings(repeats=repeats, seed=config.seed)
        result = run_sweep(measure_with(bench, config), settings, finished=finished)
    if as_json:
        print_json(_as_json(result))
    else:
        click.echo("\n".join(_lines(result)))


def one_stage(config: TrainingConfig, *, steps: int, stage: int) -> TrainingConfig:
    """Return a run of ``steps`` steps of one stage, warmed up over a tenth of them."""
    if not -len(config.stages) <= stage < len(config.stages):
        raise click.BadParameter(f"there are {len(config.stages)} stages", param_hint="--stage")
    chosen = replace(config.stages[stage], steps=steps, warmup_steps=max(1, steps // 10))
    return replace(config, stages=(chosen,))


def measure_with(bench: Bench, config: TrainingConfig) -> Callable[[float, int], float]:
    """Return what a sweep asks: the loss on development rows after training at a rate with a seed."""

    def measure(rate: float, seed: int) -> float:
        stages = tuple(replace(stage, learning_rate=rate) for stage in config.stages)
        try:
            loss = train_short(bench, replace(config, seed=seed, stages=stages)).loss
        except DataError:
            return math.inf
        return loss if math.isfinite(loss) else math.inf

    return measure


def _as_json(result: SweepResult) -> dict[str, Any]:
    def finite(trials: tuple[Trial, ...]) -> list[dict[str, Any]]:
        return [asdict(trial) | ({} if math.isfinite(trial.loss) else {"loss": None}) for trial in trials]

    return asdict(result) | {
        "coarse": finite(result.coarse),
        "fine": finite(result.fine),
        "repeated": finite(result.repeated),
        "neighbours": [asdict(each) | {"is_distinguishable": each.is_distinguishable} for each in result.neighbours],
        "is_distinguishable": result.is_distinguishable,
    }


def _lines(result: SweepResult) -> list[str]:
    trials = sorted((*result.coarse, *result.fine), key=lambda trial: trial.rate)
    equal = f"{result.equal_rates[0]:.2e} to {result.equal_rates[-1]:.2e}"
    return [
        *(f"{trial.rate:.3e}  {'diverged' if math.isinf(trial.loss) else f'{trial.loss:.5f}'}" for trial in trials),
        f"best {result.best_rate:.3e}; deviation over seeds {result.noise:.5f}; equal within noise: {equal}",
        *map(_neighbour_line, result.neighbours),
        f"The optimum {'is' if result.is_distinguishable else 'is not'} distinguishable from its neighbours.",
    ]


def _neighbour_line(neighbour: Neighbour) -> str:
    if neighbour.excess is None:
        return f"at {neighbour.rate:.3e} a training diverged"
    excess = neighbour.excess
    return (
        f"at {neighbour.rate:.3e} the loss is {excess.mean:+.5f} ({excess.low:+.5f} to {excess.high:+.5f}, "
        f"{excess.num_pairs} seeds)"
    )
