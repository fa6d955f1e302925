"""``python -m redheart_core.explain.attribution.trust``: measure completeness on real texts, and record it."""

from __future__ import annotations

import time
from importlib.resources import files
from pathlib import Path

import click
import torch

from redheart_core.errors import ExplanationError, RedHeartError
from redheart_core.explain.attribution.trust.study import (
    NOTES,
    NUM_TEXTS,
    TARGETS,
    facts_of,
    flagged_rows,
    run_study,
    study_texts,
    summary_rows,
)
from redheart_core.explain.attribution.trust.verdict import Verdict
from redheart_core.inference.engine import load_model
from redheart_core.inference.leased import LeasedReader
from redheart_core.measurements import save_measurement
from redheart_core.runtime.precision import Precision

COMMAND = "python -m redheart_core.explain.attribution.trust"
RECORD = Path(str(files("redheart_core.measurements"))) / "data" / "attribution_completeness.json"


@click.command()
@click.option("--data", "data_dir", default="../shared/data", type=click.Path(path_type=Path), help="Data folder.")
@click.option("--model", default="compact", show_default=True, help="Name or path of a checkpoint.")
@click.option("--texts", default=NUM_TEXTS, show_default=True, type=click.IntRange(min=2), help="Number of texts.")
@click.option("--output", default=RECORD, type=click.Path(path_type=Path), help="Where to record it.")
def main(data_dir: Path, model: str, texts: int, output: Path) -> None:
    """Attribute real texts with default settings and record how far scores miss their sums."""
    start = time.perf_counter()
    try:
        reader = load_model(model, precision=Precision.FP32).reader
        if not isinstance(reader, LeasedReader):
            raise ExplanationError(f"{model} has no neural part to explain. Choose a checkpoint.")
        outcomes = []
        for outcome in run_study(reader, study_texts(data_dir, texts), TARGETS):
            outcomes.append(outcome)
            if len(outcomes) % (10 * len(TARGETS)) == 0:
                good = sum(each.verdict is Verdict.GOOD for each in outcomes)
                click.echo(f"{len(outcomes)} attributions, {good} good, {time.perf_counter() - start:.0f} s", err=True)
        measurement = save_measurement(
            output,
            command=COMMAND,
            torch_version=torch.__version__,
            rows=[*summary_rows(outcomes), *flagged_rows(outcomes)],
            facts={**facts_of(reader, texts), "seconds": round(time.perf_counter() - start)},
            notes=NOTES,
        )
    except RedHeartError as error:
        raise click.ClickException(str(error)) from error
    for row in measurement.rows:
        click.echo("  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
