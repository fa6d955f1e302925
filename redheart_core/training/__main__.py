"""``python -m redheart_core.training --config compact``: train, evaluate, write the checkpoint."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import torch

from redheart_core.errors import RedHeartError
from redheart_core.inference.shipped import shipped_folder
from redheart_core.training.config import load_config
from redheart_core.training.distributed import joined, spread_of
from redheart_core.training.run import run_training

NUM_THREADS = 2


@click.command()
@click.option("--config", "config_name", default="compact", help="A shipped configuration or a TOML file.")
@click.option("--data", "data_dir", default="../shared/data", type=click.Path(path_type=Path), help="Data folder.")
@click.option("--out", "out_dir", default=None, type=click.Path(path_type=Path), help="Checkpoint folder.")
@click.option("--log", "log_file", default=None, type=click.Path(path_type=Path), help="Also log to this file.")
@click.option("--processes", default=1, help="Processes that torchrun started; anything else is an error.")
def main(config_name: str, data_dir: Path, out_dir: Path | None, log_file: Path | None, processes: int) -> None:
    """Train a model and write its checkpoint.

    In several processes: torchrun --nproc-per-node 2 -m redheart_core.training --processes 2
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if log_file is not None:
        handlers.append(logging.FileHandler(log_file, encoding="utf-8"))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    torch.set_num_threads(max(NUM_THREADS // processes, 1))
    try:
        config = load_config(config_name)
        target = out_dir if out_dir is not None else shipped_folder(config.preset)
        command = f"python -m redheart_core.training --config {config_name}"
        if processes > 1:
            start = f"torchrun --nproc-per-node {processes} -m redheart_core.training"
            command = f"{start} --processes {processes} --config {config_name}"
        with joined(processes, spread=spread_of(config.preset)) as workers:
            run_training(config, data_dir=data_dir, out_dir=target, command=command, workers=workers)
    except RedHeartError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
