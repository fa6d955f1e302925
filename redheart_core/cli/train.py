"""``redheart train``: a run in the foreground, recorded so that it can be watched, stopped and resumed."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable
from pathlib import Path

import click

from redheart_core.cli.runs_text import finite
from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.cli.training_progress import TrainingProgress, outcome_text, outcome_values
from redheart_core.runs.folder import RunFolder, runs_root
from redheart_core.runs.launching import Launched, launch_run
from redheart_core.runs.reader import RunReader
from redheart_core.runs.working import RunRequest, start_run, work_on
from redheart_core.training.distributed import Workers, joined

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("config")
@click.option(
    "--data", "data_dir", envvar="REDHEART_DATA", default="../shared/data", show_default=True, type=_PATH,
    help="Folder of the data sets; REDHEART_DATA.",
)  # fmt: skip
@click.option("--name", help="What to call the run; anything.")
@click.option("--out", "out_dir", type=_PATH, help="Folder of the model; inside the run's folder when left out.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(min=1), help="Threads of torch.")
@click.option(
    "--processes", default=1, show_default=True, type=click.IntRange(min=1),
    help="How many train together: torchrun --nproc-per-node N --no-python redheart train CONFIG --processes N",
)  # fmt: skip
@click.option(
    "--detach", is_flag=True, help="In a process of its own that waits until the device is free; return at once."
)
@click.option("--beside", is_flag=True, help="With --detach: also where an equal run waits or works already.")
@click.option("--runs", "root", type=_PATH, help="Folder of all runs; REDHEART_RUNS when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print how it ended as JSON.")
def train(
    config: str,
    data_dir: Path,
    name: str | None,
    out_dir: Path | None,
    threads: int,
    processes: int,
    detach: bool,
    beside: bool,
    root: Path | None,
    as_json: bool,
) -> None:
    """Train a model. CONFIG is a shipped configuration or a TOML file. Ctrl-C stops it; it can be resumed."""
    together = f" --processes {processes}" if processes > 1 else ""
    request = RunRequest(
        config=config,
        data_dir=data_dir,
        command=f"redheart train {shlex.quote(config)} --threads {threads}{together}",
        name=name,
        out_dir=out_dir,
        num_threads=threads,
        num_processes=processes,
    )
    if detach:
        require_one_process(processes)
        detached(lambda: launch_run(runs_root(root), request, beside_equal=beside), as_json=as_json)
    else:
        work_in_foreground(lambda: start_run(runs_root(root), request), processes=processes, as_json=as_json)


def require_one_process(processes: int) -> None:
    """Refuse several processes where one is started."""
    if processes > 1:
        raise click.UsageError("--detach starts one process; several are started by torchrun, in the foreground.")


def detached(launch: Callable[[], Launched], *, as_json: bool) -> None:
    """Start a run in a process of its own and print which one it is."""
    with reported_errors(reader_language(None), as_json=as_json):
        launched = launch()
    if as_json:
        print_json({"id": launched.folder.run_id, "folder": str(launched.folder.path), "is_new": launched.is_new})
    elif launched.is_new:
        click.echo(f"run {launched.folder.run_id} was started; it begins as soon as the device is free")
    else:
        click.echo(f"run {launched.folder.run_id} waits or works already; nothing new was started")


def work_in_foreground(prepare: Callable[[], RunFolder], *, processes: int, as_json: bool) -> None:
    """Work on the run that ``prepare`` gives, and print how it goes and how it ended; one of several processes does."""
    with (
        reported_errors(reader_language(None), as_json=as_json),
        joined(processes, program="--no-python redheart (train CONFIG or runs resume RUN)") as workers,
    ):
        _work(workers.from_first(prepare), workers, as_json=as_json)


def _work(folder: RunFolder, workers: Workers, *, as_json: bool) -> None:
    for handler in logging.getLogger().handlers:  # what the run logs goes to its file, not between the progress
        handler.setLevel(logging.WARNING)
    if not workers.records:
        work_on(folder, workers=workers)
        return
    with RunReader(folder) as reader:
        planned = reader.facts().planned_steps
    if not as_json:
        click.echo(f"run {folder.run_id} in {folder.path}", err=True)
    summary = work_on(folder, watchers=() if as_json else (TrainingProgress(planned),), workers=workers)
    values = finite(outcome_values(folder, summary))
    if as_json:
        print_json(values)
    else:
        click.echo(outcome_text(values))
