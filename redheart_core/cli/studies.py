"""What the commands of training studies share: options for data and budget, and the prepared bench."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import torch

from redheart_core.training.short.bench import Bench, load_bench

Command = TypeVar("Command", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)


def study_options(command: Command) -> Command:
    """Add the options of every study."""
    for option in reversed(
        (
            click.option("--data", "data_dir", required=True, type=_PATH, help="Folder of the data sets."),
            click.option("--work", "work_dir", required=True, type=_PATH, help="Finished pieces; they are kept."),
            click.option("--task", "task_names", multiple=True, help="Task that is trained; every task when left out."),
            click.option(
                "--dev-rows", default=400, show_default=True, type=click.IntRange(min=8), help="Judging rows of a task."
            ),
            click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1), help="Cores to use."),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        )
    ):
        command = option(command)
    return command


def study_bench(
    preset: str, data_dir: Path, work_dir: Path, task_names: tuple[str, ...], dev_rows: int, threads: int
) -> Bench:
    """Prepare what the trainings share, and the number of cores: sums in another order would be another training."""
    torch.set_num_threads(threads)
    return load_bench(preset, data_dir, task_names=task_names, dev_rows=dev_rows, cache_dir=work_dir)
