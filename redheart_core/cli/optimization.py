"""``redheart optimization``: record telemetry, and compare the optimisation systems with their rules."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.training.optimization.runs import load_bench, record_missing
from redheart_core.training.optimization.study import StudyRow, recorded_memory, run_study

_PATH = click.Path(path_type=Path)


@click.group()
def optimization() -> None:
    """Optimisation systems beside their rules, on telemetry of real short trainings."""


@optimization.command()
@click.option("--data", "data_dir", required=True, type=_PATH, help="Folder of the data sets.")
@click.option("--work", "work_dir", required=True, type=_PATH, help="Folder for records; what it holds is kept.")
@click.option("--runs", default=6, show_default=True, type=click.IntRange(min=1), help="Trainings to add.")
def record(data_dir: Path, work_dir: Path, runs: int) -> None:
    """Record some of the trainings that are missing, and at last the peaks of memory."""
    with reported_errors(reader_language(None), as_json=False):
        missing = record_missing(load_bench(data_dir), work_dir, limit=runs)
        if not missing:
            recorded_memory(work_dir)
    click.echo(f"{missing} trainings are missing in {work_dir}.")


@optimization.command()
@click.option("--data", "data_dir", required=True, type=_PATH, help="Folder of the data sets.")
@click.option("--work", "work_dir", type=_PATH, help="Folder of recorded trainings; without it all are made anew.")
@click.option("--save", type=_PATH, help="File to write the comparison to.")
@click.option("--telemetry", "telemetry_file", type=_PATH, help="File to write the telemetry to.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def study(data_dir: Path, work_dir: Path | None, save: Path | None, telemetry_file: Path | None, as_json: bool) -> None:
    """Train each system on runs, test it on others, and say whether it or its rule is the default."""
    command = "redheart optimization study --data DIR --save FILE --telemetry FILE"
    with reported_errors(reader_language(None), as_json=as_json), tempfile.TemporaryDirectory() as scratch:
        rows = run_study(
            load_bench(data_dir), work_dir or Path(scratch), command=command, save=save, telemetry_file=telemetry_file
        )
    if as_json:
        print_json({"rows": [asdict(row) for row in rows]})
    else:
        click.echo("\n".join(map(_line, rows)))


def _line(row: StudyRow) -> str:
    numbers = f"rule {row.rule:.4f}  learned {row.learned:.4f}  baseline {row.baseline:.4f}"
    interval = f"rule - learned {row.low:+.4f} to {row.high:+.4f}"
    decision = f"default: {row.default}" if row.decides else "for information"
    return f"{row.system} ({row.width}), {row.metric} [{row.unit}]: {numbers}  {interval}  {decision}"
