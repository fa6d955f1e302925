"""``redheart surd teach``: teach a trained checkpoint the SURD outputs, and change nothing else in it."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import click
import torch

from redheart_core.cli.dilemma_choice import PRESETS_DIR
from redheart_core.cli.shared import print_json, reported_errors
from redheart_core.cli.surd_decompose import DEFAULT_TEXTS, decompositions_of, told
from redheart_core.errors import ConfigError
from redheart_core.inference.engine import load_model
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.measurements import save_measurement
from redheart_core.training.surd_readouts.decompositions import (
    Decompositions,
    read_decompositions,
    write_decompositions,
)
from redheart_core.training.surd_readouts.measure import table, verdict
from redheart_core.training.surd_readouts.teach import Taught, teach
from redheart_core.training.surd_readouts.texts import teaching_texts, texts_by_hash

_COMMAND = "redheart surd teach --checkpoint CHECKPOINT --data DIR --texts {texts} --out OUT"


@click.command("teach")
@click.option("--checkpoint", required=True, help="Trained checkpoint: folder, or name of a shipped one.")
@click.option("--data", "data_dir", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the new checkpoint.")
@click.option(
    "--decompositions", "path", type=click.Path(path_type=Path),
    help="File of decompositions: read where it is there, else computed with the checkpoint and written. "
    "OUT.decompositions.jsonl when left out.",
)  # fmt: skip
@click.option("--texts", default=DEFAULT_TEXTS, show_default=True, type=click.IntRange(min=40), help="Texts to try.")
@click.option("--record", type=click.Path(path_type=Path), help="Also write the errors as a recorded measurement.")
@click.option("--presets-dir", default=PRESETS_DIR, show_default=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the errors as JSON.")
def teach_readouts(
    checkpoint: str,
    data_dir: Path,
    out: Path,
    path: Path | None,
    texts: int,
    record: Path | None,
    presets_dir: Path,
    as_json: bool,
) -> None:
    """Decompose texts, fit the readouts of the SURD head and analyser to them, and measure on held-out texts."""
    begun = time.monotonic()
    with reported_errors("en", as_json=as_json):
        source = checkpoint_folder(checkpoint)
        if source.resolve() == out.resolve():
            raise ConfigError(f"{out} is the checkpoint that is taught. Write the new one to another folder.")
        path = path or out.with_name(f"{out.name}.decompositions.jsonl")
        if not path.exists():
            chosen = teaching_texts(data_dir, presets_dir, wanted=texts)
            write_decompositions(path, decompositions_of(chosen, load_model(source), report=told))
        found = read_decompositions(path)
        by_hash = texts_by_hash(data_dir, presets_dir, {row.sha256 for row in found.rows})
        taught = teach(source, out, found, by_hash, command=_COMMAND.format(texts=texts))
        minutes = (time.monotonic() - begun) / 60
        if record is not None:
            _record(record, taught, found, texts, minutes)
    if as_json:
        print_json({"sha256": taught.sha256, "same_checkpoint": taught.same_checkpoint, **asdict(taught.report)})
    else:
        click.echo("\n".join([table(taught.report.errors), "", verdict(taught.report), _where(out, taught, minutes)]))


def _where(out: Path, taught: Taught, minutes: float) -> str:
    of = "this checkpoint" if taught.same_checkpoint else "another checkpoint"
    return (
        f"Taught on {taught.report.num_teaching} texts, measured on {taught.report.num_held_out} others, by scores of "
        f"{of}; {minutes:.1f} minutes. All other outputs are the same to the last bit. Written to {out} "
        f"({taught.sha256[:12]})."
    )


def _record(path: Path, taught: Taught, found: Decompositions, texts: int, minutes: float) -> None:
    report = taught.report
    save_measurement(
        path,
        command=_COMMAND.format(texts=texts),
        torch_version=torch.__version__,
        rows=[{**asdict(error), "beats_constant": error.beats_constant} for error in report.errors],
        facts={
            "checkpoint_sha256": taught.sha256,
            "decomposed_checkpoint_sha256": found.heading.checkpoint_sha256,
            "decompositions_sha256": found.sha256,
            "estimator": found.heading.estimator,
            "num_teaching": report.num_teaching,
            "num_held_out": report.num_held_out,
            "num_degenerate": found.heading.num_degenerate,
            "penalty": report.penalty,
            "minutes": round(minutes, 1),
            "verdict": verdict(report),
        },
        notes=[
            "Errors are root mean squares over held-out texts, as shares of the target's entropy.",
            "constant: the mean of the teaching texts for every text. standard_error: of the estimator, from a second "
            "ensemble of each held-out text with other draws and alterations.",
            "explained: share of the constant's squared error that is gone; 95 % bootstrap over texts. ceiling: what "
            "the estimator's own error leaves to explain.",
        ],
    )
