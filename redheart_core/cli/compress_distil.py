"""``redheart compress distil``: a smaller model learns what a larger one says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import torch

from redheart_core.cli.compress_shared import FOLDER, command_line, run_options, show
from redheart_core.cli.shared import reader_language, reported_errors
from redheart_core.model.presets import preset
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.compression.distillation import DistillationWeights
from redheart_core.training.compression.distillation_run import (
    DistillationRun,
    require_room,
    run_distillation,
    save_distilled,
)
from redheart_core.training.compression.report import report_distilled
from redheart_core.training.compression.sources import read_rows
from redheart_core.training.compression.student import StudentConfig
from redheart_core.training.compression.teacher import open_teacher

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}


@click.command()
@click.option("--teacher", "teacher_name", required=True, help="Checkpoint, or a preset, which is then untrained.")
@click.option("--student", required=True, help="Preset that learns from random weights.")
@click.option("--steps", default=300, show_default=True, help="Optimiser steps.")
@click.option("--rate", default=2e-3, show_default=True, help="Learning rate.")
@click.option("--temperature", default=2.0, show_default=True, help="Softens the teacher's outputs.")
@click.option("--soft", default=1.0, show_default=True, help="Weight of the teacher's outputs.")
@click.option("--hard", default=0.0, show_default=True, help="Weight of the labels.")
@click.option("--hidden", default=0.0, show_default=True, help="Weight of the teacher's pooled states.")
@click.option("--limit", default=2000, show_default=True, help="Training rows of each task.")
@click.option("--heldout", default=600, show_default=True, help="Development passages for the agreement.")
@click.option("--precision", default="fp32", show_default=True, type=click.Choice(list(PRECISIONS)), help="Teacher's.")
@click.option("--cache", "cache_dir", type=FOLDER, help="Folder of the teacher's answers; inside --out by default.")
@click.option("--task", "tasks", multiple=True, help="Tasks whose passages are read; all by default.")
@run_options
def distil(
    teacher_name: str,
    student: str,
    steps: int,
    rate: float,
    temperature: float,
    soft: float,
    hard: float,
    hidden: float,
    limit: int,
    heldout: int,
    precision: str,
    cache_dir: Path | None,
    tasks: tuple[str, ...],
    batch_size: int,
    data_dir: Path,
    out_dir: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Teach a preset what a larger model says about real passages; the teacher answers once and is released."""
    with reported_errors(reader_language(None), as_json=as_json), tempfile.TemporaryDirectory() as scratch:
        weights = DistillationWeights(temperature=temperature, soft=soft, hard=hard, hidden=hidden)
        learning = StudentConfig(weights=weights, steps=steps, batch_size=batch_size, learning_rate=rate, seed=seed)
        teacher = open_teacher(teacher_name, seed=seed)
        tokenizer = Tokenizer.from_file(teacher.tokenizer_file)
        require_room(tokenizer, preset(student))
        max_tokens = min(teacher.config.max_tokens, preset(student).max_tokens)
        rows = read_rows(data_dir, tokenizer, names=tasks, max_tokens=max_tokens, limit=limit, seed=seed)
        run = DistillationRun(
            student=student,
            learning=learning,
            teacher_dtype=PRECISIONS[precision],
            num_heldout=heldout,
            cache_dir=cache_dir or (out_dir or Path(scratch)) / "teacher",
        )
        distilled = run_distillation(teacher, rows, run)
        if out_dir is not None:
            save_distilled(out_dir / "checkpoint", distilled, rows, command=command_line())
        show(report_distilled(distilled, command=command_line()), out_dir, as_json=as_json)
