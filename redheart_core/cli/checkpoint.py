"""``redheart checkpoint info|verify|init|finish``: what a checkpoint holds, whether it is whole, and new ones."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.errors import CheckpointError
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.inference.untrained import write_untrained_checkpoint
from redheart_core.model.checkpoint import load_checkpoint, read_manifest
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.manifest import Manifest
from redheart_core.model.presets import preset
from redheart_core.model.shards import STORED_DTYPES
from redheart_core.training.config import load_config
from redheart_core.training.refinishing import finish_again


@click.group()
def checkpoint() -> None:
    """Look at checkpoints, check them, write untrained ones, and finish others again."""


@checkpoint.command()
@click.argument("folder")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def info(folder: str, as_json: bool) -> None:
    """Say what a checkpoint holds. FOLDER is a path or the name of a shipped checkpoint."""
    with reported_errors(reader_language(None), as_json=as_json):
        content = _info(read_manifest(checkpoint_folder(folder))[1])
    _print(content, as_json)


@checkpoint.command()
@click.argument("folder")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(folder: str, as_json: bool) -> None:
    """Read every byte of a checkpoint; exit 1 and name the file when one is missing or altered."""
    try:
        loaded = load_checkpoint(checkpoint_folder(folder))
    except CheckpointError as problem:
        _print({"valid": False, "detail": problem.message(reader_language(None))}, as_json)
        raise SystemExit(EXIT_NO) from problem
    _print({"valid": True, "sha256": loaded.sha256, "shards": len(loaded.manifest.shards)}, as_json)


@checkpoint.command()
@click.option("--preset", "name", required=True, help="Name of a preset.")
@click.option("--out", "out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the weights.")
@click.option("--dtype", default="bfloat16", show_default=True, type=click.Choice(list(STORED_DTYPES)))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def init(name: str, out: Path, seed: int, dtype: str, as_json: bool) -> None:
    """Write an untrained checkpoint: for measurements, and as the start of a training. Its outputs are refused."""
    with reported_errors(reader_language(None), as_json=as_json):
        content = _info(write_untrained_checkpoint(out, preset(name), seed=seed, dtype=STORED_DTYPES[dtype]))
    _print(content, as_json)


@checkpoint.command()
@click.argument("folder")
@click.option("--config", required=True, help="Shipped configuration or TOML file that the network was trained by.")
@click.option(
    "--data", "data_dir", envvar="REDHEART_DATA", default="../shared/data", show_default=True,
    type=click.Path(path_type=Path), help="Folder of the data sets; REDHEART_DATA.",
)  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the new checkpoint.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def finish(folder: str, config: str, data_dir: Path, out: Path, as_json: bool) -> None:
    """Fit linear part, blend, temperatures and thresholds again; the network of FOLDER stays as it is."""
    command = f"redheart checkpoint finish {shlex.quote(Path(folder).name)} --config {shlex.quote(config)}"
    with reported_errors(reader_language(None), as_json=as_json):
        summary = finish_again(
            checkpoint_folder(folder), load_config(config), data_dir=data_dir, out_dir=out, command=command
        )
    metrics = [asdict(metric) for metric in summary.metrics]
    _print({"minutes": summary.minutes, "parameters": summary.num_parameters, "metrics": metrics}, as_json)


def _info(manifest: Manifest) -> dict[str, Any]:
    return {
        "preset": manifest.model.preset,
        "parameters": count_parameters(meta_model(manifest.model)),
        "stored_dtype": manifest.stored_dtype,
        "bytes": sum(shard.size_bytes for shard in manifest.shards),
        "trained_outputs": {family.value: list(names) for family, names in manifest.trained_outputs.items()},
        "seed": manifest.provenance.seed,
        "steps": manifest.provenance.steps,
        "shards": [asdict(shard) for shard in manifest.shards],
    }


def _print(content: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(content)
        return
    for name, value in content.items():
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            shown = "  ".join(map(str, row.values())) if isinstance(row, dict) and name == "shards" else row
            click.echo(f"{name}: {shown}")
