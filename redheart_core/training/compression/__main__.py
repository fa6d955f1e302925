"""``python -m redheart_core.training.compression``: run the recorded study, or some of its trials, and record it."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path

import click
import torch

from redheart_core.errors import RedHeartError
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.measurements import load_measurement, save_measurement
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.training.compression.study import (
    NOTES,
    chosen_trials,
    facts_of,
    renewed_rows,
    rows_of,
    run_trial,
)

COMMAND = "python -m redheart_core.training.compression"


@click.command()
@click.option("--data", "data_dir", default="../shared/data", type=click.Path(path_type=Path), help="Data folder.")
@click.option("--only", "names", multiple=True, help="Trials to run; the others keep their recorded rows.")
@click.option("--cache", "cache_dir", type=click.Path(path_type=Path), help="Folder of the teachers' answers.")
def main(data_dir: Path, names: tuple[str, ...], cache_dir: Path | None) -> None:
    """Measure what compression costs and record it."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            trials = chosen_trials(names)
            reports = {
                trial.name: run_trial(trial, data_dir=data_dir, cache_dir=cache_dir or Path(scratch))
                for trial in trials
            }
        known = load_measurement("compression")
        checkpoint = load_checkpoint(checkpoint_folder("compact")).sha256
        measured = {trial.name: rows_of(trial, reports[trial.name], checkpoint=checkpoint) for trial in trials}
        save_measurement(
            Path(str(files("redheart_core.measurements"))) / "data" / "compression.json",
            command=COMMAND,
            torch_version=torch.__version__,
            rows=renewed_rows(known, measured),
            facts=facts_of(known, reports.values()),
            notes=NOTES,
        )
    except RedHeartError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
