"""``redheart bridge study``: every part of the module bridge against its rule, on held-out rows."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import torch

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.measurements import Measurement, save_measurement
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.training.bridge.states import Upper, cache_rows, spread
from redheart_core.training.bridge.study import StudySettings, run_study
from redheart_core.training.tasks import load_tasks, teachable

NOTES = (
    "Loss of the task's objective, lower is better; low and high bound with_rule minus learned.",
    "swap and missing: 95 % paired bootstrap over rows. retrained: range over seeds.",
    "swap favours the learned part: the shipped weights were trained with it in place.",
    "The development rows were also looked at while the shipped weights were made; they were not trained on.",
    "retrained: bridge and auxiliary modules from random weights on cached states, far shorter than a real training.",
    "better: learned where the whole interval lies above zero, rule where it lies below -0.001, else neither. "
    "Where neither is better the shipped weights keep the learned part that they were trained with.",
)


@click.group()
def bridge() -> None:
    """Work with the module bridge."""


@bridge.command()
@click.option("--model", "model_name", default="compact", show_default=True, help="Shipped checkpoint or directory.")
@click.option("--data", "data_dir", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option("--train-rows", default=100, show_default=True, type=click.IntRange(min=8), help="Rows of each task.")
@click.option("--dev-rows", default=100, show_default=True, type=click.IntRange(min=8), help="Rows of each task.")
@click.option("--steps", default=120, show_default=True, type=click.IntRange(min=1), help="Steps of a retraining.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write the measurement to.")
@click.option("--json", "as_json", is_flag=True, help="Print the measurement as JSON.")
def study(
    model_name: str, data_dir: Path, train_rows: int, dev_rows: int, steps: int, out: Path | None, as_json: bool
) -> None:
    """Compare each part with its rule and with nothing."""
    with reported_errors(reader_language(None), as_json=as_json):
        measured = _measure(model_name, data_dir, train_rows, dev_rows, steps, out)
    if as_json:
        print_json(asdict(measured))
        return
    for row in measured.rows:
        if row["task"] == "all":
            click.echo(
                f"{row['part']} ({row['comparison']}{', without ' + str(row['missing']) if 'missing' in row else ''}): "
                f"learned {row['learned']:.4f}, rule {row['with_rule']:.4f} "
                f"({row['low']:+.4f} to {row['high']:+.4f}); better: {row['better']}"
            )


def _measure(
    model_name: str, data_dir: Path, train_rows: int, dev_rows: int, steps: int, out: Path | None
) -> Measurement:
    loaded = load_checkpoint(checkpoint_folder(model_name))
    model, tasks = loaded.model, teachable(load_tasks(data_dir), loaded.model.config)
    train = [cache_rows(model, loaded.tokenizer, task, spread(task.train, train_rows)) for task in tasks]
    dev = [cache_rows(model, loaded.tokenizer, task, spread(task.dev, dev_rows)) for task in tasks]
    settings = StudySettings(retraining_steps=steps)
    upper = Upper(bridge=model.bridge, auxiliary=model.auxiliary)
    largest = max(state.abs().max().item() for rows in dev for state in rows.outputs.states.values())
    return save_measurement(
        out or Path("bridge_study.json"),
        command=f"redheart bridge study --model {model_name} --data DIR --train-rows {train_rows} "
        f"--dev-rows {dev_rows} --steps {steps} --json",
        torch_version=torch.__version__,
        rows=run_study(model.config, upper, train, dev, settings),
        facts={
            "checkpoint": loaded.sha256,
            "seed": settings.seed,
            "resamples": settings.resamples,
            "retraining_seeds": len(settings.retraining_seeds),
            "largest_healthy_state": largest,
        },
        notes=NOTES,
    )
