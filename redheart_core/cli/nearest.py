"""``redheart nearest``: the stored cases whose embeddings are most like that of a text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors, shortened
from redheart_core.data.chunks.metadata import read_metadata
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.explain.cases.nearest import similar_cases
from redheart_core.inference.embedding import encoder_identity, open_encoder
from redheart_core.inference.shipped import checkpoint_folder


@click.command()
@click.argument("text")
@click.option("--chunks", "folder", required=True, type=click.Path(path_type=Path), help="Store to search.")
@click.option("-k", "--count", default=10, show_default=True, type=click.IntRange(1, 10_000), help="Cases to show.")
@click.option(
    "--model", default="compact", show_default=True, help="Checkpoint that made the store: name or directory."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def nearest(text: str, folder: Path, count: int, model: str, as_json: bool) -> None:
    """Find the stored cases most like TEXT. Alike in what the model reads of them, which need not be what matters."""
    with reported_errors(reader_language(None, text), as_json=as_json):
        precision = read_metadata(folder).encoder.precision
        store = ChunkStore(folder, encoder=encoder_identity(checkpoint_folder(model), precision=precision))
        encoder = open_encoder(model, precision=precision)
        found = similar_cases(store, encoder, text=text, count=count)
    if as_json:
        print_json({"text": text} | asdict(found))
        return
    for case in found.cases:
        label = f"[{case.label}]  " if case.label else ""
        click.echo(f"{case.similarity:.3f}  {case.id}  {label}{shortened(case.text)}")
