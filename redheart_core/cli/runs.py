"""``redheart runs``: what was trained and is being trained; resuming, retrying, stopping, deleting, exporting it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from redheart_core.cli.runs_text import (
    compare_text,
    deletion_text,
    finite,
    list_line,
    listed_values,
    show_text,
    shown_values,
    stage_line,
)
from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.cli.train import detached, require_one_process, work_in_foreground
from redheart_core.runs.catalogue import find_run, list_runs
from redheart_core.runs.comparing import compare_runs
from redheart_core.runs.deleting import delete_run, plan_deletion
from redheart_core.runs.export.mlflow import export_mlflow
from redheart_core.runs.export.tensorboard import export_tensorboard
from redheart_core.runs.folder import RunFolder, runs_root
from redheart_core.runs.handover import best_of, find_model
from redheart_core.runs.handover import promote as promote_model
from redheart_core.runs.launching import Launched, resume_detached, retry_run
from redheart_core.runs.reader import RunReader
from redheart_core.runs.stopping import Patience, Progress, Stage, stop_run
from redheart_core.runs.working import prepare_resume

EXPORTERS = {"tensorboard": export_tensorboard, "mlflow": export_mlflow}
_PATH = click.Path(path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_root = click.option("--runs", "root", type=_PATH, help="Folder of all runs; REDHEART_RUNS when left out.")


@click.group()
def runs() -> None:
    """Runs of training. RUN is an identifier, the beginning of one, a name, or latest."""


@runs.command("list")
@_root
@_json
def list_(root: Path | None, as_json: bool) -> None:
    """List all runs, newest first."""
    with reported_errors(reader_language(None), as_json=as_json):
        found = list(list_runs(runs_root(root)))
    if as_json:
        print_json({"root": str(runs_root(root)), "runs": list(map(listed_values, found))})
    elif not found:
        click.echo(f"no runs in {runs_root(root)}")
    else:
        click.echo("\n".join(map(list_line, found)))


@runs.command()
@click.argument("run")
@_root
@_json
def show(run: str, root: Path | None, as_json: bool) -> None:
    """Show a run: how it was started, where it stands, its validations, events and last log lines."""
    with reported_errors(reader_language(None), as_json=as_json):
        folder = find_run(runs_root(root), run)
        with RunReader(folder) as reader:
            content = shown_values(folder, reader)
    if as_json:
        print_json(content)
    else:
        click.echo(show_text(content))


@runs.command()
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@click.option("--series", multiple=True, default=["loss"], show_default=True, help="Curve for the JSON; repeatable.")
@_root
@_json
def compare(references: tuple[str, ...], series: tuple[str, ...], root: Path | None, as_json: bool) -> None:
    """Compare runs: settings that differ, best validation metrics; with --json also curves at the same steps."""
    with reported_errors(reader_language(None), as_json=as_json):
        folders = [find_run(runs_root(root), reference) for reference in references]
        comparison = compare_runs(folders, series=series)
    if as_json:
        print_json(finite(asdict(comparison)))
    else:
        click.echo(compare_text(comparison))


@runs.command()
@click.argument("run")
@click.option("--wait", "asked_s", default=Patience().asked_s, show_default=True, help="Seconds until SIGTERM.")
@click.option("--grace", "terminated_s", default=Patience().terminated_s, show_default=True, help="… until SIGKILL.")
@_root
@_json
def stop(run: str, asked_s: float, terminated_s: float, root: Path | None, as_json: bool) -> None:
    """Stop a run: ask, then SIGTERM, then SIGKILL; exit 1 if its process is still there."""
    stages: list[Progress] = []
    with reported_errors(reader_language(None), as_json=as_json):
        folder = find_run(runs_root(root), run)
        for progress in stop_run(folder, patience=Patience(asked_s=asked_s, terminated_s=terminated_s)):
            stages.append(progress)
            if not as_json:
                click.echo(stage_line(progress))
    if as_json:
        print_json({"run": folder.run_id, "stages": list(map(asdict, stages))})
    if stages[-1].stage is Stage.STILL_THERE:
        raise SystemExit(EXIT_NO)


@runs.command()
@click.argument("run")
@click.option("--previous", is_flag=True, help="Go on from the state before the last, where that one is damaged.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(min=1), help="As many as began it.")
@click.option("--detach", is_flag=True, help="In a process of its own that waits until the device is free.")
@_root
@_json
def resume(run: str, previous: bool, processes: int, detach: bool, root: Path | None, as_json: bool) -> None:
    """Go on with a run that was stopped, failed or crashed, from its last saved state, in the foreground."""
    if detach:
        require_one_process(processes)

        def launch() -> Launched:
            run_id = find_run(runs_root(root), run).run_id
            return resume_detached(runs_root(root), run_id, from_previous_state=previous)

        detached(launch, as_json=as_json)
        return

    def prepare() -> RunFolder:
        folder = find_run(runs_root(root), run)
        prepare_resume(folder, from_previous_state=previous)
        return folder

    work_in_foreground(prepare, processes=processes, as_json=as_json)


@runs.command()
@click.argument("run")
@_root
@_json
def retry(run: str, root: Path | None, as_json: bool) -> None:
    """Start a new run with the settings and data of an earlier one, in a process of its own."""
    detached(lambda: retry_run(runs_root(root), find_run(runs_root(root), run).run_id), as_json=as_json)


@runs.command()
@click.argument("run")
@click.option("--token", help="What the look at the run printed; without it nothing is deleted.")
@_root
@_json
def delete(run: str, token: str | None, root: Path | None, as_json: bool) -> None:
    """Delete a run with its curves and models. Asks first, unless --token names what was looked at."""
    with reported_errors(reader_language(None), as_json=as_json):
        folder = find_run(runs_root(root), run)
        planned = plan_deletion(folder.path.parent, folder.run_id)
        if token is None and not as_json:
            click.echo(deletion_text(planned))
            token = planned.token if click.confirm("delete it?") else None
        is_deleted = token is not None
        if token is not None:
            delete_run(folder.path.parent, folder.run_id, token)
    if as_json:
        print_json({**asdict(planned), "is_deleted": is_deleted})
    else:
        click.echo(f"run {folder.run_id} was deleted" if is_deleted else "nothing was deleted")
    if not is_deleted:
        raise SystemExit(EXIT_NO)


@runs.command()
@click.argument("run")
@click.argument("target", metavar="DIR", type=_PATH)
@click.option("--to", "tracker", required=True, type=click.Choice(list(EXPORTERS)), help="Whose files are written.")
@_root
@_json
def export(run: str, target: Path, tracker: str, root: Path | None, as_json: bool) -> None:
    """Write a run into DIR for another tracker: every step of every curve, validations, settings."""
    with reported_errors(reader_language(None), as_json=as_json):
        folder = find_run(runs_root(root), run)
        with RunReader(folder) as reader:
            count = EXPORTERS[tracker](reader, target)
    if as_json:
        print_json({"run": folder.run_id, "to": tracker, "folder": str(target), "numbers": count})
    else:
        click.echo(f"{count} numbers of run {folder.run_id} written to {target}")


@runs.command()
@click.argument("run")
@click.argument("name")
@click.option("--model", "model_name", help="Which of its models, as step-00000120; the best when left out.")
@click.option("--replace", is_flag=True, help="Replace a shipped checkpoint of that name.")
@_root
@_json
def promote(run: str, name: str, model_name: str | None, replace: bool, root: Path | None, as_json: bool) -> None:
    """Make a model of a run the shipped checkpoint NAME, after every byte of it was read."""
    with reported_errors(reader_language(None), as_json=as_json):
        folder = find_run(runs_root(root), run)
        model = find_model(runs_root(root), folder.run_id, model_name) if model_name else best_of(folder)
        loaded = promote_model(model, name, replace=replace)
    if as_json:
        print_json({"run": folder.run_id, "model": model.name, "checkpoint": name, "sha256": loaded.sha256})
    else:
        click.echo(f"{model.name} of run {folder.run_id} is now the checkpoint {name} ({loaded.sha256[:12]})")
