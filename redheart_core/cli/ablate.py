"""``redheart ablate``: each training technique on and off, same seeds, same examples, on real development rows."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import torch

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.cli.studies import study_bench, study_options
from redheart_core.measurements import save_measurement
from redheart_core.training.ablation.policy import Cell, Row, scalars, table
from redheart_core.training.ablation.run import NOTES, Ablation, cells_identity, finished_cells, make_missing
from redheart_core.training.ablation.variants import TECHNIQUES, is_on
from redheart_core.training.cells import CellFolder
from redheart_core.training.config import load_config


@click.command()
@click.argument("config_name", metavar="CONFIG")
@click.option("--techniques", default="all", show_default=True, help="Names, separated by commas.")
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=2), help="Seeds of each side.")
@click.option("--cells", type=click.IntRange(min=0), help="Trainings to add now; all that are missing when left out.")
@click.option("--save", type=click.Path(path_type=Path), help="File to write the table to.")
@study_options
def ablate(
    config_name: str,
    techniques: str,
    seeds: int,
    cells: int | None,
    save: Path | None,
    data_dir: Path,
    work_dir: Path,
    task_names: tuple[str, ...],
    dev_rows: int,
    threads: int,
    as_json: bool,
) -> None:
    """Compare trainings by CONFIG with and without each technique. Finished trainings in --work are not repeated."""
    with reported_errors(reader_language(None), as_json=as_json):
        base = load_config(config_name)
        names = TECHNIQUES if techniques == "all" else tuple(techniques.split(","))
        on_in_base = frozenset(name for name in names if is_on(base, name))
        bench = study_bench(base.preset, data_dir, work_dir, task_names, dev_rows, threads)
        folder = CellFolder(work_dir, Cell, identity=cells_identity(base, bench))
        ablation = Ablation(base=base, techniques=names, seeds=tuple(range(base.seed, base.seed + seeds)))
        missing = make_missing(ablation, bench, folder, limit=cells, tell=partial(click.echo, err=True))
        finished = finished_cells(ablation, folder)
        rows = table(finished, on_in_base=on_in_base)
        if save is not None and rows:
            chosen = "".join(f" --task {name}" for name in task_names)
            save_measurement(
                save,
                command=f"redheart ablate {config_name} --techniques {techniques} --seeds {seeds} "
                f"--dev-rows {dev_rows} --threads {threads}{chosen} --data DIR --work DIR --save FILE",
                torch_version=torch.__version__,
                rows=map(scalars, rows),
                facts=_facts(finished, on_in_base),
                notes=NOTES,
            )
    if as_json:
        print_json({"missing": missing, "rows": list(map(scalars, rows)), "cells": list(map(asdict, finished))})
    else:
        click.echo("\n".join([*map(_line, rows), f"{len(finished)} trainings finished, {missing} missing."]))


def _facts(cells: tuple[Cell, ...], on_in_base: frozenset[str]) -> dict[str, str | int | float]:
    return {
        "trainings": len(cells),
        "on_in_base": ", ".join(sorted(on_in_base)) or "none",
        "examples_per_training": round(sum(cell.examples for cell in cells) / len(cells)),
        "seconds": round(sum(cell.seconds for cell in cells)),
    }


def _line(row: Row) -> str:
    return (
        f"{row.technique} ({row.task}): off {row.off:.4f}, on {row.on:.4f}, difference {row.difference:+.4f} "
        f"({row.low:+.4f} to {row.high:+.4f}, {row.num_seeds} seeds): {row.verdict.value}"
        f"{'' if row.acted else ', changed nothing'}; time x{row.seconds_ratio:.2f}"
    )
